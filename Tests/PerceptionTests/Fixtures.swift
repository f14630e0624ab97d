import Foundation
import Testing

@testable import Network
@testable import Perception

extension Map {
    /// Fills from interleaved RGB bytes, images one after another.
    func load(_ bytes: some Sequence<UInt8>) {
        for (i, byte) in bytes.enumerated() where i < shape.count { base[i] = Float(byte) }
    }

    var values: [Float] { Array(UnsafeBufferPointer(start: base, count: shape.count)) }
}

extension ReferenceMap {
    /// In float32; of three channels, or of as many as a map stores.
    func map(in memory: MapMemory) -> Map {
        let map = memory.map(MapShape(images: images, height: height, width: width, channels: channels))
        for (i, value) in values.enumerated() { map.base[i] = Float(value) }
        return map
    }
}

extension SplitMix64 {
    /// Noise in -1…1.
    mutating func values(_ count: Int) -> [Double] { (0..<count).map { _ in Double.random(in: -1...1, using: &self) } }
}
