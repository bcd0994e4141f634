import Execution

/// The smallest, the mean and the largest of some numbers, for each of some names.
struct ExtentChart {
    var description: String
    var names: [String]
    var extents: [UnitSummary.Extent]

    /// The drawing, over a scale that holds all numbers and zero.
    var markup: Markup {
        let frame = ChartFrame(description)
        let lowest = min(0, extents.map(\.smallest).min() ?? 0)
        let highest = max(0, extents.map(\.largest).max() ?? 0)
        let range = highest > lowest ? highest - lowest : 1
        let y = { (value: Double) in frame.y((value - lowest) / range) }
        let lines = (0...4).flatMap { step in
            frame.gridLine(Double(step) / 4, NumberText.significant(lowest + range * Double(step) / 4, 3))
        }
        let marks = zip(names, extents).enumerated().flatMap { index, named -> [Markup] in
            let (name, extent) = named
            let x = ChartFrame.number(frame.x(index, of: names.count))
            let text =
                "\(name): \(NumberText.significant(extent.mean, 3)), "
                + "\(NumberText.significant(extent.smallest, 3)) to \(NumberText.significant(extent.largest, 3))"
            return [
                .tag(
                    "line",
                    [
                        "class": "line first", "x1": x, "x2": x, "y1": ChartFrame.number(y(extent.smallest)),
                        "y2": ChartFrame.number(y(extent.largest)),
                    ], [.tag("title", [:], text)]),
                .tag(
                    "circle", ["class": "second", "cx": x, "cy": ChartFrame.number(y(extent.mean)), "r": "3.5"],
                    [.tag("title", [:], text)]),
            ]
        }
        return frame.svg(lines + marks + frame.names(names))
    }
}
