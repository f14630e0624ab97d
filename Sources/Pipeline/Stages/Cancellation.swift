import Synchronization

/// Asks a running pipeline to stop early and leave a playable file: frames already begun are finished and written, the
/// rest is left out.
///
/// May be used from any thread, any number of times; one token may serve several pipelines.
public final class Cancellation: Sendable {
    private struct State {
        var requested = false
        var actions: [Int: @Sendable () -> Void] = [:]
        var nextKey = 0
    }

    private let state = Mutex(State())

    public init() {}

    public var isRequested: Bool { state.withLock { $0.requested } }

    public func request() {
        let actions = state.withLock { state in
            state.requested = true
            defer { state.actions = [:] }
            return state.actions.values.map { $0 }
        }
        for action in actions { action() }
    }

    /// Runs `action` once when the token is used, at once if that has happened, and not for a request that comes after
    /// `body` has returned.
    public func whileRunning<R>(onRequest action: @escaping @Sendable () -> Void, _ body: () throws -> R) rethrows -> R {
        let key = state.withLock { state -> Int? in
            guard !state.requested else { return nil }
            state.nextKey += 1
            state.actions[state.nextKey] = action
            return state.nextKey
        }
        if key == nil { action() }
        defer { if let key { _ = state.withLock { $0.actions.removeValue(forKey: key) } } }
        return try body()
    }
}
