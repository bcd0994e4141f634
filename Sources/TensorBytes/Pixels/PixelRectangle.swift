/// A part of an image or feature map.
public struct PixelRectangle: Sendable, Hashable {
    /// Its rows, from the top.
    public var rows: Range<Int>
    /// Its columns, from the left.
    public var columns: Range<Int>

    /// A part of an image or feature map.
    public init(rows: Range<Int>, columns: Range<Int>) {
        self.rows = rows
        self.columns = columns
    }

    /// Rows.
    public var height: Int { rows.count }
    /// Columns.
    public var width: Int { columns.count }

    /// The part of a map `factor` times as large that comes of this one.
    package func scaled(by factor: Int) -> PixelRectangle {
        mapped { $0.lowerBound * factor..<$0.upperBound * factor }
    }

    /// Counted from the top left of another.
    package func within(_ other: PixelRectangle) -> PixelRectangle {
        let (top, left) = (other.rows.lowerBound, other.columns.lowerBound)
        return PixelRectangle(
            rows: rows.lowerBound - top..<rows.upperBound - top,
            columns: columns.lowerBound - left..<columns.upperBound - left)
    }

    /// With so many pixels more to every side, as far as a map of a size has them.
    package func grown(by count: Int, height: Int, width: Int) -> PixelRectangle {
        let whole = PixelRectangle(rows: 0..<height, columns: 0..<width)
        let grown = mapped { $0.lowerBound - count..<$0.upperBound + count }
        return PixelRectangle(
            rows: grown.rows.clamped(to: whole.rows), columns: grown.columns.clamped(to: whole.columns))
    }

    /// The top left corner, at most so many pixels wide and high.
    package func corner(_ side: Int) -> PixelRectangle { mapped { $0.prefix(side) } }

    /// The middle, at most so many pixels wide and high.
    package func middle(_ side: Int) -> PixelRectangle {
        mapped { range in
            let start = range.lowerBound + (range.count - min(side, range.count)) / 2
            return start..<start + min(side, range.count)
        }
    }

    /// Whether a map of a size has all of its pixels.
    package func lies(inHeight height: Int, width: Int) -> Bool {
        rows.lowerBound >= 0 && columns.lowerBound >= 0 && rows.upperBound <= height && columns.upperBound <= width
    }

    private func mapped(_ change: (Range<Int>) -> Range<Int>) -> PixelRectangle {
        PixelRectangle(rows: change(rows), columns: change(columns))
    }
}
