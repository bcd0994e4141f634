import BBCUReporting
import TensorBytes
import Testing

/// A document in text, Markdown and HTML, block by block.
@Suite struct DocumentTests {
    typealias Block = ReportDocument.Block

    static func document(_ blocks: [Block], facts: [ReportDocument.Fact] = []) -> ReportDocument {
        ReportDocument(
            title: "Title", verdict: "HOLDS.", tone: .good, facts: facts, sections: [.init("part", "Part", blocks)],
            json: ["a": .integer(1)])
    }

    /// What a section of one block becomes: the lines of text and of Markdown below the heading, and the elements.
    private static func rendered(_ block: Block) throws -> (text: [String], markdown: String, html: String) {
        let document = document([block])
        let text = document.text
        // The heading, the block, a blank line and the verdict.
        try #require(text.first == "Part" && text.suffix(2) == ["", "HOLDS."])
        let (markdown, html) = (document.markdown, document.html)
        let head = "# Title\n\n**HOLDS.**\n\n## Part\n\n"
        try #require(markdown.hasPrefix(head) && markdown.hasSuffix("\n"))
        let start = try #require(html.firstRange(of: "<h2 id=\"part-heading\">Part</h2>")).upperBound
        let end = try #require(html[start...].firstRange(of: "</section>")).lowerBound
        return (
            Array(text.dropFirst().dropLast(2)), String(markdown.dropFirst(head.count).dropLast()),
            String(html[start..<end])
        )
    }

    private static let table = ReportTable(
        "Names", of: [("a", 1, "x"), ("bcd", 100, "y")], id: { "row-\($0.0)" }, isBad: { $0.1 > 1 },
        columns: [.code("name", \.0), .number("count") { "\($0.1)" }, .text("wide", \.2).onlyWide])

    private static let tableText = ["name  count", "a         1", "bcd     100"]
    private static let tableMarkdown =
        "| name | count | wide |\n| --- | ---: | --- |\n| `a` | 1 | x |\n| `bcd` | 100 | y |"
    private static let tableHTML = """
        <div class="scroll" tabindex="0" role="region" aria-label="Names"><table><thead><tr><th scope="col">name</th>\
        <th scope="col" class="number">count</th><th scope="col">wide</th></tr></thead><tbody>\
        <tr id="row-a"><th scope="row"><bdi><code>a</code></bdi></th><td class="number">1</td><td>x</td></tr>\
        <tr id="row-bcd" class="bad"><th scope="row"><bdi><code>bcd</code></bdi></th><td class="number">100</td>\
        <td>y</td></tr></tbody></table></div>
        """

