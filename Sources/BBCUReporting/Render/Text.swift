import BBCUPlatform

extension ReportDocument {
    /// The report for a person, readable at 100 columns: the facts, the sections, and at the end the finding.
    public var text: [String] {
        var parts =
            [Self.lines(facts)] + sections.map(Self.lines) + [[verdict.printable()] + Self.lines(findings)]
        parts.removeAll(where: \.isEmpty)
        return Array(parts.joined(separator: [""]))
    }

    static func lines(_ facts: [Fact]) -> [String] {
        let names = facts.map { $0.name.printable() }
        let width = (names.map(\.count).max() ?? 0) + 2
        return zip(names, facts).map { name, fact in
            name + String(repeating: " ", count: width - name.count) + fact.value.plain
        }
    }

    private static func lines(_ section: Section) -> [String] {
        let lines = lines(section.blocks)
        return lines.isEmpty ? [] : [section.heading.printable()] + lines
    }

    private static func lines(_ blocks: [Block]) -> [String] {
        // One blank line between blocks, and none at the ends.
        var lines: [String] = []
        for line in blocks.flatMap(\.textLines) where !line.isEmpty || lines.last?.isEmpty == false {
            lines.append(line)
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}

extension ReportDocument.Section {
    /// Whether text would say nothing below its heading.
    var isEmpty: Bool { blocks.flatMap(\.textLines).allSatisfy(\.isEmpty) }
}

extension ReportDocument.Block {
    /// The block as lines of text; empty ones, of which several count as one, set it apart.
    var textLines: [String] {
        switch self {
        case .paragraph(let text): [text.plain]
        case .list(let items): items.map { "  " + $0.plain }
        case .facts(let facts): ReportDocument.lines(facts)
        case .claims(let claims): claims.flatMap { ["  " + $0.text.plain] + $0.evidence.map { "    " + $0.plain } }
        case .heading(let text): ["", text.plain]
        case .table(let table): [""] + table.textLines + [""]
        case .figure(let figure): [""] + (figure.table?.textLines ?? []) + [""]
        case .lines(let lines): lines.map { $0.isEmpty ? "" : "  " + $0.printable() }
        case .folded(_, let blocks), .group(let blocks), .text(let blocks): blocks.flatMap(\.textLines)
        case .pictures, .drawing, .page: []
        }
    }
}

extension RichText {
    /// The text without marks, safe for a terminal.
    var plain: String { runs.count == 1 ? Self.plain(runs[0]) : runs.map(Self.plain).joined() }

    private static func plain(_ run: Run) -> String {
        switch run {
        case .text(let text): text.printable()
        case .code(let text, let limit): text.printable(atMost: limit)
        }
    }
}

extension ReportTable {
    /// The table as lines of text, without the columns that text has no room for.
    var textLines: [String] {
        guard !rows.isEmpty else { return [] }
        let columns = headings.indices.filter { !headings[$0].isWide }
        var table = TextTable(
            columns.map { headings[$0].text }, alignments: columns.map { headings[$0].isNumeric ? .right : .left })
        for row in rows { table.add(columns.map { row.cells[$0].plain }) }
        return table.lines
    }
}
