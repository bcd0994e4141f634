import TensorBytes

/// What a report says, without how it looks: text, Markdown and HTML are made of it by ``text``, ``markdown`` and ``html``.
public struct ReportDocument: Sendable {
    /// What the report is about.
    public var title: String
    /// The finding in a sentence or two.
    public var verdict: String
    /// How the finding is to be read.
    public var tone: Tone
    /// What was looked at: names and what is said of each.
    public var facts: [Fact]
    /// The parts of the report, in the order in which they are read; those without blocks are left out.
    public var sections: [Section]
    /// What follows the finding: its evidence, and what to do about it.
    package var findings: [Block]
    /// The same report as JSON, which a page carries.
    public var json: JSONValue { makeJSON() }
    private let makeJSON: @Sendable () -> JSONValue

    /// How a finding is to be read; caution is for one that holds of a part of what was asked about.
    public enum Tone: String, Sendable { case good, caution, bad, neutral }

    /// A name and what is said of it; without a name, more of the fact before it.
    public struct Fact: Sendable {
        package var name: String
        package var value: RichText

        /// A fact.
        package init(_ name: String, _ value: RichText) {
            self.name = name
            self.value = value
        }
    }

    /// A part of a report with a heading.
    public struct Section: Sendable {
        /// Names the part in links; letters and dashes.
        package var id: String
        package var heading: String
        package var blocks: [Block]

        /// A part with its heading; without blocks unless it is shown.
        package init(
            _ id: String, _ heading: String, if isShown: Bool = true, _ blocks: @autoclosure () -> [Block]
        ) {
            self.id = id
            self.heading = heading
            self.blocks = isShown ? blocks() : []
        }
    }

    /// A document of these parts; the JSON is made when it is asked for.
    package init(
        title: String, verdict: String, tone: Tone, facts: [Fact], sections: [Section], findings: [Block] = [],
        json: @escaping @Sendable @autoclosure () -> JSONValue
    ) {
        self.title = title
        self.verdict = verdict
        self.tone = tone
        self.facts = facts
        self.sections = sections
        self.findings = findings
        makeJSON = json
    }
}

extension ReportDocument {
    /// A piece of a section.
    package indirect enum Block: Sendable {
        case paragraph(RichText)
        case list([RichText])
        case facts([Fact])
        /// Claims with what makes us say so.
        case claims([(text: RichText, evidence: [RichText])])
        /// A heading below that of the section.
        case heading(RichText)
        case table(ReportTable)
        /// A chart; text and Markdown have the table behind it instead.
        case figure(Figure)
        /// Pictures side by side; a page may lay them over each other, with a slider between them.
        case pictures([Picture], isCompared: Bool = false)
        /// What is drawn on a page without a caption.
        case drawing(@Sendable () -> Markup)
        /// Lines whose blanks and ends count: a command, an outline.
        case lines([String])
        /// What a page shows when it is asked for.
        case folded(String, [Block])
        /// What belongs together.
        case group([Block])
        /// What only a page has room for, or can show; made when a page is.
        case page(@Sendable () -> [Block])
        /// What a page shows in another way.
        case text([Block])
    }

    /// A chart.
    package struct Figure: Sendable {
        /// What is drawn, in a sentence or two.
        package var caption: RichText
        /// Classes of the style sheet with what they stand for.
        package var key: [(style: String, meaning: String)] = []
        /// Draws it.
        package var chart: @Sendable () -> Markup
        /// The numbers behind it; nil where they stand in a table of the same section.
        package var table: ReportTable?
    }

    /// A picture with what it is called, and what is said below it.
    package struct Picture: Sendable {
        package var name: String
        package var picture: PagePicture
        /// The picture's description where it is nil.
        package var caption: RichText?
        /// Classes of the style sheet: `pixels` for pixels with sharp edges, `wide` for the width of the page.
        package var style: String?

        /// A picture.
        package init(_ name: String, _ picture: PagePicture, caption: RichText? = nil, style: String? = nil) {
            self.name = name
            self.picture = picture
            self.caption = caption
            self.style = style
        }
    }
}

extension ReportDocument.Block {
    /// A chart with its key, and the numbers behind it.
    package static func figure(
        _ caption: RichText, key: [(style: String, meaning: String)] = [],
        _ chart: @escaping @Sendable @autoclosure () -> Markup, table: ReportTable? = nil
    ) -> ReportDocument.Block {
        .figure(.init(caption: caption, key: key, chart: chart, table: table))
    }

    /// A paragraph for each text.
    package static func paragraphs(_ texts: [String]) -> ReportDocument.Block {
        .group(texts.map { .paragraph(RichText($0)) })
    }

    /// Items of which the first are shown, and how many more there are.
    package static func list(_ items: [RichText], atMost limit: Int) -> ReportDocument.Block {
        .list(
            items.prefix(limit)
                + (items.count > limit ? ["… \(NumberText.grouped(items.count - limit)) more"] : []))
    }
}