    struct Case: CustomTestStringConvertible {
        var name: String
        var block: Block
        var text: [String]
        var markdown: String
        var html: String
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        .init(
            name: "paragraph", block: .paragraph("one \(code: "two") \(3)"), text: ["one two 3"],
            markdown: "one `two` 3", html: "<p>one <bdi><code>two</code></bdi> 3</p>"),
        .init(
            name: "list", block: .list(["one", .code("two")]), text: ["  one", "  two"], markdown: "* one\n* `two`",
            html: "<ul><li>one</li><li><bdi><code>two</code></bdi></li></ul>"),
        .init(
            name: "cut list", block: .list(["one", "two", "three"], atMost: 1), text: ["  one", "  … 2 more"],
            markdown: "* one\n* … 2 more", html: "<ul><li>one</li><li>… 2 more</li></ul>"),
        .init(
            name: "facts", block: .facts([.init("k", "130"), .init("longer", .code("x")), .init("", "more")]),
            text: ["k       130", "longer  x", "        more"], markdown: "* k: 130\n* longer: `x`\n  * more",
            html: "<dl class=\"facts\"><div><dt>k</dt><dd>130</dd></div>"
                + "<div><dt>longer</dt><dd><bdi><code>x</code></bdi><br>more</dd></div></dl>"),
        .init(
            name: "claims", block: .claims([("claim", ["first", "second"])]),
            text: ["  claim", "    first", "    second"], markdown: "- claim\n  - first\n  - second",
            html: "<div class=\"evidence\"><p>claim</p><p>first</p><p>second</p></div>"),
        .init(
            name: "heading", block: .group([.paragraph("one"), .heading("below"), .paragraph("two")]),
            text: ["one", "", "below", "two"], markdown: "one\n\n### below\n\ntwo",
            html: "<p>one</p><h3>below</h3><p>two</p>"),
        .init(name: "table", block: .table(table), text: tableText, markdown: tableMarkdown, html: tableHTML),
        .init(
            name: "figure",
            block: .figure("caption", key: [("first", "mean")], .tag("svg", [:], "drawn"), table: table),
            text: tableText, markdown: tableMarkdown,
            html: "<figure><ul class=\"key\"><li><span class=\"first\"></span>mean</li></ul>"
                + "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"caption\"><svg>drawn</svg></div>"
                + "<figcaption>caption</figcaption><details><summary>The numbers</summary>\(tableHTML)</details></figure>"
        ),
        .init(
            name: "lines", block: .lines(["a  b", "  *c*"]), text: ["  a  b", "    *c*"],
            markdown: "```\na  b\n  *c*\n```",
            html: "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Lines\">"
                + "<pre><code>a  b<br>  *c*</code></pre></div>"),
        .init(
            name: "folded", block: .folded("Details", [.paragraph("one"), .table(table)]),
            text: ["one", ""] + tableText,
            markdown: "one\n\n" + tableMarkdown,
            html: "<details><summary>Details</summary><p>one</p>\(tableHTML)</details>"),
        .init(
            name: "paragraphs", block: .paragraphs(["one", "*two*"]), text: ["one", "*two*"],
            markdown: "one\n\n\\*two\\*", html: "<p>one</p><p>*two*</p>"),
    ]

    @Test(arguments: cases)
    func everyBlock(_ item: Case) throws {
        let found = try Self.rendered(item.block)
        #expect(found.text == item.text)
        #expect(found.markdown == item.markdown)
        #expect(found.html == item.html)
    }

    /// Pictures are on pages alone, with what they show in words.
    @Test func pictures() throws {
        func picture(_ name: String, caption: RichText? = nil) -> ReportDocument.Picture {
            .init(
                name, PagePicture(png: [1, 2, 3], width: 4, height: 5, description: "what \(name) shows"),
                caption: caption, style: "pixels")
        }
        func block(_ items: [ReportDocument.Picture], isCompared: Bool = false) -> Block {
            .pictures(items, isCompared: isCompared)
        }
        func figure(_ name: String, _ caption: String) -> String {
            "<figure><img src=\"data:image/png;base64,AQID\" width=\"4\" height=\"5\" alt=\"what \(name) shows\" "
                + "data-name=\"\(name)\" class=\"pixels\"><figcaption>\(caption)</figcaption></figure>"
        }
        let one = figure("a", "what a shows")
        let two = "<div class=\"pictures\">\(one)\(figure("b", "said"))</div>"
        let pair = [picture("a"), picture("b", caption: "said")]
        for (block, html) in [
            (block([picture("a")]), one), (block(pair), two),
            (block(pair, isCompared: true), "<div class=\"compare\">\(two)</div>"),
        ] {
            let document = Self.document([block])
            #expect(document.html.contains("Part</h2>\(html)</section>"))
            #expect(document.text == ["HOLDS."])
            #expect(document.markdown == "# Title\n\n**HOLDS.**\n")
        }
    }

    /// What only one of the renderers shows.
    @Test func partsOfOneRenderer() {
        let document = Self.document([
            .page { [.paragraph("for pages")] }, .text([.paragraph("for text")]), .drawing { .tag("b", [:], "drawn") },
        ])
        #expect(document.html.contains("Part</h2><p>for pages</p><b>drawn</b></section>"))
        #expect(document.text == ["Part", "for text", "", "HOLDS."])
        #expect(document.markdown == "# Title\n\n**HOLDS.**\n\n## Part\n\nfor text\n")
    }

