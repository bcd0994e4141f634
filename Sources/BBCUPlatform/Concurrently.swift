import CBBCUSystem

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

/// Ends the process because the system refused memory, as a failed allocation in Swift does. The command then names the
/// limit that was reached.
package func endWithoutMemory() -> Never { bbcu_out_of_memory() }
