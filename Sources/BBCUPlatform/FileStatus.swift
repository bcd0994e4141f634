#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the system says of a file, without opening it.
package struct FileStatus: Sendable, Hashable {
    /// What a file is.
    package enum Kind: Sendable, Hashable { case file, folder, link, pipe, socket, device, other }

    /// Which file it is, whatever its name.
    package struct Identity: Sendable, Hashable {
        fileprivate let device: UInt64
        fileprivate let number: UInt64
    }

    package let kind: Kind
    package let byteCount: Int
    package let identity: Identity
    /// The permissions' bits.
    let permissions: mode_t

    /// Nil if there is no such file; ``systemError()`` then says why.
    package init?(_ path: String, followsLinks: Bool = true) { self.init(Array(path.utf8), followsLinks: followsLinks) }

    /// The same for a path's bytes.
    init?(_ path: [UInt8], followsLinks: Bool = true) {
        var status = stat()
        let path = FolderListing.terminated(path)
        guard (followsLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        self.init(status)
    }

    /// The status of an open file.
    init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    /// The status of a name in an open folder.
    init?(_ name: String, in folder: Int32) {
        var status = stat()
        guard fstatat(folder, name, &status, 0) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .folder
        case S_IFLNK: kind = .link
        case S_IFIFO: kind = .pipe
        case S_IFSOCK: kind = .socket
        case S_IFCHR, S_IFBLK: kind = .device
        default: kind = .other
        }
        byteCount = Int(status.st_size)
        identity = Identity(
            device: UInt64(truncatingIfNeeded: status.st_dev), number: UInt64(truncatingIfNeeded: status.st_ino))
        permissions = status.st_mode & 0o7777
    }
}

/// Why a call of the system failed.
package struct SystemError: Error {
    private let number: Int32

    /// The last failed call's.
    package init() { number = errno }

    /// The error of a number.
    package init(_ number: Int32) { self.number = number }

    /// Whether there is no such file or folder.
    package var isAbsent: Bool { number == ENOENT }
    /// Whether a part of the path is not a folder.
    package var isBelowFile: Bool { number == ENOTDIR }
    /// Whether a file of that name is there already.
    package var isPresent: Bool { number == EEXIST }
    /// Whether a signal came in between.
    package var isInterruption: Bool { number == EINTR }
    /// Whether nobody reads the pipe any more.
    package var isBrokenPipe: Bool { number == EPIPE }
    /// Whether the call would have waited: for a lock that somebody else holds, or for bytes.
    var isOfWaiting: Bool { number == EWOULDBLOCK }

    /// The system's words.
    package var text: String { String(cString: strerror(number)) }
}

/// The system's words for the last failed call.
package func systemError() -> String { SystemError().text }
