import CBBCUKernels

/// What the threads of a run share: pointers and numbers alone, so that a run allocates nothing.
struct StreamFrame: BitwiseCopyable {
    private let table: bbcu_kernels
    private let threads: Int
    private let barrier: ThreadTeam.Barrier
    private let stages: UnsafeBufferPointer<ScheduledStage>
    private let calls: UnsafeBufferPointer<StageCall>
    /// For each strip the column that its rows begin with.
    private let starts: UnsafeBufferPointer<Int>
    /// For each strip the columns of every stage.
    private let columns: UnsafeBufferPointer<Columns>
    /// Room for every thread's schedule.
    private let done: UnsafeMutablePointer<Int>
    /// Room for what is in between in a stage, for every thread.
    private let scratch: UnsafeMutablePointer<Float>
    private let scratchCount: Int
    /// For each thread whether all values were finite.
    private let finite: UnsafeMutablePointer<Bool>
    /// What each stage took, in seconds and in pixels of its input.
    let seconds: UnsafeMutablePointer<Double>
    let pixels: UnsafeMutablePointer<Int>
    private var images: (input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>)?

    init(
        _ plan: StreamPlan, _ strips: StreamStrips, _ layout: StreamLayout, height: Int, width: Int, _ kernels: Kernels,
        _ team: ThreadTeam, _ arena: StreamArena
    ) {
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
        table = kernels.table.pointee
        threads = team.count
        barrier = team.barrier
        self.stages = arena.copy(elements: stages)
        self.calls = arena.copy(elements: calls)
        starts = arena.copy(elements: strips.strips.map(\.start))
        columns = arena.copy(elements: strips.strips.flatMap { $0.columns.map(Columns.init) })
        done = arena.allocate(threads * Self.places(stages.count), 0)
        scratchCount = plan.scratchCount
        scratch = arena.allocate(threads * scratchCount, 0)
        finite = arena.allocate(threads, true)
        seconds = arena.allocate(stages.count, 0)
        pixels = arena.allocate(stages.count, 0)
    }

    /// A thread's numbers are on cache lines of their own.
    private static func places(_ stages: Int) -> Int { (stages + 15) / 8 * 8 }

    var isFinite: Bool { (0..<threads).allSatisfy { finite[$0] } }

    /// Prepares a run.
    mutating func start(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) {
        images = (input, output)
        for thread in 0..<threads { finite[thread] = true }
        for index in stages.indices { (seconds[index], pixels[index]) = (0, 0) }
    }

    /// A thread's part of a run.
    func run(_ thread: Int) {
        guard let images else { return }
        var isFinite = true
        var last = Stopwatch.now()
        for strip in starts.indices {
            let images = StreamImages(input: images.input, output: images.output, start: starts[strip])
            let schedule = StreamSchedule(stages, done: done + thread * Self.places(stages.count))
            while let step = schedule.next() {
                let columns = columns[strip * stages.count + step.stage].range
                if !work(step, columns, thread, images) { isFinite = false }
                barrier.wait()
                guard thread == 0 else { continue }
                let now = Stopwatch.now()
                seconds[step.stage] += now - last
                pixels[step.stage] += step.rows.count * columns.count
                last = now
            }
        }
        finite[thread] = isFinite
    }

    /// Columns a thread, of a step that is shared by columns.
    private static let columnsWorthSharing = 16

    /// A thread's part of a step: its share of the columns, so that it finds what it made itself; of the rows where there
    /// are few columns.
    private func work(
        _ step: StreamSchedule.Step, _ columns: Range<Int>, _ thread: Int, _ images: StreamImages
    ) -> Bool {
        let grid = stages[step.stage].grid
        let isWide = columns.count >= threads * Self.columnsWorthSharing
        let rows = isWide ? step.rows : share(step.rows, thread, grid)
        let columns = isWide ? share(columns, thread, max(grid, 8)) : columns
        guard !columns.isEmpty else { return true }
        var isFinite = true
        for row in stride(from: rows.lowerBound, to: rows.upperBound, by: grid)
        where !calls[step.stage].run(table, row, columns, images, scratch: scratch + thread * scratchCount) {
            isFinite = false
        }
        return isFinite
    }

    /// The part of a thread, cut at multiples of `grid` from the start on.
    private func share(_ range: Range<Int>, _ thread: Int, _ grid: Int) -> Range<Int> {
        let pieces = (range.count + grid - 1) / grid
        func cut(_ index: Int) -> Int { min(range.upperBound, range.lowerBound + pieces * index / threads * grid) }
        return cut(thread)..<cut(thread + 1)
    }
}

/// A range that is plain numbers.
private struct Columns: BitwiseCopyable {
    private let first: Int
    private let end: Int

    init(_ range: Range<Int>) { (first, end) = (range.lowerBound, range.upperBound) }

    var range: Range<Int> { first..<end }
}
