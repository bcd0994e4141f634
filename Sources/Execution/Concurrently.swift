import Dispatch

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
