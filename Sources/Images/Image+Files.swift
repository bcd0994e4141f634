extension Image {
    /// The most bytes of samples that ``read(_:byteLimit:)`` and ``decode(_:byteLimit:)`` make unless told otherwise: 512 MiB.
    public static let defaultByteLimit = 1 << 29

    /// Reads a PNG or JPEG file; which of them it is, its first bytes say.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - byteLimit: The most bytes that the file, and the samples it holds, may have.
    /// - Throws: ``ImageError`` for a file that is absent, a folder, unreadable, empty, neither PNG nor JPEG, truncated,
    ///   damaged (a checksum that does not match included), too large, or of a kind that is not read.
    public static func read(_ path: String, byteLimit: Int = defaultByteLimit) throws(ImageError) -> Image {
        let file = try FileBytes.contents(of: path, limit: byteLimit)
        do {
            return try decode(file, byteLimit: byteLimit)
        } catch {
            throw error.naming(path)
        }
    }

    /// Decodes a PNG or JPEG file in memory.
    ///
    /// PNG of every colour type and bit depth is read: palettes become RGB, greys of fewer than 8 bits become 8 bits, a
    /// transparent colour becomes an alpha channel. JPEG becomes grey or RGB. The picture is turned upright as the file's
    /// EXIF orientation says.
    /// Gamma and colour profiles are not applied: the networks were trained on the stored values.
    ///
    /// - Parameters:
    ///   - file: The file's bytes.
    ///   - byteLimit: The most bytes that the samples may have.
    /// - Throws: ``ImageError``, as ``read(_:byteLimit:)``.
    public static func decode(_ file: [UInt8], byteLimit: Int = defaultByteLimit) throws(ImageError) -> Image {
        // JPEG begins with the marker SOI and the first byte of the next (ITU-T T.81, annex B).
        let isJPEG = file.starts(with: [0xFF, 0xD8, 0xFF])
        let stored =
            isJPEG ? try JPEG.decode(file, byteLimit: byteLimit) : try PNGCodec.decode(file, byteLimit: byteLimit)
        return stored.upright(from: Orientation(ofFile: file))
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
            try FileBytes.store(PNGCodec.encode(self, level: min(max(compression, 0), 9)), at: path)
        } catch {
            throw error.naming(path)
        }
    }
}
