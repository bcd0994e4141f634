/// A table of a report.
public struct ReportTable: Sendable {
    /// How the cells of a column stand, and where the column is shown.
    package struct Heading: Sendable {
        package var text: String
        package var isNumeric: Bool
        /// Text has room for few columns; pages and Markdown have all.
        package var isWide: Bool
    }

    /// A row.
    package struct Row: Sendable {
        /// Names the row in links, or nil.
        package var id: String?
        /// Whether the row shows what is wrong.
        package var isBad: Bool
        /// One a column.
        package var cells: [RichText]
    }

    /// What the table holds, in a few words.
    package var label: String
    package var headings: [Heading]
    package var rows: [Row]

    /// A row for each element, in columns that are named and filled in one place.
    ///
    /// - Parameters:
    ///   - id: the row's name in links.
    ///   - isBad: whether the row shows what is wrong.
    package init<Element>(
        _ label: String, of elements: some Sequence<Element>, id: (Element) -> String? = { _ in nil },
        isBad: (Element) -> Bool = { _ in false }, columns: [Column<Element>]
    ) {
        self.label = label
        headings = columns.map(\.heading)
        rows = elements.map { element in
            Row(id: id(element), isBad: isBad(element), cells: columns.map { $0.cell(element) })
        }
    }

    /// A column: its heading and what it says of an element.
    package struct Column<Element> {
        package var heading: Heading
        package var cell: (Element) -> RichText

        /// A column of text.
        package static func text(_ heading: String, _ cell: @escaping (Element) -> String) -> Column {
            Column(heading: .init(text: heading, isNumeric: false, isWide: false)) { RichText(cell($0)) }
        }

        /// A column of text with names in it.
        package static func rich(_ heading: String, _ cell: @escaping (Element) -> RichText) -> Column {
            Column(heading: .init(text: heading, isNumeric: false, isWide: false), cell: cell)
        }

        /// A column of names from the file.
        package static func code(_ heading: String, _ cell: @escaping (Element) -> String) -> Column {
            Column(heading: .init(text: heading, isNumeric: false, isWide: false)) { .code(cell($0)) }
        }

        /// A column of numbers.
        package static func number(_ heading: String, _ cell: @escaping (Element) -> String) -> Column {
            Column(heading: .init(text: heading, isNumeric: true, isWide: false)) { RichText(cell($0)) }
        }

        /// The column, in pages and Markdown alone.
        package var onlyWide: Column {
            var column = self
            column.heading.isWide = true
            return column
        }
    }
}
