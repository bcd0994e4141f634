import CKernels
import Networks

/// Runs a network by bands of rows, stage after stage, and a wide image by strips of columns, so that the rows stay in the
/// caches and memory does not grow with the image. Bits are those of the layer-wise path, whatever the bands, the strips
/// and the number of threads.
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

    private let kernels: Kernels
    private let height: Int
    private let width: Int
    private let channels: Int
    private let scale: Int
    private let arena = StreamArena()
    private let stages: [ScheduledStage]
    private let calls: [StageCall]
    private let strips: [StreamStrip]
    /// Bytes of the rows in between.
    public let byteCount: Int
    /// What each stage took in the last run.
    public private(set) var times: [StageTime]

    /// Prepares the memory for images of one size.
    ///
    /// - Parameter cut: the image's bands and strips; no result depends on them.
    init(_ plan: StreamPlan, height: Int, width: Int, cut: StreamCut, kernels: Kernels) {
        self.kernels = kernels
        self.height = height
        self.width = width
        channels = plan.stages.first?.inputs ?? 0
        scale = plan.stages.last?.scale ?? 1
        let cutStrips = StreamStrips(plan, width: width, stripWidth: cut.stripWidth)
        strips = cutStrips.strips
        let layout = StreamLayout(plan, height: height, width: cutStrips.width, bandHeight: cut.bandHeight)
        byteCount = layout.byteCount
        let rings = layout.rings(arena)
        var stages: [ScheduledStage] = []
        var calls: [StageCall] = []
        for (index, stage) in plan.stages.enumerated() {
            stages.append(ScheduledStage(stage, at: index, layout, height: height))
            calls.append(
                StageCall(
                    stage, input: index > 0 ? rings[index - 1] : nil,
                    output: index < rings.count ? rings[index] : nil, height: height, width: width, arena))
        }
        (self.stages, self.calls) = (stages, calls)
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
            input.height == height && input.width == width && input.channels == channels,
            "the runner was made for another size")
        let count = height * width * scale * scale * channels
        var isFinite = true
        let values = [Float](unsafeUninitializedCapacity: count) { output, initialized in
            input.values.withUnsafeBufferPointer { input in
                guard let input = input.baseAddress, let output = output.baseAddress else { return }
                isFinite = run(input, output)
            }
            initialized = count
        }
        guard isFinite else { return nil }
        return FeatureMap(height: height * scale, width: width * scale, channels: channels, filled: values)
    }

    private func run(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) -> Bool {
        nonisolated(unsafe) let (input, output) = (input, output)
        let threads = kernels.threads
        var flags = [Bool](repeating: true, count: threads)
        flags.withUnsafeMutableBufferPointer { flags in
            nonisolated(unsafe) let flags = flags
            ThreadTeam.run(threads) { [self] thread, barrier in
                var seconds = [Double](repeating: 0, count: stages.count)
                calls.withUnsafeBufferPointer { calls in
                    let member = TeamMember(thread: thread, threads: threads, table: kernels.table.pointee)
                    var schedule = StreamSchedule(stages)
                    var last = Stopwatch.now()
                    for strip in strips {
                        let images = StreamImages(input: input, output: output, start: strip.start)
                        schedule.restart()
                        while let step = schedule.next() {
                            let isFinite = member.run(
                                calls[step.stage], step.rows, strip.columns[step.stage],
                                grid: stages[step.stage].grid, images)
                            if !isFinite { flags[thread] = false }
                            barrier.wait()
                            guard thread == 0 else { continue }
                            let now = Stopwatch.now()
                            seconds[step.stage] += now - last
                            last = now
                        }
                    }
                }
                guard thread == 0 else { return }
                for index in times.indices { times[index].seconds = seconds[index] }
            }
        }
        return !flags.contains(false)
    }
}

/// One thread of those that share every step.
private struct TeamMember {
    let thread: Int
    let threads: Int
    let table: bbcu_kernels

    /// Columns a thread, of a step that is shared by columns.
    private static let columnsWorthSharing = 16

    /// Its part of a step: its share of the columns, so that it finds what it made itself; of the rows where there are
    /// few columns.
    func run(_ call: StageCall, _ rows: Range<Int>, _ columns: Range<Int>, grid: Int, _ images: StreamImages) -> Bool {
        let isWide = columns.count >= threads * Self.columnsWorthSharing
        let rows = isWide ? rows : share(rows, grid)
        let columns = isWide ? share(columns, max(grid, 8)) : columns
        guard !columns.isEmpty else { return true }
        var isFinite = true
        for row in rows where !call.run(table, row, columns, images) { isFinite = false }
        return isFinite
    }

    /// The part of this thread, cut at multiples of `grid` from the start on.
    private func share(_ range: Range<Int>, _ grid: Int) -> Range<Int> {
        let pieces = (range.count + grid - 1) / grid
        func cut(_ index: Int) -> Int { min(range.upperBound, range.lowerBound + pieces * index / threads * grid) }
        return cut(thread)..<cut(thread + 1)
    }
}
