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
        /// How its float convolution is computed; nil where it has none.
        public var method: String?
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
    private let memory: StreamMemory
    private let scratch: WinogradScratch
    private let columns: StreamColumns
    /// What each stage took in the last run.
    public private(set) var times: [StageTime]

    /// Bytes of the rows in between.
    public var byteCount: Int { memory.layout.byteCount + scratch.byteCount }

    private var rings: [RowRing] { memory.rings }

    /// Prepares the memory for images of one size.
    ///
    /// - Parameter bandHeight: rows of the image that are taken at a time; no result depends on it.
    init(_ plan: StreamPlan, height: Int, width: Int, bandHeight: Int?, kernels: Kernels) {
        self.plan = plan
        self.kernels = kernels
        self.height = height
        self.width = width
        memory = StreamMemory(StreamLayout(plan, height: height, width: width, bandHeight: bandHeight))
        scratch = WinogradScratch(count: plan.scratchCount, threads: kernels.threads)
        columns = StreamColumns(width: width, factor: plan.stages.last?.scale ?? 1)
        times = plan.stages.map { stage in
            let pixels = height * width * stage.scale * stage.scale
            return StageTime(
                name: stage.name, method: stage.method, binaryProducts: stage.binaryProducts * pixels,
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
            var schedule = StreamSchedule(plan, memory, height: height)
            while let (stage, rows) = schedule.next() {
                let start = thread == 0 ? Stopwatch.now() : 0
                if !work(stage, rows, thread, threads, input, output) { finite[thread] = 0 }
                barrier.wait()
                if thread == 0 { times[stage].seconds += Stopwatch.now() - start }
            }
        }
        return (0..<threads).allSatisfy { flags[$0] == 1 }
    }

    /// A thread's part of a stage's rows: as many pixels as the others have, or squares of them where it takes those.
    private func work(
        _ index: Int, _ rows: Range<Int>, _ thread: Int, _ threads: Int, _ input: UnsafePointer<Float>,
        _ output: UnsafeMutablePointer<Float>
    ) -> Bool {
        let width = width * plan.stages[index].scale
        let grid = plan.stages[index].grid
        let columns = (width + grid - 1) / grid
        let squares = (rows.count + grid - 1) / grid * columns
        let (first, end) = (squares * thread / threads, squares * (thread + 1) / threads)
        var isFinite = true
        var at = first
        while at < end {
            let row = at / columns
            let stop = min(end, (row + 1) * columns)
            let part = (at - row * columns) * grid..<min(width, (stop - row * columns) * grid)
            if !segment(index, rows.lowerBound + row * grid, part, thread, input, output) { isFinite = false }
            at = stop
        }
        return isFinite
    }

    private func segment(
        _ index: Int, _ row: Int, _ part: Range<Int>, _ thread: Int, _ input: UnsafePointer<Float>,
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
        case .winograd(let filter, let activation):
            return kernels.convolve(
                filter, activation, rings[index - 1], rings[index], row, part, scratch.part(of: thread))
        case .unit(let unit, let activation):
            return kernels.run(unit, activation, rings[index - 1], rings[index], row, part)
        case .shuffle(let shuffle):
            return kernels.shuffle(shuffle.factor, rings[index - 1], rings[index], row, part)
        case .planes:
            kernels.toPlanes(rings[index - 1], rings[index], row, part)
            return true
        case .output(let filter, let end):
            let skip = StreamSkip(
                end: end, image: input, channels: stage.outputs, height: height, width: width, columns: columns)
            let rowCount = width * stage.scale * stage.outputs
            return kernels.emit(filter, skip, rings[index - 1], row, part, output + row * rowCount)
        }
    }
}
