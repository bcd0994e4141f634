import Dispatch

/// Computes values that do not depend on each other, on so many threads; in the order of their indices.
func concurrentMap<Result: Sendable>(
    _ count: Int, threads: Int, _ body: @Sendable (Int) -> Result
) -> [Result] {
    guard threads > 1, count > 1 else { return (0..<count).map(body) }
    let lanes = min(threads, count)
    // Each element is written by one iteration and read after all have ended.
    nonisolated(unsafe) var lists = [[Result]](repeating: [], count: lanes)
    lists.withUnsafeMutableBufferPointer { buffer in
        nonisolated(unsafe) let buffer = buffer
        DispatchQueue.concurrentPerform(iterations: lanes) { lane in
            buffer[lane] = stride(from: lane, to: count, by: lanes).map(body)
        }
    }
    return (0..<count).map { lists[$0 % lanes][$0 / lanes] }
}
