import BBCUPlatform

/// Counts in rows and columns, shown by depth of colour: histograms of many things side by side.
struct MatrixChart {
    var description: String
    /// The columns.
    var names: [String]
    /// The rows from the top.
    var rows: [String]
    /// Counts by row, then column.
    var counts: [[Int]]

    /// The drawing; the depth of a cell follows the logarithm of its count.
    var markup: Markup {
        var frame = ChartFrame(description, names: names)
        frame.left = 96
        frame.height = frame.top + frame.bottom + 22 * Double(max(1, rows.count))
        let most = counts.joined().max() ?? 0
        let (width, height) = (frame.plotWidth / Double(max(1, names.count)), 22.0)
        var content: [Markup] = []
        for (row, name) in rows.enumerated() {
            let y = frame.top + height * Double(row)
            content.append(
                .tag(
                    "text",
                    [
                        "x": ChartFrame.number(frame.left - 6), "y": ChartFrame.number(y + 15), "text-anchor": "end",
                        "class": "muted",
                    ], name))
            for (column, count) in counts[row].enumerated() {
                content.append(
                    .tag(
                        "rect",
                        [
                            "class": "tile level\(Self.level(count, most))",
                            "x": ChartFrame.number(frame.left + width * Double(column)), "y": ChartFrame.number(y),
                            "width": ChartFrame.number(width), "height": ChartFrame.number(height),
                        ], [.tag("title", [:], "\(names[column]), \(name): \(count)")]))
            }
        }
        return frame.svg(content + frame.names(names))
    }

    /// 0 for nothing, else 1 to 4 by the logarithm.
    private static func level(_ count: Int, _ most: Int) -> Int {
        guard count > 0 else { return 0 }
        guard most > 1 else { return 4 }
        return min(4, 1 + Int(Double(count).naturalLogarithm / Double(most).naturalLogarithm * 3.999))
    }
}
