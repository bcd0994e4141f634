import BBCUPlatform
import CBBCUJPEGShim

/// JPEG files in memory, by the system's libjpeg. Beside ``PNGCodec`` the only file here with unsafe pointers.
enum JPEGCodec {
    /// Decodes a file of at most `byteLimit` samples.
    static func decode(_ file: [UInt8], _ components: JPEG.Components, byteLimit: Int) throws(ImageError) -> RasterImage
    {
        var raw = jpeg_shim_image()
        defer { jpeg_shim_free(raw.samples) }
        let (status, message) = withMessage {
            jpeg_shim_decode(file, file.count, byteLimit, components.kind, &raw, $0)
        }
        guard status == jpeg_shim_ok else { throw error(status, message, raw, byteLimit) }
        let bytes = UnsafeBufferPointer(start: raw.samples, count: raw.byte_count)
        return RasterImage(
            unchecked: Int(raw.width), height: Int(raw.height), channels: Int(raw.channels), bitDepth: 8,
            samples: bytes.map(UInt16.init))
    }

    /// Encodes 8-bit grey or RGB at a quality of 1 to 100.
    static func encode(_ image: RasterImage, quality: Int) throws(ImageError) -> [UInt8] {
        guard let width = UInt32(exactly: image.width), let height = UInt32(exactly: image.height) else {
            throw ImageError(
                .tooLarge, found: "found \(image.width) x \(image.height) pixels", expected: "sides up to 65500 pixels")
        }
        var samples = image.samples.map(UInt8.init(truncatingIfNeeded:))
        var encoded: UnsafeMutablePointer<UInt8>?
        var count = 0
        let (status, message) = samples.withUnsafeMutableBufferPointer { buffer in
            var raw = jpeg_shim_image(
                width: width, height: height, channels: UInt8(image.channels), samples: buffer.baseAddress,
                byte_count: buffer.count)
            return withMessage { jpeg_shim_encode(&raw, Int32(quality), &encoded, &count, $0) }
        }
        defer { jpeg_shim_free(encoded) }
        guard status == jpeg_shim_ok else {
            throw ImageError(.unwritable, found: "found \(message)", expected: "an image that JPEG can hold")
        }
        return Array(UnsafeBufferPointer(start: encoded, count: count))
    }

    private static func withMessage(
        _ call: (UnsafeMutablePointer<CChar>) -> jpeg_shim_status
    ) -> (jpeg_shim_status, String) {
        var message = [CChar](repeating: 0, count: Int(jpeg_shim_message_size))
        let status = call(&message)
        return (status, message.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" })
    }

    private static func error(
        _ status: jpeg_shim_status, _ message: String, _ raw: jpeg_shim_image, _ byteLimit: Int
    ) -> ImageError {
        let size = raw.width == 0 ? "an image" : "\(raw.width) x \(raw.height) pixels"
        return switch status {
        case jpeg_shim_not_jpeg: .unknownFormat
        case jpeg_shim_truncated:
            ImageError(
                .truncated, found: "found the end of the file within its image", expected: "a whole JPEG file",
                advice: "fetch it again")
        case jpeg_shim_unsupported:
            ImageError(
                .unsupported, found: "found a JPEG file of a kind that is not read (\(message))",
                expected: "8-bit grey or YCbCr, Huffman coded, of at most \(jpeg_shim_scan_limit.counted("scan"))",
                advice: "convert it to PNG")
        case jpeg_shim_too_large:
            ImageError(
                .tooLarge, found: "found \(size)",
                expected: "sides up to 65500 pixels and at most \(byteLimit.counted("byte")) of samples",
                advice: "restore it in parts")
        case jpeg_shim_no_memory:
            ImageError(
                .tooLarge, found: "found \(size)", expected: "an image that fits in memory",
                advice: "restore it in parts")
        default:
            ImageError(
                .damaged, found: "found a damaged JPEG file (\(message))", expected: "an intact JPEG file",
                advice: "fetch it again, or convert it to PNG with a program that guesses what is missing")
        }
    }
}

extension JPEG.Components {
    fileprivate var kind: jpeg_shim_kind {
        switch self {
        case .colours: jpeg_shim_colours
        case .luma: jpeg_shim_luma
        case .stored: jpeg_shim_stored
        }
    }
}
