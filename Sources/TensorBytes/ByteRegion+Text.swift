import BBCUPlatform

extension ByteRegion {
    /// The most bytes of a report or a ledger: rows of some 100,000 images.
    package static let largestReport = 64 << 20
    /// The most bytes of a file that a person writes: a map of names, formats, options.
    package static let largestNote = 4 << 20

    /// Maps a file of text that is read as a whole, or reads a pipe.
    ///
    /// - Parameter limit: the most bytes that it may have, so that no size of a file decides over memory.
    /// - Throws: what ``mapping(_:)`` throws, and `unreadable` for a larger file.
    package static func mapping(_ path: String, atMost limit: Int) throws(BytesError) -> ByteRegion {
        let piped: [UInt8]?
        do throws(SystemError) { piped = try FileHandle.piped(path, atMost: limit) } catch {
            throw BytesError(.unreadable, file: path, found: "the pipe cannot be read: \(error.text)")
        }
        let region = if let piped { ByteRegion(piped) } else { try mapping(path) }
        guard region.count <= limit else {
            throw BytesError(
                .unreadable, file: path, found: "a file of \(region.count.counted("byte"))",
                expected: "at most \(limit >> 20) MiB of text", advice: "check that it is the file that was meant")
        }
        return region
    }
}
