import Dispatch
import Synchronization

/// Computes two values that do not depend on each other, side by side where there are threads for it.
///
/// - Throws: what `first` throws, else what `second` throws.
package func concurrently<First: Sendable, Second: Sendable>(
    threads: Int, _ first: @Sendable () throws -> First, _ second: @Sendable () throws -> Second
) throws -> (First, Second) {
    guard threads > 1 else { return (try first(), try second()) }
    // Each is written by one iteration and read after both have ended.
    nonisolated(unsafe) var firstResult: Result<First, any Error>?
    nonisolated(unsafe) var secondResult: Result<Second, any Error>?
    DispatchQueue.concurrentPerform(iterations: 2) { index in
        if index == 0 { firstResult = Result(catching: first) } else { secondResult = Result(catching: second) }
    }
    guard let firstValue = try firstResult?.get(), let secondValue = try secondResult?.get() else {
        return (try first(), try second())
    }
    return (firstValue, secondValue)
}

/// Computes `count` values that do not depend on each other, on so many threads, each taking the next one.
///
/// - Returns: the values in order.
/// - Throws: what the first one that fails throws.
package func concurrentMap<Value: Sendable>(
    _ count: Int, threads: Int, _ body: @Sendable (Int) throws -> Value
) throws -> [Value] {
    let threads = min(threads, count)
    guard threads > 1 else { return try (0..<count).map(body) }
    let next = Atomic(0)
    let results = Mutex([Result<Value, any Error>?](repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
        while true {
            let index = next.add(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            let result = Result { try body(index) }
            results.withLock { $0[index] = result }
        }
    }
    return try results.withLock { $0 }.compactMap { try $0?.get() }
}
