import Networks

/// How much of what is needed between the stages of a network.
struct StreamLayout: Sendable {
    /// Rows of its input that a stage takes at a time.
    let caps: [Int]
    /// What lies between a stage and the next; one fewer than the stages.
    let formats: [RowFormat]
    /// For each of them the first one that shares its values, and the last.
    let chains: [ClosedRange<Int>]
    /// Rows of signs or planes.
    let rows: [Int]
    /// Rows of values; 0 where there are none or an earlier one's are used.
    let valueRows: [Int]

    /// Pixels that a stage takes at a time: few enough to stay in a core's cache.
    private static let pixelsAtATime = 1536

    /// - Parameter bandHeight: rows of the image that are taken at a time; nil for what suits the caches.
    init(_ plan: StreamPlan, height: Int, width: Int, bandHeight: Int?) {
        let stages = plan.stages
        let caps = stages.map { stage in
            let cap =
                bandHeight.map { min($0, height) * stage.scale }
                ?? max(1, min(16, Self.pixelsAtATime / (width * stage.scale)))
            return (cap + stage.grid - 1) / stage.grid * stage.grid
        }
        let formats = zip(stages, stages.dropFirst()).map { stage, reader in
            RowFormat(stage, reader, height: height, width: width)
        }
        let chains = Self.chains(stages, formats)
        // A reader that takes rows in multiples of its grid may lack all but one of them.
        rows = formats.indices.map {
            caps[$0] * stages[$0].factor + 2 * stages[$0 + 1].margin + stages[$0 + 1].grid - 1
        }
        valueRows = formats.indices.map { index in
            let chain = chains[index]
            guard formats[index].hasValues, chain.lowerBound == index else { return 0 }
            let lag = chain.reduce(0) { $0 + stages[$1 + 1].margin } + stages[chain.upperBound + 1].margin
            return caps[index] * stages[index].factor + lag + stages[chain.upperBound + 1].grid - 1
        }
        (self.caps, self.formats, self.chains) = (caps, formats, chains)
    }

    var byteCount: Int {
        formats.indices.reduce(0) { $0 + formats[$1].byteCount(valueRows: valueRows[$1], rows: rows[$1]) }
    }

    /// Units of one width write over their input.
    private static func chains(_ stages: [StreamStage], _ formats: [RowFormat]) -> [ClosedRange<Int>] {
        var starts: [Int] = []
        for index in formats.indices {
            var isShared = false
            if index > 0, case .unit(let unit, _) = stages[index].work, unit.factor == 1 {
                let (before, after) = (formats[index - 1], formats[index])
                isShared =
                    before.channels == after.channels && before.margin == after.margin && before.hasValues
                    && after.hasValues
            }
            starts.append(isShared ? starts[index - 1] : index)
        }
        return starts.map { start in start...(starts.lastIndex(of: start) ?? start) }
    }
}

/// The rows between the stages of a network.
struct StreamMemory: Sendable {
    let layout: StreamLayout
    /// The rows between a stage and the next.
    let rings: [RowRing]

    init(_ layout: StreamLayout) {
        self.layout = layout
        var rings: [RowRing] = []
        for (index, format) in layout.formats.enumerated() {
            let isShared = layout.chains[index].lowerBound < index
            let values =
                isShared
                ? rings[index - 1].values
                : format.hasValues ? ValueRing(format, capacity: layout.valueRows[index]) : nil
            rings.append(RowRing(format, capacity: layout.rows[index], values: values))
        }
        self.rings = rings
    }
}

extension RowFormat {
    /// What lies between a stage and the one that reads it.
    fileprivate init(_ stage: StreamStage, _ reader: StreamStage, height: Int, width: Int) {
        self.init(
            channels: stage.outputs, height: height * reader.scale, width: width * reader.scale, margin: reader.margin)
        if case .unit(let unit, _) = reader.work {
            signs = Signs(shift: unit.shift, zeroSign: unit.unit.signOfZero, padding: unit.unit.padding)
        }
        if case .planes = stage.work { (hasValues, hasPlanes) = (false, true) }
    }
}

/// Which stage takes how many rows next. Every thread has its own and comes to the same.
struct StreamSchedule {
    private let plan: StreamPlan
    private let memory: StreamMemory
    private let heights: [Int]
    /// Rows of its input that each stage has taken.
    private var done: [Int]

    init(_ plan: StreamPlan, _ memory: StreamMemory, height: Int) {
        self.plan = plan
        self.memory = memory
        heights = plan.stages.map { height * $0.scale }
        done = plan.stages.map { _ in 0 }
    }

    /// The next stage and its rows, the deepest that can go on: what was made last is still in the caches. Nil when the
    /// last row is done.
    mutating func next() -> (stage: Int, rows: Range<Int>)? {
        for index in done.indices.reversed() {
            var count = min(ready(index), memory.layout.caps[index], room(index))
            if done[index] + count < heights[index] { count -= count % plan.stages[index].grid }
            guard count > 0 else { continue }
            defer { done[index] += count }
            return (index, done[index]..<done[index] + count)
        }
        return nil
    }

    private func made(_ index: Int) -> Int { done[index] * plan.stages[index].factor }

    /// Rows whose neighbours below are there.
    private func ready(_ index: Int) -> Int {
        guard index > 0 else { return heights[0] - done[0] }
        let made = made(index - 1)
        return made == heights[index] ? made - done[index] : max(0, made - plan.stages[index].margin - done[index])
    }

    /// Rows that there is room for, in this stage's ring and, for the first of those that share their values, in theirs.
    private func room(_ index: Int) -> Int {
        guard index < memory.rings.count else { return .max }
        let ring = memory.rings[index]
        let factor = plan.stages[index].factor
        func free(_ capacity: Int, before reader: Int) -> Int {
            (capacity - made(index) + max(0, done[reader] - plan.stages[reader].margin)) / factor
        }
        var result = Int.max
        if ring.format.signs != nil || ring.format.hasPlanes { result = free(ring.capacity, before: index + 1) }
        if let values = ring.values, memory.layout.chains[index].lowerBound == index {
            result = min(result, free(values.capacity, before: memory.layout.chains[index].upperBound + 1))
        }
        return result
    }
}
