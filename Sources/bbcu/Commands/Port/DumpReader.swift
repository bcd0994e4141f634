import BBCUImages
import BBCUKit
import BBCUPlatform
import BBCUPortChecking

/// Reads what a port wrote: arrays, and images, which are outputs.
enum DumpReader {
    /// - Parameters:
    ///   - input: the port's input, whose chroma a network that restores luma alone leaves as it is.
    ///   - previous: what the port was given before.
    ///   - needsValues: false where only names and sizes are asked for.
    static func read(
        _ paths: [String], for network: BBCUNetwork, input: String?, previous: String? = nil, needsValues: Bool = true
    ) throws -> PortDump {
        let images = paths.filter { PathText.hasEnding($0, among: ".png") }
        for path in paths where PathText.hasEnding(path, among: ".jpg", ".jpeg") {
            throw PortError(
                .unreadable, file: path,
                found: "a JPEG, whose compression changes every pixel, so that no fault could be told from it",
                advice: "write the output as PNG, or as .npy")
        }
        let others = paths.filter { !images.contains($0) }
        var dump = others.isEmpty ? PortDump([]) : try PortDump.read(others)
        for path in images {
            let image = try colours(path)
            guard InputReader.takesLuma(network) else {
                let pixels = PixelCoding(levels: Int(image.peak))
                dump.arrays.append(array(try InputReader.map(image, path, for: network), pixels))
                continue
            }
            let input = try given(input)
            if image.channels < 3, let input, input.channels == 3 {
                dump.notes.append(.greyOutput)
            }
            var array = array(
                try InputReader.map(image, path, for: network),
                .studioLuma(levels: Int(image.peak), isSample: image.channels < 3))
            if image.channels == 3, needsValues {
                try addColours(of: image, path, input: input, previous: try given(previous), &array)
            }
            dump.arrays.append(array)
        }
        return dump
    }

    /// The network's output, in the form in which it takes its input.
    private static func array(_ map: FeatureMap<Float>, _ pixels: PixelCoding) -> PortDump.Array {
        PortDump.Array(
            name: "output", shape: [map.height, map.width, map.channels], values: map.values.map(Double.init),
            storage: .float32, pixels: pixels)
    }

    /// An image as `restore` sees it: without its alpha channel.
    private static func colours(_ path: String) throws -> RasterImage {
        try RasterImage.read(path).separatingAlpha().colours
    }

    /// What the port was given, where that is an image.
    private static func given(_ path: String?) throws -> RasterImage? {
        guard let path, !PathText.hasEnding(path, among: ".npy") else { return nil }
        return try colours(path)
    }

    /// Keeps the colours with the luma of an image, and takes luma from those of its channels that were not clamped.
    private static func addColours(
        of image: RasterImage, _ path: String, input: RasterImage?, previous: RasterImage?,
        _ array: inout PortDump.Array
    ) throws {
        func map(_ image: RasterImage) throws -> FeatureMap<Float> { FeatureMap(try Planes(image, channels: 3)) }
        guard let input else {
            guard image.samples.contains(where: { $0 == 0 || $0 == image.peak }) else { return }
            throw PortError(
                .value, file: path,
                found: "an RGB image some of whose samples are 0 or \(image.peak) and may have been clamped, so that "
                    + "its luma is known only where the input's chroma is",
                advice: "give the input as an image, or dump the luma as .npy or as a grey PNG")
        }
        let output = ColouredOutput(
            try map(image), input: try map(input), previous: try previous.map(map), levels: Int(image.peak))
        // Of other sizes: the check says so.
        guard let output else { return }
        array.colours = output
        array.values = output.luma.values
    }
}
