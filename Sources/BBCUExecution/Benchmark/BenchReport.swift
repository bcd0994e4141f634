import BBCUPlatform
import TensorBytes

/// The machine that something was measured on.
public struct HostInfo: Encodable, Sendable {
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

    public func encode(to encoder: any Encoder) throws {
        try encoder.encode(["processor": processor, "processors": processors, "kernels": kernels], with: roofline)
    }
}

/// What `bbcu bench` prints.
public struct BenchReport: JSONModel, Sendable {
    package let file: String
    package let network: String
    package let width: Int
    package let height: Int
    package let path: String
    package let threads: Int
    package let loadSeconds: Double
    package let benchmark: Benchmark
    package let machine: HostInfo
    /// Keys of the checkpoint that the network does not use, which the user allowed.
    public let unusedKeys: [String]

    /// Collects what was measured.
    public init(
        file: String, network: String, width: Int, height: Int, path: String, threads: Int, loadSeconds: Double,
        benchmark: Benchmark, machine: HostInfo, unusedKeys: [String] = []
    ) {
        (self.file, self.network, self.path, self.unusedKeys) = (file, network, path, unusedKeys)
        (self.width, self.height, self.threads) = (width, height, threads)
        (self.loadSeconds, self.benchmark, self.machine) = (loadSeconds, benchmark, machine)
    }

    package var pixelsPerSecond: Double { Double(width * height) / benchmark.median }

    /// The seconds that the roofline allows a stage, as a share of those that it took.
    package func share(_ stage: StreamRunner.StageTime) -> Double {
        let least =
            Double(stage.binaryProducts) / machine.roofline.binaryProducts
            + Double(stage.floatProducts) / machine.roofline.multiplyAdds
        return stage.seconds > 0 ? least / Double(threads) / stage.seconds : 0
    }

    /// The report as `Schemas/bench.schema.json` describes it.
    public func encode(to encoder: any Encoder) throws {
        let layers = benchmark.stages.map { stage in
            JSONMembers([
                "name": stage.name, "method": stage.method, "seconds": stage.seconds,
                "binary_products": stage.binaryProducts, "float_products": stage.floatProducts,
                "share_of_roofline": share(stage),
            ])
        }
        try encoder.encode([
            "file": file, "network": network, "path": path,
            "size": JSONMembers(["width": width, "height": height]), "threads": threads,
            "median_seconds": benchmark.median, "runs": benchmark.runs, "pixels_per_second": pixelsPerSecond,
            "load_seconds": loadSeconds, "row_bytes": benchmark.rowBytes, "layers": layers, "machine": machine,
            "unused_keys": unusedKeys,
        ])
    }
}
