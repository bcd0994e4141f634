import CBBCUSystem

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// This process, as the system knows it.
package enum ThisProcess {
    /// Installs what ends the process cleanly when a signal or the system does: see `bbcu_end_cleanly`.
    package static func endsCleanly(status: Int32) { bbcu_end_cleanly(status) }

    /// Ends the process.
    package static func end(status: Int32) -> Never { exit(status) }

    /// An environment variable; nil for one that is not set, or empty.
    package static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Seconds since some moment, by a clock that only goes on.
    package static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// The streams that every process has.
package enum StandardStream: Int32 {
    case input, output, error

    /// Whether somebody watches it.
    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Writes all bytes; nil, or why they could not be written.
    package func write(_ bytes: [UInt8]) -> SystemError? { writeAll(bytes, to: rawValue) }

    /// The bytes to the end, or more than `limit` of them.
    package static func allBytes(atMost limit: Int) throws(SystemError) -> [UInt8] {
        try readAll(from: Self.input.rawValue, atMost: limit)
    }
}

/// The bytes to the end of a stream, or more than `limit` of them.
func readAll(from descriptor: Int32, atMost limit: Int) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= limit {
        let count = read(descriptor, &buffer, buffer.count)
        guard count >= 0 else {
            let reason = SystemError()
            if reason.isInterruption { continue }
            guard reason.isOfWaiting else { throw reason }
            // Opened without blocking: its writer has nothing yet.
            var stream = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&stream, 1, -1)
            continue
        }
        guard count > 0 else { break }
        bytes += buffer[..<count]
    }
    return bytes
}

extension FolderListing {
    /// The folder of the system's temporary files.
    package static var temporary: String {
        // Empty means unset; a relative path or the root would leave folders in unexpected places.
        let named = ThisProcess.variable("TMPDIR") ?? ""
        return PathText.isAbsolute(named) && named.utf8.contains { $0 != slash[0] } ? named : "/tmp"
    }

    /// Makes a new folder in another, under a name that nothing has; nil where the system refuses.
    package static func makeUnique(_ name: String, in parent: String) -> String? {
        var template = Array("\(parent)/\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether this process may read what lies under a path.
    package static func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }

    /// Removes a file; a folder stays.
    package static func removeFile(_ path: String) { unlink(path) }
}
