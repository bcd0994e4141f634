import BBCUPlatform
import TensorBytes

/// A plain-text table: columns padded to their widest cell, two spaces between them, no trailing blanks.
public struct TextTable: Sendable {
    /// Where the text of a column stands in its width.
    public enum Alignment: Sendable { case left, right }

    private let headings: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []

    /// A table with the given headings; a column without an alignment stands left.
    public init(_ headings: [String], alignments: [Alignment] = []) {
        self.headings = headings.map { $0.printable() }
        self.alignments = headings.indices.map { $0 < alignments.count ? alignments[$0] : .left }
    }

    /// Adds a row, without what steers a terminal or ends a line; missing cells are empty, cells beyond the headings are dropped.
    public mutating func add(_ cells: [String]) {
        rows.append(headings.indices.map { $0 < cells.count ? cells[$0].printable() : "" })
    }

    /// The table's lines, the headings first.
    public var lines: [String] {
        let all = [headings] + rows
        let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            var line = ""
            for column in headings.indices {
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                let cell = alignments[column] == .left ? row[column] + padding : padding + row[column]
                line += (column == 0 ? "" : "  ") + cell
            }
            while let shorter = line.without(suffix: " ") { line = shorter }
            return line
        }
    }
}
