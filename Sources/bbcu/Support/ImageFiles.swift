import ArgumentParser
import BBCUEvaluation
import BBCUImages
import BBCUKit
import BBCUPlatform
import TensorBytes

/// Images of files as the metrics and the published protocol see them.
enum ImageFiles {
    /// How an evaluation of a network reads and writes images.
    static func access(for network: BBCUNetwork) -> ImageAccess {
        ImageAccess(
            read: { try bytes($0) }, readArray: { try InputReader.read($0, for: network).map },
            write: { try write($0, to: $1, in: $2) }, jpeg: jpegRoundTrip)
    }

    /// Intensities in 0...255 of an image of any depth; opaque alpha is dropped.
    /// - Throws: `ImageError`
    static func compared(_ path: String) throws(ImageError) -> ComparedImage {
        try compared(RasterImage.read(path), path)
    }

    private static func compared(_ image: RasterImage, _ path: String) throws(ImageError) -> ComparedImage {
        let colours = try opaque(image, path)
        // 65535 / 257 is 255, so an 8-bit intensity stays whole at 16 bits too.
        let unit: Double = image.bitDepth == 8 ? 1 : 257
        guard
            let result = ComparedImage(
                width: image.width, height: image.height, channels: colours.channels, samples: colours.samples,
                unit: unit)
        else { throw unusual(colours, path) }
        return result
    }

    /// The samples of an 8-bit image; opaque alpha is dropped.
    /// - Throws: `ImageError`, also for 16 bits, on which nothing was published.
    static func bytes(_ path: String) throws(ImageError) -> ByteImage {
        let image = try RasterImage.read(path)
        guard image.bitDepth == 8 else {
            throw ImageError(
                .channels, file: path, found: "found \(image.bitDepth.counted("bit")) a sample",
                expected: "8, as in the published sets"
            )
        }
        let colours = try opaque(image, path)
        let samples = colours.samples.map { UInt8(truncatingIfNeeded: $0) }
        guard
            let result = ByteImage(
                width: image.width, height: image.height, channels: colours.channels, samples: samples)
        else { throw unusual(colours, path) }
        return result
    }

    /// Writes an image as PNG.
    ///
    /// - Parameter name: the file's path from the folder on; the folders in it are made.
    /// - Throws: `ImageError`, `BytesError`
    static func write(_ image: ByteImage, to name: String, in folder: String) throws {
        let path = try makePlace(for: name, in: folder)
        try RasterImage(image)?.writePNG(path)
    }

    /// Makes the folders that a file of a folder lies in.
    /// - Returns: the file's path.
    /// - Throws: `BytesError` with code `unwritable`
    static func makePlace(for name: String, in folder: String) throws(BytesError) -> String {
        try makeFolder(([folder] + PathText.parts(of: name).dropLast()).joined(separator: "/"))
        return folder + "/" + name
    }

    /// JPEG by the system's library, as the published test code encoded and decoded it.
    static let jpegRoundTrip: Degradation.JPEGRoundTrip = { image, quality in
        let file = try JPEG.encode(luma: image.samples, width: image.width, height: image.height, quality: quality)
        let decoded = try JPEG.decode(file)
        let samples = decoded.samples.map { UInt8(truncatingIfNeeded: $0) }
        guard let result = ByteImage(width: decoded.width, height: decoded.height, channels: 1, samples: samples) else {
            throw ImageError(
                .channels, found: "found \(decoded.channels.counted("channel")) of a grey JPEG", expected: "1")
        }
        return result
    }

    /// The SHA-256 of a file.
    /// - Throws: `BytesError`
    static func sha256(_ path: String) throws(BytesError) -> String { try ByteRegion.mapping(path).sha256() }

    private static func opaque(_ image: RasterImage, _ path: String) throws(ImageError) -> RasterImage {
        do throws(ImageError) { return try image.withoutAlpha() } catch { throw error.inFile(path) }
    }

    private static func unusual(_ image: RasterImage, _ path: String) -> ImageError {
        ImageError(.channels, file: path, found: "found \(image.channels.counted("channel"))", expected: "1 or 3")
    }
}

extension RasterImage {
    /// An 8-bit image; nil for one that is none, which no ``ByteImage`` is.
    init?(_ image: ByteImage) {
        self.init(
            width: image.width, height: image.height, channels: image.channels, bitDepth: 8,
            samples: image.samples.map(UInt16.init))
    }
}
