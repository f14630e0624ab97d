import Dispatch

/// Draws frames: rows are shared out over threads, four rays to a pixel.
struct Renderer {
    let width: Int
    let height: Int
    let terrain: Terrain
    let grid: SolidGrid

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        terrain = Terrain()
        grid = SolidGrid(Town.build(on: terrain))
    }

    /// Packed RGB, `width * height * 3` bytes. `progress` runs from 0 to 1 over the clip; `time` is in seconds.
    func frame(progress: Float, time: Float) -> [UInt8] {
        let scene = Scene(terrain: terrain, grid: grid, time: time)
        defer { scene.release() }
        let shading = Shading(scene: scene, pixel: Camera.pixel(height: height))
        let camera = Camera(progress: progress, time: time)
        var bytes = [UInt8](repeating: 0, count: width * height * 3)
        bytes.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            // Rows do not overlap, so every thread writes memory of its own.
            let rows = Rows(base: base)
            DispatchQueue.concurrentPerform(iterations: height) { y in
                draw(row: y, shading, camera, into: rows.base + y * width * 3)
            }
        }
        return bytes
    }

    private struct Rows: @unchecked Sendable { let base: UnsafeMutablePointer<UInt8> }

    private func draw(row: Int, _ shading: Shading, _ camera: Camera, into out: UnsafeMutablePointer<UInt8>) {
        let unit = 2 / Float(height)
        for column in 0..<width {
            var sum = Vector(repeating: 0)
            var centreX: Float = 0, centreY: Float = 0
            for sample in 0..<4 {
                let x = (Float(column) + 0.25 + 0.5 * Float(sample & 1) - Float(width) / 2) * unit
                let y = (Float(height) / 2 - Float(row) - 0.25 - 0.5 * Float(sample >> 1)) * unit
                // Developed before averaging, so that a bright edge is smoothed as the eye sees it.
                sum += Grade.develop(shading.look(camera.eye, camera.ray(x, y)), x, y)
                centreX += x
                centreY += y
            }
            let colour = sum * 0.25 + Vector(repeating: 0.5)
            out[column * 3] = UInt8(clamp(colour.x, 0, 255))
            out[column * 3 + 1] = UInt8(clamp(colour.y, 0, 255))
            out[column * 3 + 2] = UInt8(clamp(colour.z, 0, 255))
        }
    }
}
