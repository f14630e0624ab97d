import Dispatch
import Synchronization
import Testing

@testable import Pipeline

@Suite struct BoundedQueueTests {
    @Test func keepsOrderAcrossThreads() {
        let queue = BoundedQueue<Int>(capacity: 3)
        DispatchQueue(label: "producer").async {
            for i in 0..<5000 { _ = queue.push(i) }
            queue.finish()
        }
        var received: [Int] = []
        while let value = queue.pop() { received.append(value) }
        #expect(received == Array(0..<5000))
    }

    @Test func neverHoldsMoreThanItsCapacity() {
        let queue = BoundedQueue<Int>(capacity: 4)
        let most = Maximum()
        // One beforehand: on a busy machine the two threads may take turns.
        #expect(queue.push(-1))
        most.see(queue.count)
        DispatchQueue(label: "producer").async {
            for i in 0..<2000 {
                _ = queue.push(i)
                most.see(queue.count)
            }
            queue.finish()
        }
        while queue.pop() != nil { most.see(queue.count) }
        #expect(most.value <= 4)
        #expect(most.value > 0)
    }

    @Test func handsOutWhatWaitedWhenFinished() {
        let queue = BoundedQueue<String>(capacity: 2)
        #expect(queue.push("a"))
        #expect(queue.push("b"))
        queue.finish()
        #expect(queue.pop() == "a")
        #expect(!queue.push("c"))
        #expect(queue.pop() == "b")
        #expect(queue.pop() == nil)
        #expect(queue.pop() == nil)
    }

    @Test func finishWakesAProducerAndEveryConsumer() {
        let full = BoundedQueue<Int>(capacity: 1)
        #expect(full.push(0))
        let empty = BoundedQueue<Int>(capacity: 1)
        let woken = DispatchGroup()
        let refused = Mutex(false)
        DispatchQueue(label: "producer").async(group: woken) {
            let taken = full.push(1)
            refused.withLock { $0 = !taken }
        }
        for i in 0..<3 {
            DispatchQueue(label: "consumer \(i)").async(group: woken) { while empty.pop() != nil {} }
        }
        full.finish()
        empty.finish()
        woken.wait()
        #expect(full.pop() == 0)
        #expect(refused.withLock { $0 })
    }

    @Test func losesNothingBetweenManyProducersAndConsumers() {
        let queue = BoundedQueue<Int>(capacity: 2)
        let producers = DispatchGroup()
        let consumers = DispatchGroup()
        let sum = Mutex(0)
        for p in 0..<3 {
            DispatchQueue(label: "producer \(p)").async(group: producers) {
                for i in 1...1000 { _ = queue.push(i) }
            }
        }
        for c in 0..<3 {
            DispatchQueue(label: "consumer \(c)").async(group: consumers) {
                while let value = queue.pop() { sum.withLock { $0 += value } }
            }
        }
        producers.wait()
        queue.finish()
        consumers.wait()
        #expect(sum.withLock { $0 } == 3 * 500_500)
    }
}
