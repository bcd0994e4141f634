import BBCUPlatform

/// A PNG or JPEG file that was read but not decoded: a small one can promise a picture that no machine holds, so one
/// may want to know its size first.
public struct ImageFile: Sendable, Hashable {
    /// The file's bytes.
    public let bytes: [UInt8]
    /// Where they are from; errors name it.
    public let path: String?

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - byteLimit: The most bytes that it may have.
    /// - Throws: ``ImageError`` for a file that is absent, a folder, unreadable, empty or too large.
    public init(_ path: String, byteLimit: Int = RasterImage.defaultByteLimit) throws(ImageError) {
        bytes = try FileBytes.contents(of: path, limit: byteLimit)
        self.path = path
    }

    /// Wraps the bytes of a file.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
        path = nil
    }

    /// Pixels in a row and rows of the upright picture as the file's header states them; nil if it states none. A small
    /// file can state sides that ``decode(byteLimit:)`` refuses.
    public var size: (width: Int, height: Int)? {
        guard let stored = isJPEG ? jpegSize : pngSize, stored.width > 0, stored.height > 0 else { return nil }
        return orientation.swapsSides ? (stored.height, stored.width) : stored
    }

    /// Decodes the picture and turns it upright, as the file's EXIF orientation says.
    ///
    /// PNG of every colour type and bit depth is read: palettes become RGB, greys of fewer than 8 bits become 8 bits, a
    /// transparent colour becomes an alpha channel. JPEG becomes grey or RGB.
    /// Gamma and colour profiles are not applied: the networks were trained on the stored values.
    ///
    /// - Parameter byteLimit: The most bytes that the samples may have.
    /// - Throws: ``ImageError`` for a file that is neither PNG nor JPEG, truncated, damaged (a checksum that does not
    ///   match included), too large, or of a kind that is not read.
    public func decode(byteLimit: Int = RasterImage.defaultByteLimit) throws(ImageError) -> RasterImage {
        do {
            let stored =
                isJPEG ? try JPEG.decode(bytes, byteLimit: byteLimit) : try PNGCodec.decode(bytes, byteLimit: byteLimit)
            return stored.upright(from: orientation)
        } catch {
            throw path.map(error.inFile) ?? error
        }
    }

    /// JPEG begins with the marker SOI and the first byte of the next (ITU-T T.81, annex B).
    private var isJPEG: Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }

    /// The frame header: precision, rows, columns.
    private var jpegSize: (width: Int, height: Int)? {
        let frames: Set<UInt8> = [0xC0, 0xC1, 0xC2]
        guard let header = (try? JPEGSegments(bytes))?.segments.first(where: { frames.contains($0.marker) })?.content,
            let height = header.number(at: 1, bytes: 2), let width = header.number(at: 3, bytes: 2)
        else { return nil }
        return (width, height)
    }

    /// The header chunk, which comes first and has 13 bytes (PNG, third edition, 11.2.1).
    private var pngSize: (width: Int, height: Int)? {
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        guard bytes.starts(with: signature), bytes.dropFirst(8).starts(with: [0, 0, 0, 13] + Array("IHDR".utf8)),
            let width = bytes[...].number(at: 16, bytes: 4),
            let height = bytes[...].number(at: 20, bytes: 4)
        else { return nil }
        return (width, height)
    }
}
