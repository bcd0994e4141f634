import TensorBytes

/// Several numbers for each of some names: dots and lines over a logarithmic or a linear scale.
struct SeriesChart {
    /// How a series is drawn.
    enum Mark { case dots, line, bars }

    /// Numbers, one a name.
    struct Series {
        var meaning: String
        /// A class of the style sheet.
        var style: String
        var mark: Mark
        var values: [Double?]
        /// Those that are drawn as wrong.
        var isBad: [Bool] = []
    }

    var description: String
    var names: [String]
    var series: [Series]
    var isLogarithmic: Bool
    /// Whether a linear scale begins at zero; it holds no less than all numbers otherwise.
    var startsAtZero = true
    /// Draws a line at this value, such as a limit.
    var limit: (value: Double, label: String)?

    /// What the colours mean.
    var key: [(style: String, meaning: String)] {
        series.map { series in
            switch series.mark {
            case .dots: (series.style, series.meaning + " (dots)")
            case .line: (series.style, series.meaning + " (line)")
            case .bars: (series.style, series.meaning)
            }
        }
    }

    /// The drawing.
    var markup: Markup {
        let frame = ChartFrame(description, names: names)
        let values = series.flatMap { $0.values.compactMap(\.self) } + (limit.map { [$0.value] } ?? [])
        let logarithmic = isLogarithmic ? LogScale(values) : nil
        let linear = LinearScale(values)
        let range = RangeScale(values)
        let share = { (value: Double) in
            logarithmic?.share(value) ?? (startsAtZero ? linear.share(value) : range.share(value))
        }
        let lines = logarithmic?.lines ?? (startsAtZero ? linear.lines : range.lines)
        var content = lines.flatMap { frame.gridLine($0.share, $0.label) }
        if let limit {
            let y = ChartFrame.number(frame.y(share(limit.value)))
            content.append(
                .tag(
                    "line",
                    [
                        "class": "line second", "x1": ChartFrame.number(frame.left),
                        "x2": ChartFrame.number(frame.width - frame.right), "y1": y, "y2": y,
                    ], [.tag("title", [:], limit.label)]))
        }
        for series in series { content += draw(series, frame, share) }
        return frame.svg(content + frame.names(names))
    }

    private func draw(_ series: Series, _ frame: ChartFrame, _ share: (Double) -> Double) -> [Markup] {
        let places = series.values.enumerated().compactMap { index, value in
            value.map { (index: index, x: frame.x(index, of: names.count), y: frame.y(share($0)), value: $0) }
        }
        let title = { (index: Int, value: Double) in
            Markup.tag("title", [:], "\(names[index]): \(NumberText.significant(value, 3)), \(series.meaning)")
        }
        let isBad = { (index: Int) in series.isBad.indices.contains(index) && series.isBad[index] }
        switch series.mark {
        case .line:
            let points = places.map { ChartFrame.number($0.x) + "," + ChartFrame.number($0.y) }
            return [.tag("polyline", ["class": "line " + series.style, "points": points.joined(separator: " ")])]
        case .dots:
            return places.map { place in
                .tag(
                    "circle",
                    [
                        "class": isBad(place.index) ? "beyond" : series.style, "cx": ChartFrame.number(place.x),
                        "cy": ChartFrame.number(place.y), "r": isBad(place.index) ? "5" : "3.5",
                    ], [title(place.index, place.value)])
            }
        case .bars:
            let width = frame.plotWidth / Double(max(1, names.count)) * 0.72
            return places.map { place in
                .tag(
                    "rect",
                    [
                        "class": isBad(place.index) ? "beyond" : series.style,
                        "x": ChartFrame.number(place.x - width / 2), "y": ChartFrame.number(place.y),
                        "width": ChartFrame.number(width),
                        "height": ChartFrame.number(max(0, frame.y(0) - place.y)),
                    ], [title(place.index, place.value)])
            }
        }
    }
}
