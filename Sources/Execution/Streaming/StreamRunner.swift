import CKernels
import Networks

/// Runs a network by bands of rows, stage after stage, so that the rows stay in the caches and memory grows with the
/// image's width alone. Bits are those of the layer-wise path, whatever the band's height and the number of threads.
///
/// Unchecked: a run has the memory for itself; runs of one runner must not overlap.
public final class StreamRunner: @unchecked Sendable {
    /// The seconds that a stage took, and what it did.
    public struct StageTime: Sendable {
        /// The module.
        public var name: String
        /// Seconds.
        public var seconds = 0.0
        /// Multiplications with 1-bit weights.
        public var binaryProducts: Int
        /// Multiplications of floats.
        public var floatProducts: Int
    }

    let plan: StreamPlan
    let kernels: Kernels
    let height: Int
    let width: Int
    /// The rows between a stage and the next; one fewer than the stages.
    private let rings: [RowRing]
    /// Steps, of a row of its input each, that a stage may take at a time.
    private let caps: [Int]
    private let columns: [bbcu_column]
    private let sources: [[UInt32]]
    /// What each stage took in the last run.
    public private(set) var times: [StageTime]

    /// Bytes of the rows in between.
    public var byteCount: Int { rings.reduce(0) { $0 + $1.byteCount } }

    /// Prepares the memory for images of one size.
    ///
    /// - Parameter bandHeight: rows of the image that are taken at a time; no result depends on it.
    init(_ plan: StreamPlan, height: Int, width: Int, bandHeight: Int?, kernels: Kernels) {
        self.plan = plan
        self.kernels = kernels
        self.height = height
        self.width = width
        let band = max(1, min(height, bandHeight ?? max(1, min(16, 1536 / width))))
        caps = plan.stages.map { band * $0.scale }
        rings = zip(plan.stages.indices, plan.stages.indices.dropFirst()).map { index, next in
            let (stage, reader) = (plan.stages[index], plan.stages[next])
            var format = RowFormat(
                channels: stage.outputs, height: height * reader.scale, width: width * reader.scale,
                margin: reader.margin)
            if case .unit(let unit, _) = reader.work {
                format.signs = .init(
                    shift: unit.shift, zeroSign: unit.unit.signOfZero, padding: unit.unit.padding)
            }
            if case .planes = stage.work { (format.hasValues, format.hasPlanes) = (false, true) }
            let capacity = min(format.height, band * reader.scale + 2 * reader.margin + stage.factor - 1)
            return RowRing(format, capacity: max(capacity, stage.factor))
        }
        columns = plan.columns(width: width)
        sources = plan.stages.map(\.shuffleSources)
        times = plan.stages.map { stage in
            let pixels = height * width * stage.scale * stage.scale
            return StageTime(
                name: stage.name, binaryProducts: stage.binaryProducts * pixels,
                floatProducts: stage.floatProducts * pixels)
        }
    }

    /// Runs the network on an image; nil where a value is not finite.
    public func run(_ input: FeatureMap<Float>) -> FeatureMap<Float>? {
        precondition(
            input.height == height && input.width == width && input.channels == plan.stages[0].inputs,
            "the runner was made for another size")
        let scale = plan.stages.last?.scale ?? 1
        let count = height * width * scale * scale * input.channels
        var isFinite = true
        for index in times.indices { times[index].seconds = 0 }
        let values = [Float](unsafeUninitializedCapacity: count) { output, initialized in
            input.values.withUnsafeBufferPointer { input in
                guard let input = input.baseAddress, let output = output.baseAddress else { return }
                isFinite = run(input, output)
            }
            initialized = count
        }
        guard isFinite else { return nil }
        return FeatureMap(height: height * scale, width: width * scale, channels: input.channels, filled: values)
    }

    private func run(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) -> Bool {
        nonisolated(unsafe) let (input, output) = (input, output)
        let threads = kernels.threads
        let flags = UnsafeMutablePointer<Int32>.allocate(capacity: threads)
        flags.initialize(repeating: 1, count: threads)
        defer { flags.deallocate() }
        nonisolated(unsafe) let finite = flags
        ThreadTeam.run(threads) { [self] thread, barrier in
            var schedule = StreamSchedule(plan, rings: rings, caps: caps, height: height)
            while let (stage, rows) = schedule.next() {
                let start = thread == 0 ? Stopwatch.now() : 0
                if !work(stage, rows, thread, threads, input, output) { finite[thread] = 0 }
                barrier.wait()
                if thread == 0 { times[stage].seconds += Stopwatch.now() - start }
            }
        }
        return (0..<threads).allSatisfy { flags[$0] == 1 }
    }

