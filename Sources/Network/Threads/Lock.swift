import Glibc

/// A `pthread` mutex at a fixed address.
///
/// `@unchecked Sendable`: a mutex is made to be shared.
final class Lock: @unchecked Sendable {
    fileprivate let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    init() {
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func lock() { pthread_mutex_lock(mutex) }
    func unlock() { pthread_mutex_unlock(mutex) }
}

/// A `pthread` condition variable at a fixed address: sleeping costs nothing, waking is one system call.
///
/// `@unchecked Sendable`: a condition is made to be shared.
final class Condition: @unchecked Sendable {
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        condition.initialize(to: pthread_cond_t())
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
    }

    /// Waits with `lock` held; it is held again on return.
    func wait(_ lock: Lock) { pthread_cond_wait(condition, lock.mutex) }
    func broadcast() { pthread_cond_broadcast(condition) }
}
