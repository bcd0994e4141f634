import ArgumentParser
import BBCUImages
import BBCUKit
import BBCUPlatform
import BBCUReporting
import TensorBytes

/// An input that was read: what the network is given, and how it is named in a report.
struct LoadedInput {
    var map: FeatureMap<Float>
    var name: String
}

/// Reads inputs for a network: images and NumPy arrays.
enum InputReader {
    /// Reads a `.npy` array of shape (C, H, W) or (1, C, H, W), or else a PNG or JPEG image.
    /// - Parameters:
    ///   - work: what will be done with it, for which memory has to suffice; an image for which it does not suffice for a run
    ///     is not decoded.
    ///   - dropsAlpha: whether an alpha channel is left out, as `restore` does; else every pixel has to be opaque.
    static func read(
        _ path: String, for network: BBCUNetwork, work: Guards.Work? = nil, dropsAlpha: Bool = false
    ) throws -> LoadedInput {
        let isArray = PathText.hasEnding(path, among: ".npy")
        let map = try isArray ? array(path) : image(path, for: network, dropsAlpha: dropsAlpha)
        guard map.channels == network.hyperparameters.inputChannels else {
            throw InputError(
                file: path, found: map.channels.counted("channel"),
                expected: "\(network.hyperparameters.inputChannels), as the network takes")
        }
        if let work {
            try Guards.requireMemory(for: work, network, height: map.height, width: map.width, input: path)
        }
        return LoadedInput(map: map, name: path)
    }

    /// Whether images are given to a network as luma: the deblocking network works on luma, in the range it was trained on.
    static func takesLuma(_ network: BBCUNetwork) -> Bool {
        network.family == .deblock && network.hyperparameters.inputChannels == 1
    }

    private static func array(_ path: String) throws -> FeatureMap<Float> {
        let tensor = try NumPyArray.read(path)
        guard tensor.dtype == .float32, let values = tensor.floats() else {
            throw InputError(
                file: path, found: tensor.dtype.rawValue,
                expected: "float32, as array.astype(numpy.float32) makes it")
        }
        let shape = tensor.shape.count == 4 && tensor.shape[0] == 1 ? Array(tensor.shape.dropFirst()) : tensor.shape
        guard shape.count == 3, shape.allSatisfy({ $0 > 0 }),
            let map = FeatureMap(
                channels: shape[0], height: shape[1], width: shape[2], channelMajorValues: values)
        else {
            throw InputError(
                file: path, found: "shape \(TensorShape.text(tensor.shape))",
                expected: "(C, H, W) or (1, C, H, W), every size at least 1")
        }
        if let bad = map.values.firstIndex(where: { !$0.isFinite }) {
            throw InputError(
                file: path, found: "\(map.values[bad]) at \(map.place(of: bad).text)", expected: "finite values")
        }
        return map
    }

    private static func image(
        _ path: String, for network: BBCUNetwork, dropsAlpha: Bool
    ) throws -> FeatureMap<Float> {
        let file = try ImageFile(path)
        if let size = file.size {
            try Guards.requireMemory(for: .run, network, height: size.height, width: size.width, input: path)
        }
        let image = try dropsAlpha ? file.decode().separatingAlpha().colours : file.decode()
        return try map(image, path, for: network)
    }

    /// An image as a network is given it.
    /// - Parameter path: its file, for errors.
    static func map(_ image: RasterImage, _ path: String, for network: BBCUNetwork) throws(ImageError)
        -> FeatureMap<
            Float
        >
    {
        do throws(ImageError) {
            return FeatureMap(
                takesLuma(network)
                    ? try LumaChroma(image, range: .studio).luma
                    : try Planes(image, channels: network.hyperparameters.inputChannels))
        } catch {
            throw error.inFile(path)
        }
    }
}

extension FeatureMap where Scalar == Float {
    /// The same values as a feature map; both are row by row, channels innermost.
    init(_ planes: Planes) {
        self.init(height: planes.height, width: planes.width, channels: planes.channels, filled: planes.values)
    }
}

/// An input that does not fit.
typealias InputError = ReadingError<InputCode>

/// There is one kind: what was found and expected says the rest.
enum InputCode { case unfit }

extension InputError {
    init(file: String, found: String, expected: String) {
        self.init(.unfit, file: file, found: "found " + found, expected: expected)
    }
}

/// A width and a height, as `320x180`.
struct PixelSize: CustomStringConvertible {
    var width: Int
    var height: Int

    /// As it is written.
    var description: String { "\(width)x\(height)" }

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// Whether a map has at least this size.
    func fits(in map: FeatureMap<Float>) -> Bool { width <= map.width && height <= map.height }

    /// The size that an option gives.
    /// - Throws: `ValidationError` that says what is expected.
    static func parse(_ text: String) throws -> PixelSize {
        let parts = text.lowercasedASCII.parts(at: "x")
        guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]),
            (1...1 << 20).contains(width), (1...1 << 20).contains(height)
        else {
            throw ValidationError("expected width and height in pixels, such as 320x180, each from 1 to \(1 << 20).")
        }
        return PixelSize(width: width, height: height)
    }
}
