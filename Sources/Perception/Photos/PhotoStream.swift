import Foundation
import Network
import Synchronization

/// Batches of photo crops, made on a queue of their own while the step before runs.
///
/// What a batch holds depends on the seed and its number alone, so that a run can go on at any step.
final class PhotoStream: @unchecked Sendable {
    // Sendable: a batch's memory belongs to the queue until its group is done, then to the trainer until the next `batch`.
    private let folder: PhotoFolder
    private let seed: UInt64
    private let batches: [Map]
    private let memory = MapMemory()
    private let queue = DispatchQueue(label: "tempera.photos", qos: .userInitiated)
    private let pending = DispatchGroup()
    private let state = Mutex(State())

    private struct State {
        var order: (epoch: Int, indices: [Int]) = (-1, [])
        var unreadable: Set<Int> = []
        var ready = -1
        var failed = false
    }

    init(_ folder: PhotoFolder, shape: MapShape, seed: UInt64) {
        self.folder = folder
        self.seed = seed
        batches = [memory.map(shape), memory.map(shape)]
    }

    /// Photos that could not be read so far.
    var unreadable: [String] { state.withLock { $0.unreadable.sorted().map { folder.files[$0] } } }

    /// Batch number `step`. The one before it is overwritten from now on.
    /// - Throws: `TrainingError.noReadablePhotos`.
    func batch(_ step: Int) throws(TrainingError) -> Map {
        pending.wait()
        if state.withLock({ $0.ready != step }) { prepare(step) }
        pending.wait()
        if state.withLock({ $0.failed }) { throw .noReadablePhotos(folder.path) }
        prepare(step + 1)
        return batches[step % 2]
    }

    private func prepare(_ step: Int) {
        queue.async(group: pending) { [self] in
            let map = batches[step % 2]
            let complete = (0..<map.shape.images).allSatisfy {
                fill(map, image: $0, sample: step * map.shape.images + $0)
            }
            state.withLock { state in
                state.ready = step
                state.failed = !complete
            }
        }
    }

    /// Draws a crop for one sample; false when no photo of the folder can be read.
    private func fill(_ map: Map, image: Int, sample: Int) -> Bool {
        let count = folder.files.count
        for attempt in 0..<count {
            let index = photo(sample, attempt)
            if state.withLock({ $0.unreadable.contains(index) }) { continue }
            var random = RandomStream(seed: seed, place: UInt64(sample), UInt64(attempt))
            do {
                try crop(try folder.read(index), to: map, image: image, &random)
                return true
            } catch {
                state.withLock { _ = $0.unreadable.insert(index) }
            }
        }
        return false
    }

    /// Every photo comes once an epoch, in an order of that epoch's own; an unreadable one gives way to its successor.
    private func photo(_ sample: Int, _ attempt: Int) -> Int {
        let count = folder.files.count, epoch = sample / count
        return state.withLock { state in
            if state.order.epoch != epoch {
                var random = RandomStream(seed: seed, place: UInt64(epoch), 0x6f72_6465_72)
                state.order = (epoch, Array(0..<count).shuffled(using: &random))
            }
            return state.order.indices[(sample + attempt) % count]
        }
    }

    /// A window of the photo at a random scale and place, mirrored half the time.
    private func crop(_ photo: PixelBuffer, to map: Map, image: Int, _ random: inout RandomStream) throws {
        let size = map.shape.height, short = min(photo.width, photo.height)
        let side = Int(random.uniform(Double(size)...Double(max(size, min(short, 2 * size)))).rounded())
        let scaled = try photo.scaled(shortSide: side)
        let x = random.index(scaled.width - size + 1), y = random.index(scaled.height - size + 1)
        scaled.copyCrop(x: x, y: y, mirrored: random.next() % 2 == 1, to: map, image: image)
    }
}
