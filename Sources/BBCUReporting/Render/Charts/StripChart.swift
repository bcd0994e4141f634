import TensorBytes

/// Many values for each of some names, a dot each, with their mean: how something is distributed.
struct StripChart {
    /// The values of a name.
    struct Strip {
        var name: String
        /// A class of the style sheet.
        var style: String
        /// The values, each with what it belongs to.
        var values: [(label: String, value: Double)]
    }

    var description: String
    var strips: [Strip]

    /// The drawing, over a scale from the smallest to the largest value.
    var markup: Markup {
        let frame = ChartFrame(description, names: strips.map(\.name))
        let all = strips.flatMap { $0.values.map(\.value) }
        let scale = RangeScale(all)
        var content = scale.lines.flatMap { frame.gridLine($0.share, $0.label) }
        let room = frame.plotWidth / Double(max(1, strips.count)) * 0.3
        for (index, strip) in strips.enumerated() {
            let middle = frame.x(index, of: strips.count)
            for (place, item) in strip.values.enumerated() {
                // Beside each other in their order, so that equal values are seen.
                let offset = (Double(place) + 0.5) / Double(strip.values.count) - 0.5
                content.append(
                    .tag(
                        "circle",
                        [
                            "class": strip.style, "cx": ChartFrame.number(middle + offset * 2 * room),
                            "cy": ChartFrame.number(frame.y(scale.share(item.value))), "r": "3.5",
                        ], [.tag("title", [:], "\(item.label): \(NumberText.significant(item.value, 5))")]))
            }
            guard !strip.values.isEmpty else { continue }
            let mean = strip.values.reduce(0) { $0 + $1.value } / Double(strip.values.count)
            let y = ChartFrame.number(frame.y(scale.share(mean)))
            content.append(
                .tag(
                    "line",
                    [
                        "class": "line third", "x1": ChartFrame.number(middle - room * 1.2),
                        "x2": ChartFrame.number(middle + room * 1.2), "y1": y, "y2": y,
                    ], [.tag("title", [:], "\(strip.name), mean: \(NumberText.significant(mean, 5))")]))
        }
        return frame.svg(content + frame.names(strips.map(\.name)))
    }
}
