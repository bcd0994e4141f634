import BBCUNetworks

/// How long a network takes.
public struct Benchmark: Sendable {
    /// The seconds of every run that counts, in order.
    public private(set) var runs: [Double] = []
    /// The stages of the run that took the median time; empty where the network is not run by stages.
    public private(set) var stages: [StreamRunner.StageTime] = []
    /// Bytes of the rows between the stages; nil where the network is not run by stages.
    public private(set) var rowBytes: Int?
    /// The last run's result.
    public private(set) var output: FeatureMap<Float>

    /// The median run, in seconds: the lower of two.
    public var median: Double { runs.sorted()[(runs.count - 1) / 2] }

    /// Runs a network once to warm up and then `runs` times, at least once.
    ///
    /// - Parameter streamed: the packed network; nil measures the float32 reference with exact signs.
    /// - Throws: ``ExecutionError`` where the input does not fit or a value is not finite.
    public init(
        _ model: BBCUModel, _ streamed: StreamedNetwork?, _ input: FeatureMap<Float>, kernels: Kernels, runs count: Int,
        bandHeight: Int? = nil, stripWidth: Int? = nil
    ) throws {
        let count = max(1, count)
        if let runner = streamed?.runner(
            height: input.height, width: input.width, bandHeight: bandHeight, stripWidth: stripWidth)
        {
            // The first run warms up; one that is not finite is thrown by the layer-wise path.
            var last = try runner.run(input) ?? BinarizedPath(model, kernels: kernels).run(input)
            rowBytes = runner.byteCount
            var measured: [(seconds: Double, stages: [StreamRunner.StageTime])] = []
            for _ in 0..<count {
                let seconds = Stopwatch.seconds { _ = runner.run(input, into: &last) }
                measured.append((seconds, runner.times))
            }
            runs = measured.map(\.seconds)
            stages = measured.sorted { $0.seconds < $1.seconds }[(count - 1) / 2].stages
            output = last
            return
        }
        func run() throws -> FeatureMap<Float> {
            if let streamed { return try streamed.run(input) }
            return try ReferencePath<Float>(model, form: .exact, kernels: kernels).run(input)
        }
        output = try run()
        for _ in 0..<count {
            let start = Stopwatch.now()
            output = try run()
            runs.append(Stopwatch.now() - start)
        }
    }
}
