import BBCUExecution
import TensorBytes

/// The smallest, the mean and the largest of some numbers, for each of some names.
struct ExtentChart {
    var description: String
    var names: [String]
    var extents: [UnitSummary.Extent]

    /// The drawing, over a scale that holds all numbers and zero.
    var markup: Markup {
        let frame = ChartFrame(description, names: names)
        let scale = RangeScale(withZero: extents.flatMap { [$0.smallest, $0.largest] }, digits: 3)
        let y = { (value: Double) in frame.y(scale.share(value)) }
        let lines = scale.lines.flatMap { frame.gridLine($0.share, $0.label) }
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
