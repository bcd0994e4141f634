import Synchronization

/// The files that this process has read, so that none of them is replaced by what it writes.
///
/// A command cannot know every name under which it will write a file, so the writer asks. Libraries protect nothing by
/// themselves: an app may well save to the file that it opened.
package enum InputFiles {
    /// nil if nothing is protected.
    private static let read = Mutex<Set<FileStatus.Identity>?>(nil)

    /// From now on files that are read are not replaced.
    package static func protect() { read.withLock { $0 = $0 ?? [] } }

    /// Notes that a file is read.
    static func note(_ status: FileStatus) { read.withLock { _ = $0?.insert(status.identity) } }

    /// Whether a file is protected.
    static func isProtected(_ status: FileStatus) -> Bool {
        read.withLock { $0?.contains(status.identity) ?? false }
    }
}
