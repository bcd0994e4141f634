import BBCUKit
import Images

/// Reads what a port wrote: arrays, and images, which are outputs.
enum DumpReader {
    /// - Parameters:
    ///   - input: the port's input, whose chroma a network that restores luma alone leaves as it is.
    ///   - needsValues: false where only names and sizes are asked for.
    static func read(
        _ paths: [String], for network: Network, input: String?, needsValues: Bool = true
    ) throws -> PortDump {
        let images = paths.filter { $0.lowercased().hasSuffix(".png") }
        for path in paths where [".jpg", ".jpeg"].contains(where: path.lowercased().hasSuffix) {
            throw PortError(
                "\(path): a JPEG, whose compression changes every pixel, so that no fault could be told from it; "
                    + "write the output as PNG, or as .npy")
        }
        let others = paths.filter { !images.contains($0) }
        var dump = others.isEmpty ? PortDump([]) : try PortDump.read(others)
        for path in images { dump.arrays.append(try image(path, for: network, input, needsValues)) }
        return dump
    }

    /// An image as the network's output, in the form in which it takes its input.
    private static func image(
        _ path: String, for network: Network, _ input: String?, _ needsValues: Bool
    ) throws -> PortDump.Array {
        var map = try InputReader.read(path, for: network, work: nil, dropsAlpha: true).map
        let image = try colours(path)
        var pixels = PixelCoding(levels: image.bitDepth == 16 ? 65535 : 255)
        if InputReader.takesLuma(network) {
            let isGrey = image.channels < 3
            pixels = .studioLuma(levels: pixels.levels, isSample: isGrey)
            if !isGrey, needsValues, let luma = try luma(image, path, input) { map = FeatureMap(luma) }
        }
        return PortDump.Array(
            name: "output", shape: [map.height, map.width, map.channels], values: map.values.map(Double.init),
            storage: .float32, pixels: pixels)
    }

    /// An image as `restore` sees it: without its alpha channel.
    private static func colours(_ path: String) throws -> Image { try Image.read(path).separatingAlpha().colours }

    /// How the chroma of a dumped image differs from the input's, which a network that restores luma alone leaves as it
    /// is; nil where there is nothing to compare.
    static func chroma(
        _ paths: [String], for network: Network, input: String?
    ) throws -> LumaChroma.ChromaDifference? {
        guard InputReader.takesLuma(network), let input, !input.lowercased().hasSuffix(".npy"),
            let path = paths.first(where: { $0.lowercased().hasSuffix(".png") })
        else { return nil }
        return try LumaChroma(colours(input), range: .studio).chromaDifference(of: colours(path))
    }

    /// The luma of an RGB image that was joined with the input's chroma; nil where that is not known, and need not be.
    private static func luma(_ image: Image, _ path: String, _ input: String?) throws -> Planes? {
        if let input, !input.lowercased().hasSuffix(".npy") {
            let given = try colours(input)
            // Of other sizes: the check says so.
            guard (given.height, given.width) == (image.height, image.width) else { return nil }
            return try LumaChroma(given, range: .studio).luma(of: image)
        }
        guard image.samples.contains(where: { $0 == 0 || $0 == image.peak }) else { return nil }
        throw PortError(
            "\(path): an RGB image some of whose samples are 0 or \(image.peak) and may have been clamped, so that its luma is "
                + "known only where the input's chroma is; give the input as an image, or dump the luma as .npy or as a grey PNG"
        )
    }
}
