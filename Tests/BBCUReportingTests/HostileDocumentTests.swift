import BBCUReporting
import TensorBytes
import Testing

/// Names from files in every place of a document: they stay text in text, in Markdown and on a page.
@Suite struct HostileDocumentTests {
    static let names = [
        "a|b", "||", "`code`", "``", "```", "a`b|c", "*bold* _em_ ~~gone~~", "[link](x) ![image](y)", "# heading",
        "&lt;b&gt;", "<b onclick=\"alert(1)\">", "</script><script>alert(1)</script>", "</title>", "\"' onload='x'",
        "<!--", "]]>", "\\", "a\\|b", "a\\`b", "\u{1B}[31mred", "a\nb", "a\r\nb", "\u{0}", "\u{7F}\u{85}", "\u{2028}x",
        "\u{202E}dlrow", "\u{2066}x\u{2069}", "\u{200B}\u{FEFF}", "e\u{301}", "",
    ]

    /// A document with the name in every place that a name can take.
    private static func document(_ name: String) -> ReportDocument {
        let text = RichText(name)
        let code = RichText.code(name)
        let table = ReportTable(
            name, of: [name], id: { $0 },
            columns: [.code("a") { $0 }, .text(name) { $0 }, .number("c") { $0 }, .rich("d") { "\($0) \(code: $0)" }])
        let picture = PagePicture(png: [], width: 1, height: 1, description: name)
        return ReportDocument(
            title: name, verdict: name, tone: .bad, facts: [.init(name, text), .init("fact", code)],
            sections: [
                .init(
                    "part", name,
                    [
                        .paragraph(text), .paragraph("x\(code: name)y"), .list([text, code]),
                        .facts([.init(name, code)]),
                        .lines([name, "two"]), .claims([(text, [code])]), .heading(text),
                        .table(table), .folded(name, [.paragraph(code)]), .page { [.paragraph(text)] },
                        .figure(text, key: [("first", name)], .tag("svg", [:], name), table: table),
                        .drawing { .tag("p", ["title": name], name) },
                        .pictures([.init(name, picture, caption: code)]),
                    ])
            ], findings: [.paragraph(text), .lines([name])], json: [name: .string(name)])
    }

    private static func isShown(_ text: some StringProtocol) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: scalar == "\n"
            default: true
            }
        }
    }

    /// Without the empty name, of which whole lines are left out.
    @Test(arguments: names.dropLast())
    func inText(_ name: String) {
        let lines = Self.document(name).text
        #expect(lines.count == Self.document("x").text.count)
        #expect(lines.allSatisfy { Self.isShown($0) && !$0.contains("\n") })
    }

    @Test(arguments: names.dropLast())
    func inMarkdown(_ name: String) {
        let markdown = Self.document(name).markdown
        #expect(Self.isShown(markdown))
        #expect(Self.marks(markdown) == Self.marks(Self.document("x").markdown), "\(markdown)")
    }

    @Test(arguments: names)
    func onAPage(_ name: String) throws {
        let html = Self.document(name).html
        let plain = Self.document("x").html
        #expect(html.components("<").count == plain.components("<").count)
        #expect(html.components("<script").count == 3 && html.components("</script>").count == 3)
        let shown = try #require(html.components("id=\"report-json\">").first)
        #expect(Self.isShown(shown))
        let pieces = try #require(plain.components("id=\"report-json\">").first)
        #expect(shown.components("\"").count == pieces.components("\"").count)
        let carried = try #require(html.components("id=\"report-json\">").last?.components("</script>").first)
        let value = try StrictJSON.parse(Array(carried.utf8))
        guard case .object(let members) = value, case .string(let text)? = members.first?.value else {
            Issue.record("no object")
            return
        }
        // Unicode scalars, not characters, are what has to be the same.
        #expect(members.count == 1 && [members[0].key, text].allSatisfy { Array($0.utf8) == Array(name.utf8) })
    }

    /// What steers Markdown in a text, line by line: its marks without those that are escaped and those within code.
    private static func marks(_ markdown: String) -> [String] {
        var fence: String?
        return markdown.components("\n").map { line in
            if let open = fence {
                if line == open { fence = nil }
                return line == open ? "```" : ""
            }
            if line.hasPrefix("```"), line.allSatisfy({ $0 == "`" }) {
                fence = String(line)
                return "```"
            }
            var marks = ""
            var rest = Substring(line)
            while let character = rest.first {
                rest = rest.dropFirst()
                if character == "\\" {
                    rest = rest.dropFirst()
                } else if character == "`" {
                    // Code ends with as many grave accents as it began with; without those, it is none.
                    let count = 1 + rest.prefix { $0 == "`" }.count
                    rest = rest.drop { $0 == "`" }
                    let end = rest.firstRange(of: String(repeating: "`", count: count))
                    rest = end.map { rest[$0.upperBound...] } ?? ""
                    if end == nil { marks += "unclosed" }
                } else if "*_[]<>|#~&!".contains(character) {
                    marks.append(character)
                }
            }
            return marks.replacing("!", with: "")
        }
    }
}

extension StringProtocol {
    /// The text between the places where another stands.
    fileprivate func components(_ separator: String) -> [SubSequence] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
