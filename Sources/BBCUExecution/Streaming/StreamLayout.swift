/// Which rows of the image are taken at a time, and which columns at once. No result depends on them.
struct StreamCut: Hashable, Sendable {
    /// Rows of the image that a stage takes at a time; nil for what suits the caches.
    var bandHeight: Int?
    /// Columns of the image in a strip; nil for what suits the caches.
    var stripWidth: Int?
}

/// How much of what is needed between the stages of a network.
struct StreamLayout: Sendable {
    /// Rows of its input that each stage takes at a time.
    let bands: [Int]
    /// What lies between a stage and the next; one fewer than the stages.
    let formats: [RowFormat]
    /// For each of them the first one that shares its values, and the last.
    let chains: [ClosedRange<Int>]
    /// Rows of signs.
    let rows: [Int]
    /// Rows of values; 0 where an earlier one's are used.
    let valueRows: [Int]

    /// Pixels that a stage takes at a time: few enough to stay in a core's cache.
    private static let pixelsAtATime = 1536

    /// - Parameters:
    ///   - height: rows of the image.
    ///   - width: columns of a strip with its surroundings.
    init(_ plan: StreamPlan, height: Int, width: Int, bandHeight: Int?) {
        let stages = plan.stages
        let bands = stages.map { stage in
            let rows =
                bandHeight.map { min($0, height) * stage.scale }
                ?? max(1, min(16, Self.pixelsAtATime / (width * stage.scale)))
            return max(1, rows / stage.grid) * stage.grid
        }
        let formats = zip(stages, stages.dropFirst()).map { stage, reader in
            RowFormat(stage, reader, height: height, width: width)
        }
        let chains = Self.chains(stages, formats)
        // A reader leaves what it needs again, and what does not fill its grid.
        func kept(_ reader: Int) -> Int { 2 * stages[reader].margin + stages[reader].grid - 1 }
        rows = formats.indices.map { bands[$0] * stages[$0].factor + kept($0 + 1) }
        valueRows = formats.indices.map { index in
            let chain = chains[index]
            guard chain.lowerBound == index else { return 0 }
            let lag = chain.dropLast().reduce(0) { $0 + stages[$1 + 1].margin } + kept(chain.upperBound + 1)
            return bands[index] * stages[index].factor + lag
        }
        (self.bands, self.formats, self.chains) = (bands, formats, chains)
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
                    before.channels == after.channels && before.margin == after.margin
            }
            starts.append(isShared ? starts[index - 1] : index)
        }
        return starts.map { start in start...(starts.lastIndex(of: start) ?? start) }
    }

    /// The rows between a stage and the next.
    func rings(_ arena: StreamArena) -> [RowRing] {
        var rings: [RowRing] = []
        for (index, format) in formats.enumerated() {
            let isShared = chains[index].lowerBound < index
            let values =
                isShared
                ? rings[index - 1].values
                : ValueRing(format, capacity: valueRows[index], arena)
            rings.append(RowRing(format, capacity: rows[index], values: values, arena))
        }
        return rings
    }
}

extension RowFormat {
    /// What lies between a stage and the one that reads it.
    fileprivate init(_ stage: StreamStage, _ reader: StreamStage, height: Int, width: Int) {
        self.init(
            channels: stage.outputs, height: height * reader.scale, width: width * reader.scale, margin: reader.margin)
        if case .unit(let unit, _) = reader.work {
            signs = unit.values
        }
    }
}
