import CKernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Threads that do the same work on their own part of it and wait for each other between its steps.
enum ThreadTeam {
    /// Where the threads of a team wait for each other.
    struct Barrier: @unchecked Sendable {
        // Unchecked: the C barrier is made for being shared.
        fileprivate let handle: OpaquePointer?

        /// Waits for all threads of the team.
        func wait() { if let handle { bbcu_barrier_wait(handle) } }
    }

    /// What a thread is given.
    private final class Task {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    /// Runs `body` on so many threads, the caller's among them, and returns when all are done.
    static func run(_ threads: Int, _ body: @Sendable (_ thread: Int, Barrier) -> Void) {
        guard threads > 1 else { return body(0, Barrier(handle: nil)) }
        let handle = bbcu_barrier_create(UInt32(threads))
        let barrier = Barrier(handle: handle)
        withoutActuallyEscaping(body) { body in
            var others: [pthread_t] = []
            for thread in 1..<threads {
                let task = Unmanaged.passRetained(Task { body(thread, barrier) })
                var identifier = pthread_t()
                let status = pthread_create(
                    &identifier, nil,
                    { argument in
                        #if canImport(Glibc)
                            guard let argument else { return nil }
                        #endif
                        Unmanaged<Task>.fromOpaque(argument).takeRetainedValue().body()
                        return nil
                    }, task.toOpaque())
                precondition(status == 0, "the system has no thread left")
                others.append(identifier)
            }
            body(0, barrier)
            for identifier in others { pthread_join(identifier, nil) }
        }
        bbcu_barrier_destroy(handle)
    }
}
