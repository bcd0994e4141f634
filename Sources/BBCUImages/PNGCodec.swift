import BBCUPlatform
import CBBCUPNGShim

/// PNG files in memory, by the system's libpng. Beside ``JPEGCodec`` the only file here with unsafe pointers.
enum PNGCodec {
    /// Decodes a file into at most `byteLimit` bytes of samples.
    static func decode(_ file: [UInt8], byteLimit: Int) throws(ImageError) -> RasterImage {
        var raw = png_shim_image()
        defer { png_shim_free(raw.samples) }
        let (status, message) = withMessage { png_shim_decode(file, file.count, byteLimit, &raw, $0) }
        guard status == png_shim_ok else { throw error(status, message, raw, byteLimit) }
        return RasterImage(
            unchecked: Int(raw.width), height: Int(raw.height), channels: Int(raw.channels),
            bitDepth: Int(raw.bit_depth), samples: samples(raw))
    }

    /// Encodes an image at a zlib compression level of 0 to 9.
    static func encode(_ image: RasterImage, level: Int) throws(ImageError) -> [UInt8] {
        guard let width = UInt32(exactly: image.width), let height = UInt32(exactly: image.height) else {
            throw ImageError(
                .tooLarge, found: "found \(image.width) x \(image.height) pixels", expected: "sides under 2^31 pixels")
        }
        var bytes = image.bitDepth == 8 ? image.samples.map(UInt8.init(truncatingIfNeeded:)) : hostBytes(image.samples)
        var encoded: UnsafeMutablePointer<UInt8>?
        var count = 0
        let (status, message) = bytes.withUnsafeMutableBufferPointer { buffer in
            var raw = png_shim_image(
                width: width, height: height, channels: UInt8(image.channels), bit_depth: UInt8(image.bitDepth),
                samples: buffer.baseAddress, byte_count: buffer.count)
            return withMessage { png_shim_encode(&raw, Int32(level), &encoded, &count, $0) }
        }
        defer { png_shim_free(encoded) }
        guard status == png_shim_ok else {
            throw ImageError(.unwritable, found: "found \(message)", expected: "an image that PNG can hold")
        }
        return Array(UnsafeBufferPointer(start: encoded, count: count))
    }

    private static func samples(_ raw: png_shim_image) -> [UInt16] {
        let bytes = UnsafeRawBufferPointer(start: raw.samples, count: raw.byte_count)
        return raw.bit_depth == 8 ? bytes.map(UInt16.init) : Array(bytes.bindMemory(to: UInt16.self))
    }

    private static func hostBytes(_ samples: [UInt16]) -> [UInt8] { samples.withUnsafeBytes(Array.init) }

    private static func withMessage(
        _ call: (UnsafeMutablePointer<CChar>) -> png_shim_status
    ) -> (png_shim_status, String) {
        var message = [CChar](repeating: 0, count: png_shim_message_size)
        let status = call(&message)
        return (status, message.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" })
    }

    private static func error(
        _ status: png_shim_status, _ message: String, _ raw: png_shim_image, _ byteLimit: Int
    ) -> ImageError {
        switch status {
        case png_shim_not_png: .unknownFormat
        case png_shim_truncated:
            ImageError(
                .truncated, found: "found the end of the file within its image", expected: "a whole PNG file",
                advice: "fetch it again")
        case png_shim_too_large:
            ImageError(
                .tooLarge, found: "found \(raw.width) x \(raw.height) pixels",
                expected: "sides up to 2^20 pixels and at most \(byteLimit.counted("byte")) of samples",
                advice: "restore it in parts")
        case png_shim_no_memory:
            ImageError(
                .tooLarge, found: "found \(raw.width) x \(raw.height) pixels", expected: "an image that fits in memory",
                advice: "restore it in parts")
        default:
            ImageError(
                .damaged, found: "found a damaged PNG file (\(message))", expected: "an intact PNG file",
                advice: "fetch it again")
        }
    }
}
