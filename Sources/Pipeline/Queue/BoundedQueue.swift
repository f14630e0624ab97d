import Dispatch
import Synchronization

/// A first-in first-out queue between two stages that holds at most `capacity` elements: a full queue makes the
/// producer wait, an empty one the consumer. That wait is the pipeline's back-pressure.
///
/// Any number of producers and consumers may share it.
final class BoundedQueue<Element: Sendable>: Sendable {
    let capacity: Int

    private struct Ring {
        var slots: [Element?]
        var head = 0
        var count = 0
        var ended = false
    }

    private let ring: Mutex<Ring>
    // Both start at 0 and are signalled up: Dispatch traps when a semaphore dies below the value it was made with.
    private let room = DispatchSemaphore(value: 0)
    private let filled = DispatchSemaphore(value: 0)

    init(capacity: Int) {
        let capacity = max(1, capacity)
        self.capacity = capacity
        ring = Mutex(Ring(slots: Array(repeating: nil, count: capacity)))
        for _ in 0..<capacity { room.signal() }
    }

    /// Elements that wait now.
    var count: Int { ring.withLock { $0.count } }

    /// Appends `element`, waiting for room. False, with the element dropped, once the queue has finished.
    func push(_ element: Element) -> Bool {
        room.wait()
        let taken = ring.withLock { ring in
            guard !ring.ended else { return false }
            ring.slots[(ring.head + ring.count) % capacity] = element
            ring.count += 1
            return true
        }
        if taken { filled.signal() } else { room.signal() }
        return taken
    }

    /// Removes the oldest element, waiting for one. Nil once the queue has finished and is empty.
    func pop() -> Element? {
        filled.wait()
        let element = ring.withLock { ring -> Element? in
            guard ring.count > 0 else { return nil }
            let element = ring.slots[ring.head]
            ring.slots[ring.head] = nil
            ring.head = (ring.head + 1) % capacity
            ring.count -= 1
            return element
        }
        // At the end the wake-up is passed on to the next consumer.
        if element != nil { room.signal() } else { filled.signal() }
        return element
    }

    /// No more elements are taken; those that wait are still handed out. May be called more than once, by any thread.
    func finish() {
        ring.withLock { $0.ended = true }
        filled.signal()
        room.signal()
    }
}
