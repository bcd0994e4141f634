import BBCUNetworks

/// Columns of a wide image that are run as an image of their own, so that what lies between the stages fits the
/// caches. A strip is computed with as many of its neighbours' columns as its own depend on: every stage takes a few
/// fewer than the one before it, and no value of the result is computed from a wrong neighbour.
struct StreamStrip: Sendable {
    /// The first column of the image that the strip's rows hold; at the image's edges theirs are the image's.
    var start: Int
    /// For each stage the pixels of its input that it takes, counted from the strip's first one.
    var columns: [Range<Int>]
}

/// How an image is cut into strips.
struct StreamStrips: Sendable {
    let strips: [StreamStrip]
    /// Columns of the image in a strip with its surroundings, the same for all.
    let width: Int

    /// Columns of the largest feature map in a strip without its surroundings.
    private static let columnsAtATime = 2048

    /// - Parameter stripWidth: columns of the image in a strip; nil for what suits the caches.
    init(_ plan: StreamPlan, width imageWidth: Int, stripWidth: Int?) {
        let scale = plan.stages.last?.scale ?? 1
        // Grids start at the image's first pixel.
        let grid = plan.stages.map(\.grid).max() ?? 1
        let most = max(1, stripWidth ?? Self.columnsAtATime / max(2, scale))
        let count = (imageWidth + most - 1) / most
        let needs = (0..<count).map { index in
            let own = imageWidth * index / count..<imageWidth * (index + 1) / count
            return Self.columns(plan, own, imageWidth: imageWidth)
        }
        let windows = needs.map { Self.window($0, plan) }
        var widest = windows.map(\.count).max() ?? imageWidth
        // The last strip ends with the image and starts at a multiple of the grid, as all do.
        widest = min(imageWidth, widest + grid)
        widest += (imageWidth - widest) % grid
        width = widest
        strips = zip(needs, windows).map { need, window in
            let start = min(window.lowerBound / grid * grid, imageWidth - widest)
            let columns = zip(need, plan.stages).map { range, stage in
                range.lowerBound - start * stage.scale..<range.upperBound - start * stage.scale
            }
            return StreamStrip(start: start, columns: columns)
        }
    }

    /// The pixels of its input that every stage takes for some columns of the result, counted from the image's first.
    private static func columns(_ plan: StreamPlan, _ own: Range<Int>, imageWidth: Int) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        let scale = plan.stages.last.map { $0.scale * $0.factor } ?? 1
        var wanted = own.lowerBound * scale..<own.upperBound * scale
        for stage in plan.stages.reversed() {
            let width = imageWidth * stage.scale
            func whole(_ column: Int) -> Int { (column + stage.grid - 1) / stage.grid * stage.grid }
            let first = wanted.lowerBound / stage.factor / stage.grid * stage.grid
            let end = min(width, whole((wanted.upperBound + stage.factor - 1) / stage.factor))
            ranges.append(first..<end)
            wanted = max(0, first - stage.margin)..<min(width, end + stage.margin)
        }
        return ranges.reversed()
    }

    /// The columns of the image that hold what all stages take and read.
    private static func window(_ columns: [Range<Int>], _ plan: StreamPlan) -> Range<Int> {
        var window = columns[0]
        for (range, stage) in zip(columns, plan.stages) {
            let first = range.lowerBound / stage.scale
            let end = (range.upperBound + stage.scale - 1) / stage.scale
            window = min(window.lowerBound, first)..<max(window.upperBound, end)
        }
        return window
    }
}
