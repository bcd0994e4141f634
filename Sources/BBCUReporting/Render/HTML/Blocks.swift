extension ReportDocument.Block {
    /// The block as elements; none where it belongs to text alone.
    var markups: [Markup] {
        switch self {
        case .paragraph(let text): [.tag("p", [:], [text.markup])]
        case .list(let items): items.isEmpty ? [] : [.tag("ul", [:], items.map { .tag("li", [:], [$0.markup]) })]
        case .facts(let facts): facts.isEmpty ? [] : [ReportDocument.markup(facts)]
        case .claims(let claims):
            claims.map { claim in
                .tag(
                    "div", ["class": "evidence"],
                    [.tag("p", [:], [claim.text.markup])] + claim.evidence.map { .tag("p", [:], [$0.markup]) })
            }
        case .heading(let text): [.tag("h3", [:], [text.markup])]
        case .table(let table): table.rows.isEmpty ? [] : [table.markup]
        case .figure(let figure): [figure.markup]
        case .pictures(let pictures, let isCompared): [Self.markup(pictures, isCompared)].filter { !$0.isEmpty }
        case .drawing(let draw): [draw()].filter { !$0.isEmpty }
        case .lines(let lines):
            lines.isEmpty
                ? []
                : [
                    .scrolling(
                        "Lines",
                        .tag(
                            "pre", [:],
                            [.tag("code", [:], Array(lines.map { [Markup.text($0)] }.joined(separator: [.tag("br")])))])
                    )
                ]
        case .folded(let summary, let blocks):
            [blocks.flatMap(\.markups)].filter { !$0.isEmpty }.map { .details(summary, $0) }
        case .group(let blocks): blocks.flatMap(\.markups)
        case .page(let blocks): blocks().flatMap(\.markups)
        case .text: []
        }
    }
}

extension RichText {
    /// The text with names set in a fixed pitch.
    var markup: Markup {
        .group(
            runs.map { run in
                switch run {
                case .text(let text): .text(text)
                case .code(let text, let limit): .code(text, atMost: limit)
                }
            })
    }
}

extension ReportDocument.Figure {
    var markup: Markup {
        .tag(
            "figure", [:],
            (key.isEmpty ? [] : [.key(key)]) + [.scrolling(caption.plain, chart())]
                + [.tag("figcaption", [:], [caption.markup])]
                + (table.map { [.details("The numbers", [$0.markup])] } ?? []))
    }
}

extension ReportDocument.Block {
    private static func markup(_ items: [ReportDocument.Picture], _ isCompared: Bool) -> Markup {
        let figures = items.map { item in
            Markup.tag(
                "figure", [:],
                [
                    item.picture.markup(["data-name": item.name, "class": item.style]),
                    .tag("figcaption", [:], [item.caption?.markup ?? .text(item.picture.description)]),
                ])
        }
        guard items.count > 1 else { return .group(figures) }
        let all = Markup.tag("div", ["class": "pictures"], figures)
        return isCompared ? .tag("div", ["class": "compare"], [all]) : all
    }
}

extension ReportTable {
    /// The table, which scrolls by itself where it is wider than the page.
    var markup: Markup {
        let head = headings.map { Markup.tag("th", ["scope": "col", "class": $0.style], $0.text) }
        let body = rows.map { row in
            Markup.tag(
                "tr", ["id": row.id, "class": row.isBad ? "bad" : nil],
                zip(headings, row.cells).enumerated().map { column, item in
                    column == 0
                        ? .tag("th", ["scope": "row"], [item.1.markup])
                        : .tag("td", ["class": item.0.style], [item.1.markup])
                })
        }
        return .scrolling(
            label, .tag("table", [:], [.tag("thead", [:], [.tag("tr", [:], head)]), .tag("tbody", [:], body)]))
    }
}

extension ReportTable.Heading {
    fileprivate var style: String? { isNumeric ? "number" : nil }
}
