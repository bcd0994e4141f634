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

    /// The report.
    public var document: ReportDocument {
        let network = conversion.writesTree ? nil : conversion.resolution.network
        let amplification = network == nil ? nil : conversion.resolution.amplification
        let factor =
            ratio >= 1
            ? "\(NumberText.fixed(ratio, decimals: 2)) times smaller"
            : "\(NumberText.fixed(1 / ratio, decimals: 2)) times larger"
        var facts: [ReportDocument.Fact] = [
            .init("file", .code(conversion.checkpoint.file)),
            .init("output", "\(code: output), \(conversion.request.format.rawValue)"),
        ]
        if let network { facts.append(.init("network", RichText(network.summary))) }
        if let amplification { facts.append(.init("k", RichText(amplification.summary))) }
        facts.append(.init("tensors", "\(tensors)"))
        return ReportDocument(
            title: "Conversion of \(conversion.checkpoint.file.printable(atMost: 120))",
            verdict: "\(output.printable()): \(byteCount.counted("byte")) from \(bytesRead), \(factor)", tone: .good,
            facts: facts + conversion.notes.map { .init("note", RichText($0)) }, sections: [], json: json)
    }
}
