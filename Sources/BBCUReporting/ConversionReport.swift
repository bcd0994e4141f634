import BBCUExporting
import BBCUNetworks
import BBCUPlatform
import TensorBytes
import TensorFiles

/// What was written, and how large it is.
public struct ConversionReport: Sendable {
    private let conversion: Conversion
    private let output: String
    private let tensors: Int
    private let byteCount: Int

    /// Describes a conversion that was done.
    public init(_ conversion: Conversion, output: String, tensors: Int, byteCount: Int) {
        self.conversion = conversion
        self.output = output
        self.tensors = tensors
        self.byteCount = byteCount
    }

    /// Bytes of the file and of those beside it that hold its tensors.
    private var bytesRead: Int {
        conversion.checkpoint.shards.reduce(conversion.checkpoint.byteCount) { $0 + $1.byteCount }
    }

    /// Bytes read for one that was written.
    private var ratio: Double { Double(bytesRead) / Double(max(1, byteCount)) }

    /// The report as JSON; `Schemas/convert.schema.json` describes it.
    public var json: JSONValue {
        let network = conversion.writesTree ? nil : conversion.resolution.network
        return [
            "file": .string(conversion.checkpoint.file), "output": .string(output),
            "format": .string(conversion.request.format.rawValue), "network": network?.json ?? .null,
            "amplification": network == nil ? .null : conversion.resolution.amplification?.json ?? .null,
            "tensors": .integer(tensors), "bytes_read": .integer(bytesRead),
            "bytes_written": .integer(byteCount), "ratio": .number(ratio), "notes": JSONValue(conversion.notes),
            "unused_keys": JSONValue(conversion.writesTree ? [] : conversion.resolution.unusedKeys.map(\.key)),
        ]
    }

    /// The report for a person.
    public var text: String {
        var lines = ["\(output.printable())  \(conversion.request.format.rawValue)"]
        if !conversion.writesTree, let network = conversion.resolution.network {
            lines.append("network  \(network.summary)")
            if let amplification = conversion.resolution.amplification {
                lines.append("k        \(amplification.summary.printable())")
            }
        }
        let factor =
            ratio >= 1
            ? "\(NumberText.fixed(ratio, decimals: 2)) times smaller"
            : "\(NumberText.fixed(1 / ratio, decimals: 2)) times larger"
        lines.append("tensors  \(tensors)")
        lines.append(
            "size     \(byteCount.counted("byte")) from \(bytesRead), \(factor)")
        return lines.joined(separator: "\n")
    }
}
