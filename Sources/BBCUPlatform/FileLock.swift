import CBBCUSystem

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Keeps a second process from writing the same file while this one works on it: an exclusive `flock` on a hidden file in
/// its folder. It ends with the value, and with the process however that ends.
package final class FileLock {
    private let folder: Int32
    private let name: String
    /// Where the command's signal handler finds the file; -1 until the lock is held.
    private var slot: Int32 = -1
    private var descriptor: Int32 = -1

    /// Locks a file, which need not be there.
    ///
    /// A file system without locks locks nothing.
    /// - Throws: `unwritable` if another process holds the lock, or the folder cannot be written.
    package init(_ path: String) throws(BytesError) {
        let parent = PathText.folder(of: path)
        // Of one length, however long the file's own name is.
        let digits = Array(PathText.name(of: path).utf8).withUnsafeBytes { sha256($0) }
        name = ".bbcu-" + String(decoding: digits.utf8.prefix(16), as: UTF8.self) + ".lock"
        folder = bbcu_folder_open(parent.isEmpty ? "." : parent)
        guard folder >= 0 else {
            throw BytesError(
                .unwritable, file: path, found: "its folder cannot be opened: \(systemError())",
                advice: "make the folder first, or check the path")
        }
        while true {
            descriptor = openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else {
                throw BytesError(.unwritable, file: path, found: "the file cannot be locked: \(systemError())")
            }
            if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
                guard SystemError().isOfWaiting else { return }
                close(descriptor)
                descriptor = -1
                throw BytesError(
                    .unwritable, file: path, found: "another process is working on this file",
                    advice: "wait until it has ended, or name another file")
            }
            if isInPlace {
                slot = bbcu_unfinished_add(folder, name)
                return
            }
            // The process that held the lock has removed the file since it was opened.
            close(descriptor)
            descriptor = -1
        }
    }

    /// Whether the file that is locked is still the one of that name.
    private var isInPlace: Bool {
        guard let locked = FileStatus(descriptor: descriptor) else { return false }
        return FileStatus(name, in: folder)?.identity == locked.identity
    }

    deinit {
        // Removed while it is still locked, so that no other process takes it in between.
        if descriptor >= 0 {
            unlinkat(folder, name, 0)
            close(descriptor)
        }
        bbcu_unfinished_done(slot)
        if folder >= 0 { close(folder) }
    }
}
