import Foundation
import Media
import Network
import Synchronization

/// What a step is taken on.
struct Batch {
    /// What the network is given: images x crop x crop x 3, RGB 0…255.
    let photos: Map
    /// What an upscaler should make of it: the crops that `photos` are reduced from.
    var target: Map?
    /// Images that show the same scene; empty unless views were asked for.
    var pairs: [ViewPair] = []
    /// Which of several styles has its turn.
    var style = 0
}

/// Batches of photo crops, made on a queue of their own while the step before runs.
///
/// What a batch holds depends on the seed and its number alone, so that a run can go on at any step.
final class PhotoStream: @unchecked Sendable {
    // Sendable: a batch's memory belongs to the queue until `pending` is done, then to the trainer until the next `batch`.
    private let folder: PhotoFolder
    private let seed: UInt64
    private let views: ViewSampler?
    private let shape: MapShape
    private let reduction: BicubicScaler?
    private let styles: Int
    private let hasRamps: Bool
    /// The part of the crops that are ramps, if any are.
    private static let ramps = 1.0 / 16
    private let slots: [Slot]
    private let memory = MapMemory()
    private let queue = DispatchQueue(label: "tempera.photos", qos: .userInitiated)
    private let pending = DispatchGroup()
    private let state = Mutex(State())

    /// A batch and its memory.
    private final class Slot {
        var batch: Batch

        init(_ batch: Batch) { self.batch = batch }
    }

    private struct State {
        var order: (epoch: Int, indices: [Int]) = (-1, [])
        var unreadable: Set<Int> = []
        var ready = -1
        var given = -1
        var failed = false
    }

    /// - Parameters:
    ///   - shape: Of the crops.
    ///   - pairs: Every other crop is a moved view of the one before it.
    ///   - enlargement: Above 1, the crops are targets, and reduced as many times for the network.
    ///   - styles: That have a batch each in turn.
    ///   - hasRamps: Whether some of the photos give way to smooth ramps.
    init(
        _ folder: PhotoFolder, shape: MapShape, seed: UInt64, pairs: Bool = false, enlargement: Int = 1, styles: Int = 1,
        hasRamps: Bool = false
    ) {
        self.folder = folder
        self.seed = seed
        self.shape = shape
        self.styles = max(1, styles)
        self.hasRamps = hasRamps
        views = pairs ? ViewSampler() : nil
        slots = (0..<2).map { [memory] _ in
            let pairs = (0..<(pairs ? shape.images / 2 : 0)).map {
                ViewPair(first: 2 * $0, second: 2 * $0 + 1, brightening: memory.floats(shape.pixels))
            }
            let target = enlargement > 1 ? memory.map(shape) : nil
            return Slot(Batch(photos: memory.map(shape.reduced(by: enlargement)), target: target, pairs: pairs))
        }
        let from = (shape.width, shape.height), to = (shape.width / enlargement, shape.height / enlargement)
        reduction = enlargement > 1 ? BicubicScaler(from: from, to: to) : nil
    }

    /// Of the crops of a batch.
    var pixels: Int { shape.images * shape.pixels }

    /// Photos that could not be read so far.
    var unreadable: Set<String> { state.withLock { Set($0.unreadable.map { folder.files[$0] }) } }

    /// Batch number `step`, the same as long as it is asked for. The one before it is overwritten from now on.
    /// - Throws: `TrainingError.noReadablePhotos`.
    func batch(_ step: Int) throws(TrainingError) -> Batch {
        pending.wait()
        // The one after the last that was given out is always ready.
        if state.withLock({ $0.given == step }) { return slots[step % 2].batch }
        if state.withLock({ $0.ready != step }) { prepare(step) }
        pending.wait()
        if state.withLock({ $0.failed }) { throw .noReadablePhotos(folder.path) }
        state.withLock { $0.given = step }
        prepare(step + 1)
        return slots[step % 2].batch
    }

    private func prepare(_ step: Int) {
        queue.async(group: pending) { [self] in
            let complete = fill(&slots[step % 2].batch, step)
            state.withLock { state in
                state.ready = step
                state.failed = !complete
            }
        }
    }

    /// Draws every image of a batch; false when no photo of the folder can be read.
    private func fill(_ batch: inout Batch, _ step: Int) -> Bool {
        let images = batch.photos.shape.images
        batch.style = step % styles
        for pair in batch.pairs.indices {
            let image = batch.pairs[pair].first
            let drawn = draw(step * images + image) { scaled, place, random in
                views?.draw(&batch.pairs[pair], of: scaled, at: place, in: batch.photos, &random)
            }
            if !drawn { return false }
        }
        return (2 * batch.pairs.count..<images).allSatisfy { image in
            draw(step * images + image) { scaled, place, _ in
                let crops = batch.target ?? batch.photos
                scaled.copyCrop(x: place.x, y: place.y, to: crops, image: image)
                reduction?.scaleToBytes(crops.image(image), into: batch.photos.image(image))
            }
        }
    }

    /// Reads the photo of one sample, at a random scale and mirrored half the time, and hands it to `body` with the crop's
    /// place; false when no photo of the folder can be read.
    private func draw(
        _ sample: Int, _ body: (PixelBuffer, _ place: (x: Int, y: Int), inout RandomStream) -> Void
    ) -> Bool {
        let size = shape.height
        func crop(_ scaled: PixelBuffer, _ random: inout RandomStream) {
            let x = random.index(scaled.width - size + 1), y = random.index(scaled.height - size + 1)
            body(scaled, (x, y), &random)
        }
        var ramp = RandomStream(seed: seed, place: UInt64(sample), 0x7261_6d70)
        if hasRamps, ramp.uniform(0...1) < Self.ramps {
            crop(SmoothPicture.draw(side: size * 5 / 4, &ramp), &ramp)
            return true
        }
        for attempt in folder.files.indices {
            let index = photo(sample, attempt)
            if state.withLock({ $0.unreadable.contains(index) }) { continue }
            var random = RandomStream(seed: seed, place: UInt64(sample), UInt64(attempt))
            do {
                let photo = try folder.read(index), short = min(photo.width, photo.height)
                let most = max(size, min(short, 2 * size))
                let scaledSide = Int(random.uniform(Double(size)...Double(most)).rounded())
                let scaled = try photo.scaled(shortSide: scaledSide)
                if random.next() % 2 == 1 { scaled.mirror() }
                crop(scaled, &random)
                return true
            } catch {
                state.withLock { _ = $0.unreadable.insert(index) }
            }
        }
        return false
    }

    /// Every photo has one turn an epoch, in an order of that epoch's own. A ramp takes some turns, a moved view every other; an
    /// unreadable photo gives way to its successor.
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
}
