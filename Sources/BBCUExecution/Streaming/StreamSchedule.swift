/// What the order of the stages depends on; plain numbers, so that looking at them costs nothing.
struct ScheduledStage: BitwiseCopyable {
    /// Rows of its input.
    let height: Int
    /// How many rows become of one.
    let factor: Int
    /// Rows above and below that it reads.
    let margin: Int
    let grid: Int
    /// Rows that it takes at a time.
    let band: Int
    /// Rows of its result's signs that there is room for; nil where it has none.
    let capacity: Int?
    /// Rows of values that there is room for; nil where it writes over its input.
    let valueCapacity: Int?
    /// The last stage that reads those values.
    let valueReader: Int

    init(_ stage: StreamStage, at index: Int, _ layout: StreamLayout, height: Int) {
        self.height = height * stage.scale
        (factor, margin, grid) = (stage.factor, stage.margin, stage.grid)
        band = layout.bands[index]
        guard index < layout.formats.count else {
            (capacity, valueCapacity, valueReader) = (nil, nil, index)
            return
        }
        let format = layout.formats[index]
        capacity = format.signs != nil ? layout.rows[index] : nil
        valueCapacity = layout.valueRows[index] > 0 ? layout.valueRows[index] : nil
        valueReader = layout.chains[index].upperBound + 1
    }
}

/// Which stage takes how many rows next. Every thread has its own and comes to the same.
struct StreamSchedule {
    /// What is done next: rows of a stage's input.
    struct Step {
        var stage: Int
        var rows: Range<Int>
    }

    private let stages: UnsafeBufferPointer<ScheduledStage>
    /// Rows of its input that each stage has taken.
    private let done: UnsafeMutablePointer<Int>

    /// Starts from the first row.
    /// - Parameter done: room for a number a stage.
    init(_ stages: UnsafeBufferPointer<ScheduledStage>, done: UnsafeMutablePointer<Int>) {
        self.stages = stages
        self.done = done
        for index in stages.indices { done[index] = 0 }
    }

    /// The next step, of the deepest stage that can go on: what was made last is still in the caches. Nil when the
    /// last row is done.
    func next() -> Step? {
        for index in stages.indices.reversed() {
            let count = rows(index)
            guard count > 0 else { continue }
            defer { done[index] += count }
            return Step(stage: index, rows: done[index]..<done[index] + count)
        }
        return nil
    }

    /// Rows that a stage can take now.
    private func rows(_ index: Int) -> Int {
        let stage = stages[index]
        let ready = ready(index)
        guard ready > 0 else { return 0 }
        let count = min(ready, stage.band, room(index))
        return done[index] + count == stage.height ? count : count / stage.grid * stage.grid
    }

    private func made(_ index: Int) -> Int { done[index] * stages[index].factor }

    /// Rows whose neighbours below are there.
    private func ready(_ index: Int) -> Int {
        guard index > 0 else { return stages[0].height - done[0] }
        let made = made(index - 1)
        return made == stages[index].height ? made - done[index] : made - stages[index].margin - done[index]
    }

    /// Rows that there is room for, in this stage's ring and, for the first of those that share their values, in theirs.
    private func room(_ index: Int) -> Int {
        let stage = stages[index]
        func free(_ capacity: Int, before reader: Int) -> Int {
            (capacity - made(index) + max(0, done[reader] - stages[reader].margin)) / stage.factor
        }
        var result = Int.max
        if let capacity = stage.capacity { result = free(capacity, before: index + 1) }
        if let capacity = stage.valueCapacity { result = min(result, free(capacity, before: stage.valueReader)) }
        return result
    }
}