    /// The parts in their order: facts, sections and the finding in text, the finding first in Markdown and pages.
    @Test func theWholeDocument() throws {
        var document = Self.document([.paragraph("one")], facts: [.init("file", .code("a b")), .init("k", "130")])
        document.sections.append(.init("rest", "Rest", [.paragraph("two")]))
        document.findings = [.paragraph("because")]
        #expect(
            document.text == [
                "file  a b", "k     130", "", "Part", "one", "", "Rest", "two", "", "HOLDS.", "because",
            ])
        #expect(
            document.markdown == """
                # Title

                **HOLDS.**

                because

                * file: `a b`
                * k: 130

                ## Part

                one

                ## Rest

                two

                """)
        let html = document.html
        let order = [
            "<h1>Title</h1>", "<p class=\"verdict good\" role=\"status\">HOLDS.</p>", "<dl class=\"facts\">",
            "<a href=\"#finding\">The finding</a><a href=\"#part\">Part</a><a href=\"#rest\">Rest</a>"
                + "<a href=\"#json\">JSON</a>",
            "<section id=\"finding\"", "<p>because</p>", "<section id=\"part\"", "<section id=\"rest\"",
            "<section id=\"json\"", "id=\"report-json\">{",
        ].map { html.firstRange(of: $0)?.lowerBound }
        #expect(!order.contains(nil) && order.compactMap(\.self) == order.compactMap(\.self).sorted())
    }

    /// Blocks of which nothing is left to show.
    static let empty: [(name: String, block: Block)] = [
        ("no list", .list([])), ("no facts", .facts([])), ("no claims", .claims([])), ("no lines", .lines([])),
        ("no rows", .table(ReportTable("Empty", of: [String](), columns: [.text("name") { $0 }]))),
        ("no group", .group([])), ("no paragraphs", .paragraphs([])),
        ("nothing folded", .folded("Details", [.list([])])),
        ("no pictures", .pictures([])), ("no page", .page { [] }), ("no text", .text([])),
        ("nothing drawn", .drawing { .group([]) }),
    ]

    @Test(arguments: empty.indices)
    func aSectionOfNothingIsLeftOut(_ index: Int) {
        let document = Self.document([Self.empty[index].block])
        #expect(document.text == ["HOLDS."], "\(Self.empty[index].name)")
        #expect(document.markdown == "# Title\n\n**HOLDS.**\n", "\(Self.empty[index].name)")
        #expect(!document.html.contains("part-heading"), "\(Self.empty[index].name)")
        #expect(document.html.contains("<nav aria-label=\"Parts of the report\"><a href=\"#json\">JSON</a></nav>"))
    }

    /// A table and a heading stand apart in text, by one empty line; the end of a section has none.
    @Test func emptyLines() {
        let document = Self.document([
            .table(Self.table), .paragraph("one"), .lines(["a", "", "b"]), .paragraph("two"), .table(Self.table),
            .heading("below"), .table(Self.table),
        ])
        let table = Self.tableText
        #expect(
            document.text == ["Part"] + table + ["", "one", "  a", "", "  b", "two", ""] + table + ["", "below", ""]
                + table + ["", "HOLDS."])
    }

    /// Columns that only a page and Markdown have room for.
    @Test func wideColumns() throws {
        let wide = ReportTable(
            "Wide", of: ["x"], columns: [.text("a") { $0 }.onlyWide, .text("b") { $0 }, .number("c") { $0 }.onlyWide])
        let found = try Self.rendered(.table(wide))
        #expect(found.text == ["b", "x"])
        #expect(found.markdown == "| a | b | c |\n| --- | --- | ---: |\n| x | x | x |")
        #expect(found.html.components("<td").count == 3 && found.html.components("<th scope=\"col\"").count == 4)
    }
}

extension String {
    /// The text between the places where another stands.
    fileprivate func components(_ separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
