import BBCUExecution
import BBCUPlatform
import TensorBytes

/// The machine that something was measured on.
public struct HostInfo: Sendable {
    /// The processor's name, where the system tells it.
    public let processor: String
    /// Processors that are there.
    public let processors: Int
    /// The kernels that were chosen.
    public let kernels: String
    /// What it does at best.
    public let roofline: Roofline

    /// Asks the system, and measures.
    public init(_ kernels: Kernels) {
        processor = HostLimits().processorName ?? "unknown"
        processors = HostLimits().processorsOnline
        self.kernels = kernels.name
        roofline = Roofline(kernels)
    }

    var json: JSONValue {
        [
            "processor": .string(processor), "processors": .integer(processors), "kernels": .string(kernels),
            "peak_multiply_adds_per_second": .number(roofline.multiplyAdds),
            "peak_binary_products_per_second": .number(roofline.binaryProducts),
            "read_bytes_per_second": .number(roofline.bandwidth),
        ]
    }
}

/// What `bbcu bench` prints.
public struct BenchReport: Sendable {
    let file: String
    let network: String
    let width: Int
    let height: Int
    let path: String
    let threads: Int
    let loadSeconds: Double
    let benchmark: Benchmark
    let machine: HostInfo
    /// Keys of the checkpoint that the network does not use, which the user allowed.
    public var unusedKeys: [String] = []

    /// Collects what was measured.
    public init(
        file: String, network: String, width: Int, height: Int, path: String, threads: Int, loadSeconds: Double,
        benchmark: Benchmark, machine: HostInfo
    ) {
        self.file = file
        self.network = network
        self.width = width
        self.height = height
        self.path = path
        self.threads = threads
        self.loadSeconds = loadSeconds
        self.benchmark = benchmark
        self.machine = machine
    }

    private var pixelsPerSecond: Double { Double(width * height) / benchmark.median }
    private var binaryProducts: Int { benchmark.stages.reduce(0) { $0 + $1.binaryProducts } }
    private var floatProducts: Int { benchmark.stages.reduce(0) { $0 + $1.floatProducts } }

    /// The seconds that the roofline allows a stage, as a share of those that it took.
    private func share(_ stage: StreamRunner.StageTime) -> Double {
        let least =
            Double(stage.binaryProducts) / machine.roofline.binaryProducts
            + Double(stage.floatProducts) / machine.roofline.multiplyAdds
        return stage.seconds > 0 ? least / Double(threads) / stage.seconds : 0
    }

    /// The report as JSON; `Schemas/bench.schema.json` describes it.
    public var json: JSONValue {
        [
            "file": .string(file), "network": .string(network), "path": .string(path),
            "size": ["width": .integer(width), "height": .integer(height)], "threads": .integer(threads),
            "median_seconds": .number(benchmark.median), "runs": .array(benchmark.runs.map { .number($0) }),
            "pixels_per_second": .number(pixelsPerSecond), "load_seconds": .number(loadSeconds),
            "row_bytes": JSONValue(benchmark.rowBytes),
            "layers": .array(
                benchmark.stages.map { stage in
                    [
                        "name": .string(stage.name), "method": JSONValue(stage.method),
                        "seconds": .number(stage.seconds),
                        "binary_products": .integer(stage.binaryProducts),
                        "float_products": .integer(stage.floatProducts),
                        "share_of_roofline": .number(share(stage)),
                    ]
                }),
            "machine": machine.json, "unused_keys": JSONValue(unusedKeys),
        ]
    }

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
            "stages", "Stages",
            benchmark.stages.isEmpty
                ? []
                : [
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
