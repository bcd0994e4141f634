import CBBCUKernels

/// Threads that do the same work on their own part of it and wait for each other between its steps. They stay until the
/// team goes, so that a run makes none.
final class ThreadTeam {
    /// How many there are, the caller's among them: fewer than asked for where the system has no more.
    let count: Int
    /// nil for one thread.
    private let handle: OpaquePointer?

    init(_ threads: Int) {
        handle = threads > 1 ? bbcu_team_create(UInt32(threads)) : nil
        count = handle.map { Int(bbcu_team_threads($0)) } ?? 1
    }

    deinit { bbcu_team_destroy(handle) }

    /// Where the threads of a team wait for each other.
    struct Barrier {
        fileprivate let handle: OpaquePointer?

        /// Waits for all threads of the team.
        func wait() { if let handle { bbcu_team_wait(handle) } }
    }

    /// Runs `body` on all threads with a context that they share, and returns when all are done.
    func run<Context>(
        _ context: inout Context, _ body: @convention(c) (UnsafeMutableRawPointer?, UInt32) -> Void
    ) {
        withUnsafeMutableBytes(of: &context) { bytes in
            if let handle { bbcu_team_run(handle, body, bytes.baseAddress) } else { body(bytes.baseAddress, 0) }
        }
    }

    var barrier: Barrier { Barrier(handle: handle) }
}
