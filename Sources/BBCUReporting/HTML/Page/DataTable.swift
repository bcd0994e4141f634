/// A table of a page: the numbers, or what they were drawn from.
package struct DataTable: Sendable {
    /// A row.
    struct Row: Sendable {
        /// Names the row in links, or nil.
        var id: String?
        /// Whether the row shows what is wrong.
        var isBad = false
        /// One a column; the first is the row's heading.
        var cells: [Markup]
    }

    /// What the table holds, in a few words.
    var label: String
    /// The columns' headings.
    var headings: [String]
    /// The columns that hold numbers and stand right.
    var numbers: Range<Int>
    var rows: [Row] = []

    /// An empty table; columns from `firstNumber` on stand right.
    init(_ label: String, _ headings: [String], firstNumber: Int = 1) {
        self.label = label
        self.headings = headings
        numbers = firstNumber..<max(firstNumber, headings.count)
    }

    /// Adds a row of text.
    mutating func add(_ cells: [String], id: String? = nil, isBad: Bool = false) {
        add(cells.map(Markup.text), id: id, isBad: isBad)
    }

    /// Adds a row.
    mutating func add(_ cells: [Markup], id: String? = nil, isBad: Bool = false) {
        rows.append(Row(id: id, isBad: isBad, cells: cells))
    }

    /// The table, which scrolls by itself where it is wider than the page.
    var markup: Markup {
        let head = headings.indices.map { column in
            Markup.tag("th", ["scope": "col", "class": cellClass(column)], headings[column])
        }
        let body = rows.map { row in
            Markup.tag(
                "tr", ["id": row.id, "class": row.isBad ? "bad" : nil],
                row.cells.indices.map { column in
                    column == 0
                        ? .tag("th", ["scope": "row"], [row.cells[0]])
                        : .tag("td", ["class": cellClass(column)], [row.cells[column]])
                })
        }
        return .scrolling(
            label,
            .tag("table", [:], [.tag("thead", [:], [.tag("tr", [:], head)]), .tag("tbody", [:], body)]))
    }

    private func cellClass(_ column: Int) -> String? { numbers.contains(column) ? "number" : nil }
}

extension Markup {
    /// What may be wider than the page: it scrolls by itself, by keyboard too.
    static func scrolling(_ label: String, _ content: Markup) -> Markup {
        tag("div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": label], [content])
    }

    /// A chart with what its colours mean, a caption, and the numbers behind it.
    ///
    /// - Parameters:
    ///   - key: classes of the style sheet with what they stand for.
    ///   - table: nil where the same numbers stand in a table of the same section.
    static func figure(
        _ caption: String, key: [(style: String, meaning: String)] = [], _ chart: Markup, table: DataTable? = nil
    ) -> Markup {
        tag(
            "figure", [:],
            (key.isEmpty ? [] : [.key(key)]) + [.scrolling(caption, chart)]
                + [.tag("figcaption", [:], caption)]
                + (table.map { [.details("The numbers", [$0.markup])] } ?? []))
    }

    /// What colours stand for.
    static func key(_ items: [(style: String, meaning: String)]) -> Markup {
        tag(
            "ul", ["class": "key"],
            items.map { .tag("li", [:], [.tag("span", ["class": $0.style]), .text($0.meaning)]) })
    }

    /// What is shown when it is asked for.
    static func details(_ summary: String, _ content: [Markup]) -> Markup {
        tag("details", [:], [tag("summary", [:], summary)] + content)
    }
}
