import BBCUPlatform

/// JPEG files in memory, as libjpeg reads and writes them.
///
/// Decoding and encoding use the slow integer DCT, whose bits are the same on every CPU; chroma is interpolated.
public enum JPEG {
    /// Which samples of a file are wanted.
    public enum Components: Sendable, Hashable, CaseIterable {
        /// Grey of a grey file, else RGB.
        case colours
        /// Y of a colour file, or grey: one channel in the full range 0...255.
        case luma
        /// As stored: grey, or three channels Y, Cb and Cr in the full range, Cb and Cr interpolated to the size of Y.
        case stored
    }

    /// Decodes a file to 8-bit samples; an EXIF orientation is not applied.
    ///
    /// - Parameters:
    ///   - file: The file's bytes.
    ///   - components: Which samples; ``Components/luma`` and ``Components/stored`` need a file that has a luma.
    ///   - byteLimit: The most samples that the file may hold, those of all its components counted.
    /// - Throws: ``ImageError`` with code `unknownFormat`, `truncated`, `damaged`, `tooLarge`, or `unsupported` for
    ///   CMYK, arithmetic coding, lossless, 12 bits, more than 100 scans. Whatever libjpeg would only warn of is
    ///   damage.
    public static func decode(
        _ file: [UInt8], _ components: Components = .colours, byteLimit: Int = RasterImage.defaultByteLimit
    ) throws(ImageError) -> RasterImage {
        _ = try JPEGSegments(file)
        return try JPEGCodec.decode(file, components, byteLimit: byteLimit)
    }

    /// Encodes a grey or RGB image as a baseline file: libjpeg's standard tables scaled to the quality, JFIF header,
    /// the chroma of RGB halved both ways.
    ///
    /// - Parameters:
    ///   - image: 8 bits a sample, one or three channels.
    ///   - quality: 1 (smallest file) to 100; others are taken as the nearer of the two.
    /// - Throws: ``ImageError`` with code `channels` for 16 bits or alpha, `tooLarge`, or `unwritable` for a side over
    ///   65500 pixels.
    public static func encode(_ image: RasterImage, quality: Int) throws(ImageError) -> [UInt8] {
        guard image.bitDepth == 8, image.channels == 1 || image.channels == 3 else {
            throw ImageError(
                .channels, found: "found \(image.channels.counted("channel")) at \(image.bitDepth.counted("bit"))",
                expected: "1 or 3 channels at 8 bits, as JPEG holds")
        }
        return try JPEGCodec.encode(image, quality: min(max(quality, 1), 100))
    }

    /// Encodes 8-bit luma as a file of one component; see ``encode(_:quality:)``.
    ///
    /// - Parameters:
    ///   - luma: Rows from the top, `width * height` samples.
    ///   - width: Pixels in a row.
    ///   - height: Rows.
    ///   - quality: 1 to 100.
    /// - Throws: ``ImageError``; code `channels` where the sizes disagree.
    public static func encode(luma: [UInt8], width: Int, height: Int, quality: Int) throws(ImageError) -> [UInt8] {
        let samples = luma.map(UInt16.init)
        guard let image = RasterImage(width: width, height: height, channels: 1, bitDepth: 8, samples: samples) else {
            throw ImageError(
                .channels, found: "found \(luma.count.counted("sample")) of luma",
                expected: "\(width) x \(height) of them")
        }
        return try encode(image, quality: quality)
    }
}
