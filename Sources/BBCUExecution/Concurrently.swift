import BBCUPlatform
import Synchronization
import TensorBytes

/// Computes `count` values that do not depend on each other, on so many threads, each taking the next one.
///
/// - Returns: the values in order.
/// - Throws: what the first one that fails throws.
package func concurrentMap<Value: Sendable, Failure: Error>(
    _ count: Int, threads: Int, _ body: @Sendable (Int) throws(Failure) -> Value
) throws(Failure) -> [Value] {
    let threads = min(threads, count)
    guard threads > 1 else { return try (0..<count).map(body) }
    let results = Mutex([Result<Value, Failure>?](repeating: nil, count: count))
    concurrently(count, threads: threads) { index in
        let result = Result { () throws(Failure) in try body(index) }
        results.withLock { $0[index] = result }
    }
    var values: [Value] = []
    for case let result? in results.withLock({ $0 }) { values.append(try result.get()) }
    return values
}
