import BBCUPlatform

extension RasterImage {
    /// The most bytes of samples that ``read(_:byteLimit:)`` decodes unless told otherwise: 512 MiB.
    public static let defaultByteLimit = 1 << 29

    /// Reads a PNG or JPEG file; which of them it is, its first bytes say. See ``ImageFile/decode(byteLimit:)``.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - byteLimit: The most bytes that the file, and the samples it holds, may have.
    /// - Throws: ``ImageError`` for a file that is absent, a folder, unreadable, empty, neither PNG nor JPEG, truncated,
    ///   damaged (a checksum that does not match included), too large, or of a kind that is not read.
    public static func read(_ path: String, byteLimit: Int = defaultByteLimit) throws(ImageError) -> RasterImage {
        try ImageFile(path, byteLimit: byteLimit).decode(byteLimit: byteLimit)
    }

    /// The image as a PNG file in memory.
    ///
    /// - Parameter compression: The zlib level, 0 (none) to 9 (smallest); others are taken as the nearer of the two.
    /// - Throws: ``ImageError`` where PNG cannot hold it.
    public func png(compression: Int = 6) throws(ImageError) -> [UInt8] {
        try PNGCodec.encode(self, level: min(max(compression, 0), 9))
    }

    /// Writes the image as a PNG file, wholly or not at all: a failure leaves neither a part of it nor another file,
    /// and a file that was there before stays.
    ///
    /// - Parameters:
    ///   - path: The file, replaced where it exists.
    ///   - compression: The zlib level, 0 (none) to 9 (smallest); others are taken as the nearer of the two.
    /// - Throws: ``ImageError`` where the path names a folder or cannot be written.
    public func writePNG(_ path: String, compression: Int = 6) throws(ImageError) {
        do {
            try FileBytes.store(png(compression: compression), at: path)
        } catch {
            throw error.inFile(path)
        }
    }
}
