import BBCUNetworks
import TensorBytes
import TensorFiles

/// What was written, and how large it is.
public struct ConversionReport: JSONModel, Sendable {
    package let conversion: Conversion
    package let output: String
    package let tensors: Int
    package let byteCount: Int

    /// Describes a conversion that was done.
    public init(_ conversion: Conversion, output: String, tensors: Int, byteCount: Int) {
        self.conversion = conversion
        self.output = output
        self.tensors = tensors
        self.byteCount = byteCount
    }

    /// Bytes of the file and of those beside it that hold its tensors.
    package var bytesRead: Int {
        conversion.checkpoint.shards.reduce(conversion.checkpoint.byteCount) { $0 + $1.byteCount }
    }

    /// Bytes read for one that was written.
    package var ratio: Double { Double(bytesRead) / Double(max(1, byteCount)) }
    /// The network that was written; nil for a file that was written as it stands.
    package var network: BBCUNetwork? { conversion.writesTree ? nil : conversion.resolution.network }
    /// Its factor k.
    package var amplification: Amplification? { network == nil ? nil : conversion.resolution.amplification }

    /// The report as `Schemas/convert.schema.json` describes it.
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "file": conversion.checkpoint.file, "output": output, "format": conversion.request.format,
            "network": network, "amplification": amplification, "tensors": tensors, "bytes_read": bytesRead,
            "bytes_written": byteCount, "ratio": ratio, "notes": conversion.notes,
            "unused_keys": conversion.writesTree ? [] : conversion.resolution.unusedKeys.map(\.key),
        ])
    }
}
