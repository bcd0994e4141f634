import BBCUKit
import Images

/// Reads what a port wrote: arrays, and images, which are outputs.
enum DumpReader {
    static func read(_ paths: [String], for network: Network) throws -> PortDump {
        let images = paths.filter { $0.lowercased().hasSuffix(".png") }
        for path in paths where [".jpg", ".jpeg"].contains(where: path.lowercased().hasSuffix) {
            throw PortError(
                "\(path): a JPEG, whose compression changes every pixel, so that no fault could be told from it; "
                    + "write the output as PNG, or as .npy")
        }
        let others = paths.filter { !images.contains($0) }
        var dump = others.isEmpty ? PortDump([]) : try PortDump.read(others)
        for path in images { dump.arrays.append(try image(path, for: network)) }
        return dump
    }

    /// An image as the network's output, in the form in which it takes its input.
    private static func image(_ path: String, for network: Network) throws -> PortDump.Array {
        let map = try InputReader.read(path, for: network, work: nil).map
        return PortDump.Array(
            name: "output", shape: [map.height, map.width, map.channels], values: map.values.map(Double.init),
            storage: .float32, levels: try Image.read(path).bitDepth == 16 ? 65535 : 255)
    }
}
