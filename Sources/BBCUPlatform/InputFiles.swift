import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The files that this process has read, so that none of them is replaced by what it writes.
///
/// A command cannot know every name under which it will write a file, so the writer asks. Libraries protect nothing by
/// themselves: an app may well save to the file that it opened.
package enum InputFiles {
    private struct Identity: Hashable {
        let device: UInt64
        let number: UInt64

        init(_ status: stat) {
            device = UInt64(truncatingIfNeeded: status.st_dev)
            number = UInt64(truncatingIfNeeded: status.st_ino)
        }
    }

    /// nil if nothing is protected.
    private static let read = Mutex<Set<Identity>?>(nil)

    /// From now on files that are read are not replaced.
    package static func protect() { read.withLock { $0 = $0 ?? [] } }

    /// Notes that an open file is read.
    package static func note(_ descriptor: Int32) {
        var status = stat()
        if fstat(descriptor, &status) == 0 { note(status) }
    }

    static func note(_ status: stat) { read.withLock { _ = $0?.insert(Identity(status)) } }

    /// Whether a file is protected.
    static func isProtected(_ status: stat) -> Bool { read.withLock { $0?.contains(Identity(status)) ?? false } }
}
