import BBCUPlatform
import TensorBytes

/// The plane of a chart: where values stand, and the lines and numbers around them. Units are SVG's user units; at the
/// full width of a page one is about a pixel and a half.
struct ChartFrame {
    /// The whole drawing.
    var width = 760.0
    var height = 320.0
    /// Room for the numbers on the left, and around.
    var left = 80.0
    var right = 12.0
    var top = 12.0
    var bottom = 28.0

    /// What the drawing shows, for those who do not see it.
    var description: String

    /// A plane with room for names below it.
    init(_ description: String, names: [String]) {
        self.description = description
        let longest = min(Self.nameLength, names.map(\.count).max() ?? 0)
        bottom += 4.6 * Double(longest)
    }

    var plotWidth: Double { width - left - right }
    var plotHeight: Double { height - top - bottom }

    /// The middle of category `index` of `count`.
    func x(_ index: Int, of count: Int) -> Double { left + plotWidth * (Double(index) + 0.5) / Double(max(1, count)) }

    /// The place of a share of the height, from the bottom.
    func y(_ share: Double) -> Double { top + plotHeight * (1 - share) }

    /// The drawing.
    func svg(_ content: [Markup]) -> Markup {
        .tag(
            "svg",
            [
                "viewBox": "0 0 \(Self.number(width)) \(Self.number(height))", "role": "img",
                "aria-label": description,
            ], content)
    }

    /// Names below the plane, slanted, so many of them as there is room for.
    func names(_ names: [String]) -> [Markup] {
        let step = max(1, Int((14 * Double(names.count) / plotWidth).rounded(.up)))
        let shown = names.indices.filter { $0.isMultiple(of: step) }
        var short = ShortNames(shown.map { names[$0] })
        return shown.map { index in
            let label = short.cut(names[index], atMost: Self.nameLength)
            let (x, y) = (Self.number(x(index, of: names.count)), Self.number(top + plotHeight + 14))
            return .tag(
                "text",
                ["x": x, "y": y, "text-anchor": "end", "class": "muted", "transform": "rotate(-40 \(x) \(y))"],
                [.text(label)] + (label == names[index] ? [] : [.tag("title", [:], names[index])]))
        }
    }

    /// A line across the plane with its number.
    func gridLine(_ share: Double, _ label: String) -> [Markup] {
        let place = y(share)
        return [
            .tag(
                "line",
                [
                    "class": "grid", "x1": Self.number(left), "x2": Self.number(width - right),
                    "y1": Self.number(place), "y2": Self.number(place),
                ]),
            .tag(
                "text",
                [
                    "x": Self.number(left - 6), "y": Self.number(place + 4), "text-anchor": "end", "class": "muted",
                ], label),
        ]
    }

    /// A number of the drawing, in hundredths.
    static func number(_ value: Double) -> String { NumberText.fixed(value, decimals: 2) }

    /// The characters of a name that there is room for below a chart.
    private static let nameLength = 15
}

/// A scale from some power of ten to another.
package struct LogScale {
    /// The power of ten at the bottom.
    package let lowest: Int
    /// The power of ten at the top.
    package let highest: Int

    /// The scale that holds all positive numbers of `values`; nil where there is none.
    package init?(_ values: [Double]) {
        let positive = values.filter { $0 > 0 && $0.isFinite }
        guard let least = positive.min(), let most = positive.max() else { return nil }
        lowest = Int(least.commonLogarithm.rounded(.down))
        highest = max(lowest + 1, Int(most.commonLogarithm.rounded(.up)))
    }

    /// Where a value stands, as a share of the height; zero and less stand at the bottom.
    package func share(_ value: Double) -> Double {
        guard value > 0 else { return 0 }
        return min(1, max(0, (value.commonLogarithm - Double(lowest)) / Double(highest - lowest)))
    }

    /// The powers of ten that get a line, at most eight.
    package var lines: [(share: Double, label: String)] {
        let step = max(1, (highest - lowest + 7) / 8)
        return stride(from: lowest, through: highest, by: step).map { power in
            (Double(power - lowest) / Double(highest - lowest), "1e\(power)")
        }
    }
}

/// A scale from zero to a round number.
package struct LinearScale {
    /// The number at the top.
    package let highest: Double
    private let step: Double

    /// The scale that holds all of `values`.
    package init(_ values: [Double]) {
        // Far beyond, the steps between the lines are no numbers any more.
        let most = min(values.filter(\.isFinite).max() ?? 0, 1e300)
        guard most > 1e-300 else {
            (highest, step) = (1, 0.5)
            return
        }
        let power = 10.0.raised(to: (most / 4).commonLogarithm.rounded(.down))
        let least = most / 4
        step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= least * 0.999 } ?? least
        highest = step * (most / step).rounded(.up)
    }

    /// Where a value stands, as a share of the height.
    package func share(_ value: Double) -> Double { min(1, max(0, value / highest)) }

    /// The numbers that get a line.
    package var lines: [(share: Double, label: String)] {
        stride(from: 0, through: highest * 1.0001, by: step).map { value in
            let isWhole = (1000..<1e9).contains(value)
            return (
                share(value),
                isWhole ? NumberText.grouped(Int(value.rounded())) : NumberText.significant(value, 4)
            )
        }
    }
}

/// A scale from some number to a larger one.
struct RangeScale {
    private let lowest: Double
    private let highest: Double
    /// Significant digits of the lines' numbers.
    private var digits = 4

    /// The scale of all of `values`, with room at both ends.
    init(_ values: [Double]) {
        let finite = values.filter(\.isFinite)
        let (least, most) = (finite.min() ?? 0, finite.max() ?? 1)
        let room = most > least ? (most - least) * 0.05 : max(abs(most) * 0.05, 0.5)
        (lowest, highest) = (least - room, most + room)
    }

    /// The scale of zero and all of `values`, without room.
    init(withZero values: [Double], digits: Int) {
        lowest = min(0, values.min() ?? 0)
        let most = max(0, values.max() ?? 0)
        highest = most > lowest ? most : lowest + 1
        self.digits = digits
    }

    func share(_ value: Double) -> Double { min(1, max(0, (value - lowest) / (highest - lowest))) }

    /// Five lines at even distances.
    var lines: [(share: Double, label: String)] {
        (0...4).map { step in
            let share = Double(step) / 4
            return (share, NumberText.significant(lowest + (highest - lowest) * share, digits))
        }
    }
}