    /// A thread's part of a stage's rows: as many pixels as the others have.
    private func work(
        _ index: Int, _ rows: Range<Int>, _ thread: Int, _ threads: Int, _ input: UnsafePointer<Float>,
        _ output: UnsafeMutablePointer<Float>
    ) -> Bool {
        let width = width * plan.stages[index].scale
        let pixels = rows.count * width
        let (first, end) = (pixels * thread / threads, pixels * (thread + 1) / threads)
        var isFinite = true
        var at = first
        while at < end {
            let row = at / width
            let stop = min(end, (row + 1) * width)
            let part = at - row * width..<stop - row * width
            if !segment(index, rows.lowerBound + row, part, input, output) { isFinite = false }
            at = stop
        }
        return isFinite
    }

    private func segment(
        _ index: Int, _ row: Int, _ part: Range<Int>, _ input: UnsafePointer<Float>,
        _ output: UnsafeMutablePointer<Float>
    ) -> Bool {
        let stage = plan.stages[index]
        switch stage.work {
        case .scale(let factor):
            let (first, count) = (part.lowerBound * stage.inputs, part.count * stage.inputs)
            kernels.scale(
                input + row * width * stage.inputs + first, factor, count, rings[index].values(ofRow: row) + first)
            return true
        case .convolution(let filter, let activation):
            return kernels.convolve(filter, activation, rings[index - 1], rings[index], row, part)
        case .unit(let unit, let activation):
            return kernels.run(unit, activation, rings[index - 1], rings[index], row, part)
        case .shuffle(let shuffle, let activation):
            return kernels.shuffle(
                shuffle.factor, sources[index], activation, rings[index - 1], rings[index], row, part)
        case .planes:
            kernels.toPlanes(rings[index - 1], rings[index], row, part)
            return true
        case .output(let filter, let end):
            let skip = StreamSkip(
                end, image: input, channels: stage.outputs, height: height, width: width, columns: columns)
            let rowCount = width * stage.scale * stage.outputs
            return kernels.emit(filter, skip, rings[index - 1], row, part, output + row * rowCount)
        }
    }
}

/// Which stage takes how many rows next. Every thread has its own and comes to the same.
struct StreamSchedule {
    private let plan: StreamPlan
    private let rings: [RowRing]
    private let caps: [Int]
    private let heights: [Int]
    /// Rows of its input that each stage has taken.
    private var done: [Int]
    private var stage = 0

    init(_ plan: StreamPlan, rings: [RowRing], caps: [Int], height: Int) {
        self.plan = plan
        self.rings = rings
        self.caps = caps
        heights = plan.stages.map { height * $0.scale }
        done = plan.stages.map { _ in 0 }
    }

    /// The next stage and its rows; nil when the last row is done.
    mutating func next() -> (stage: Int, rows: Range<Int>)? {
        while done[done.count - 1] < heights[heights.count - 1] {
            let index = stage
            stage = (stage + 1) % done.count
            let count = min(ready(index), caps[index], room(index))
            guard count > 0 else { continue }
            defer { done[index] += count }
            return (index, done[index]..<done[index] + count)
        }
        return nil
    }

    /// Rows whose neighbours below are there.
    private func ready(_ index: Int) -> Int {
        guard index > 0 else { return heights[0] - done[0] }
        let made = done[index - 1] * plan.stages[index - 1].factor
        return made == heights[index] ? made - done[index] : max(0, made - plan.stages[index].margin - done[index])
    }

    /// Rows that the next stage has room for.
    private func room(_ index: Int) -> Int {
        guard index < rings.count else { return .max }
        let factor = plan.stages[index].factor
        let oldest = max(0, done[index + 1] - plan.stages[index + 1].margin)
        return (rings[index].capacity - (done[index] * factor - oldest)) / factor
    }
}
