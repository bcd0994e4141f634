import BBCUPlatform

extension ReportDocument {
    /// The report in Markdown, for a README, a bug tracker or the summary of a build; ends with a newline.
    public var markdown: String {
        var parts =
            ["# \(title.markdownEscaped)", "**\(verdict.markdownEscaped)**"] + findings.flatMap(\.markdownParts)
        parts.append(Self.list(facts))
        for section in sections {
            let content = section.blocks.flatMap(\.markdownParts)
            if !content.isEmpty { parts += ["## \(section.heading.markdownEscaped)"] + content }
        }
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    fileprivate static func list(_ facts: [Fact]) -> String {
        facts.map { fact in
            fact.name.isEmpty ? "  * " + fact.value.markdown : "* \(fact.name.markdownEscaped): \(fact.value.markdown)"
        }.joined(separator: "\n")
    }
}

extension ReportDocument.Block {
    /// What stands between blank lines.
    var markdownParts: [String] {
        switch self {
        case .paragraph(let text): [text.markdown]
        case .list(let items): items.isEmpty ? [] : [items.map { "* " + $0.markdown }.joined(separator: "\n")]
        case .facts(let facts): facts.isEmpty ? [] : [ReportDocument.list(facts)]
        // With another mark they are a list of their own, whatever list follows.
        case .claims(let claims):
            claims.isEmpty
                ? []
                : [
                    claims.flatMap { ["- " + $0.text.markdown] + $0.evidence.map { "  - " + $0.markdown } }
                        .joined(separator: "\n")
                ]
        case .heading(let text): ["### " + text.markdown]
        case .table(let table): table.rows.isEmpty ? [] : [table.markdown]
        case .figure(let figure): figure.table.map { $0.rows.isEmpty ? [] : [$0.markdown] } ?? []
        case .lines(let lines): lines.isEmpty ? [] : [lines.map { $0.printable() }.markdownFenced]
        case .folded(_, let blocks), .group(let blocks), .text(let blocks): blocks.flatMap(\.markdownParts)
        case .pictures, .drawing, .page: []
        }
    }
}

extension [String] {
    /// The lines as code between fences that no line ends.
    fileprivate var markdownFenced: String {
        var fence = "```"
        while contains(where: { $0.includes(fence) }) { fence += "`" }
        return ([fence] + self + [fence]).joined(separator: "\n")
    }
}

extension RichText {
    /// The text with names set as code.
    var markdown: String { markdown(inTable: false) }

    /// - Parameter inTable: whether a `|` would end a cell, in code too.
    func markdown(inTable: Bool) -> String {
        runs.map { run in
            switch run {
            case .text(let text): return text.markdownEscaped
            case .code(let text, let limit):
                let shown = text.printable(atMost: limit)
                guard !shown.isEmpty, !(inTable && shown.includes("|")) else { return shown.markdownEscaped }
                return shown.markdownCode
            }
        }.joined()
    }
}

extension ReportTable {
    /// The table with all its columns.
    var markdown: String {
        let head = "| " + headings.map(\.text.markdownEscaped).joined(separator: " | ") + " |"
        let rule = "| " + headings.map { $0.isNumeric ? "---:" : "---" }.joined(separator: " | ") + " |"
        let lines = rows.map { "| " + $0.cells.map { $0.markdown(inTable: true) }.joined(separator: " | ") + " |" }
        return ([head, rule] + lines).joined(separator: "\n")
    }
}
