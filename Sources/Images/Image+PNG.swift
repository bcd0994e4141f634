extension Image {
    /// The most bytes of samples that ``read(_:byteLimit:)`` decodes unless told otherwise: 512 MiB.
    public static let defaultByteLimit = 1 << 29

    /// Reads a PNG file of any colour type and bit depth.
    ///
    /// Palettes become RGB, greys of fewer than 8 bits become 8 bits, a transparent colour becomes an alpha channel.
    /// Gamma and colour profiles are not applied: the networks were trained on the stored values.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - byteLimit: The most bytes that the file, and the samples it holds, may have.
    /// - Throws: ``ImageError`` for a file that is absent, a folder, unreadable, empty, no PNG, truncated, damaged
    ///   (a checksum that does not match included) or too large.
    public static func read(_ path: String, byteLimit: Int = defaultByteLimit) throws(ImageError) -> Image {
        let file = try FileBytes.contents(of: path, limit: byteLimit)
        do {
            return try PNGCodec.decode(file, byteLimit: byteLimit)
        } catch {
            throw error.naming(path)
        }
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
