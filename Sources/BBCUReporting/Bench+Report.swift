import BBCUExecution
import BBCUPlatform
import TensorBytes

extension BenchReport {
    private var binaryProducts: Int { benchmark.stages.reduce(0) { $0 + $1.binaryProducts } }
    private var floatProducts: Int { benchmark.stages.reduce(0) { $0 + $1.floatProducts } }

    /// The report.
    public var document: ReportDocument {
        let median = benchmark.median
        return ReportDocument(
            title: "Speed of \(network)",
            verdict: "median \(Self.milliseconds(median)) ms of \(benchmark.runs.count.counted("run")) "
                + "(\(Self.milliseconds(benchmark.runs.min() ?? 0)) to \(Self.milliseconds(benchmark.runs.max() ?? 0))), "
                + "\(NumberText.fixed(pixelsPerSecond / 1e6, decimals: 3)) M pixels/s",
            tone: .neutral, facts: facts, sections: [stageSection], json: json)
    }

    private static func giga(_ value: Double) -> String { NumberText.fixed(value / 1e9, decimals: 1) }
    private static func milliseconds(_ value: Double) -> String { NumberText.fixed(value * 1e3, decimals: 2) }

    private var facts: [ReportDocument.Fact] {
        let roofline = machine.roofline
        return [
            .init("file", .code(file)), .init("network", RichText(network)),
            .init("input", "\(width)x\(height), \(path), \(threads.counted("thread")), \(machine.kernels) kernels"),
            .init(
                "machine",
                RichText(
                    "\(machine.processor), \(machine.processors.counted("processor")); a thread at best "
                        + "\(Self.giga(roofline.multiplyAdds)) G multiply-adds/s, "
                        + "\(Self.giga(roofline.binaryProducts)) G 1-bit products/s, "
                        + "\(Self.giga(roofline.bandwidth)) GB/s read")),
            .init("loaded", "\(Self.milliseconds(loadSeconds)) ms, weights packed"),
        ] + unusedKeys.ignoredFacts
    }

    private var stageSection: ReportDocument.Section {
        let median = benchmark.median
        let products = { (stage: StreamRunner.StageTime) in stage.binaryProducts + stage.floatProducts }
        let table = ReportTable(
            "Stages", of: benchmark.stages,
            columns: [
                .text("stage", \.title), .number("ms") { Self.milliseconds($0.seconds) },
                .number("of all") { NumberText.percent($0.seconds / median) },
                .number("G products/s") {
                    products($0) > 0 ? Self.giga(Double(products($0)) / max($0.seconds, 1e-9)) : ""
                },
                .number("of roofline") { products($0) > 0 ? NumberText.percent(share($0)) : "" },
            ])
        let binary = Double(binaryProducts)
        let float = Double(floatProducts)
        return .init(
            "stages", "Stages", if: !benchmark.stages.isEmpty,
            [
                .table(table),
                .facts([
                    .init(
                        "work",
                        RichText(
                            "\(Self.giga(binary)) G 1-bit products, \(Self.giga(float)) G float products; "
                                + "\(Self.giga(binary / median)) and \(Self.giga(float / median)) G/s over all")),
                    .init(
                        "rows",
                        "\(NumberText.fixed(Double(benchmark.rowBytes ?? 0) / 1e6, decimals: 1)) MB between the stages"
                    ),
                ]),
            ])
    }
}

extension StreamRunner.StageTime {
    /// The module, with the way its float convolution is computed where that is not directly.
    fileprivate var title: String {
        if let method, method != "direct" { "\(name), \(method)" } else { name }
    }
}
