import Dispatch
import Synchronization

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
