import CBBCUSystem
import Synchronization

/// Calls `body` with every index below `count`, on at most `threads` threads, the caller's among them. If the system
/// has no thread left, there are fewer; nothing waits for one.
///
/// - Parameter body: called on several threads at once, once per index.
package func concurrently(_ count: Int, threads: Int, _ body: (Int) -> Void) {
    guard count > 1, threads > 1 else {
        for index in 0..<max(0, count) { body(index) }
        return
    }
    withoutActuallyEscaping(body) { body in
        var work = Work(body: body)
        withUnsafeMutablePointer(to: &work) { work in
            bbcu_parallel(
                UInt32(clamping: threads), count,
                { context, index in context?.assumingMemoryBound(to: Work.self).pointee.body(index) }, work)
        }
    }
}

private struct Work {
    let body: (Int) -> Void
}

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
