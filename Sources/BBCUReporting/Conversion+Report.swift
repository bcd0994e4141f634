import BBCUExporting
import BBCUNetworks
import BBCUPlatform
import TensorBytes
import TensorFiles

extension ConversionReport {
    /// The report.
    public var document: ReportDocument {
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
