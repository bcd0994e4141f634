import BBCUPlatform
import TensorBytes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A report as one HTML file that needs nothing beside itself: no network, no script or font from elsewhere.
///
/// The page says what it found first, then how, and carries the same report as JSON. Its content security policy allows
/// its own style sheet and script by their hashes and pictures within it, and nothing else.
package struct ReportPage: Sendable {
    /// What the page is about, as its title says.
    package var title: String
    /// The finding in a sentence.
    package var verdict: String
    /// How the finding is to be read.
    package var tone: Tone
    /// What was looked at: names and values.
    package var facts: [(name: String, value: Markup)]
    /// The parts of the page.
    package var sections: [Section]
    /// The report's JSON.
    package var json: JSONValue

    /// How a finding is to be read; caution is for one that holds of a part of what was asked about.
    package enum Tone: String, Sendable { case good, caution, bad, neutral }

    /// A part of the page.
    package struct Section: Sendable {
        /// Names the part in links; letters and dashes.
        package var id: String
        package var heading: String
        package var content: [Markup]

        /// A part with its heading.
        package init(_ id: String, _ heading: String, _ content: [Markup]) {
            self.id = id
            self.heading = heading
            self.content = content
        }
    }

    /// A page of these parts.
    package init(
        title: String, verdict: String, tone: Tone, facts: [(name: String, value: Markup)], sections: [Section],
        json: JSONValue
    ) {
        self.title = title
        self.verdict = verdict
        self.tone = tone
        self.facts = facts
        self.sections = sections
        self.json = json
    }

    /// The whole file.
    package var html: String {
        let head = Markup.tag(
            "head", [:],
            [
                .tag("meta", ["charset": "utf-8"]),
                .tag("meta", ["http-equiv": "Content-Security-Policy", "content": Self.policy]),
                .tag("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
                .tag("meta", ["name": "color-scheme", "content": "light dark"]),
                .tag("meta", ["name": "referrer", "content": "no-referrer"]),
                .tag("title", [:], title),
            ])
        let body = [header, navigation, .tag("main", ["id": "content"], sections.map(Self.section) + [jsonSection])]
        // The style sheet and the script are ours and free of the characters that would end them; the JSON is made so.
        return "<!DOCTYPE html>\n<html lang=\"en\">" + (head.html.without(suffix: "</head>") ?? "")
            + "<style>\(PageStyle.text)</style></head><body>" + body.map(\.html).joined()
            + "<script type=\"application/json\" id=\"report-json\">\(Self.embeddable(json))</script>"
            + "<script>\(PageScript.text)</script></body></html>\n"
    }

    private var header: Markup {
        .tag(
            "header", [:],
            [
                .tag("a", ["class": "skip", "href": "#content"], "Skip to the report"),
                .tag("p", ["class": "brand"], "BBCUKit"),
                .tag("h1", [:], title),
                .tag("p", ["class": "verdict \(tone.rawValue)", "role": "status"], verdict),
                .tag(
                    "dl", ["class": "facts"],
                    facts.map { fact in
                        .tag("div", [:], [.tag("dt", [:], fact.name), .tag("dd", [:], [fact.value])])
                    }),
            ])
    }

    private var navigation: Markup {
        let links = sections.map { ($0.id, $0.heading) } + [("json", "JSON")]
        return .tag(
            "nav", ["aria-label": "Parts of the report"],
            links.map { .tag("a", ["href": "#" + $0.0], $0.1) })
    }

    private static func section(_ section: Section) -> Markup {
        .tag(
            "section", ["id": section.id, "aria-labelledby": section.id + "-heading"],
            [.tag("h2", ["id": section.id + "-heading"], section.heading)] + section.content)
    }

    private var jsonSection: Markup {
        Self.section(
            Section(
                "json", "JSON",
                [
                    .tag(
                        "p", [:],
                        """
                        This file carries the report as JSON too, in the element report-json, as the command prints it \
                        with --json.
                        """),
                    .tag(
                        "p", [:], [.tag("button", ["type": "button", "id": "save-json", "hidden": ""], "Save as JSON")]),
                ]))
    }

    /// JSON within which nothing can end a script element: `<` occurs in strings alone, where it may be escaped
    /// (HTML, section 4.12.1.3).
    static func embeddable(_ json: JSONValue) -> String {
        json.text.substituting("<", by: "\\u003c")
    }

    /// The page's own style and script by their hashes (CSP level 3), pictures as data, nothing from anywhere.
    private static let policy =
        "default-src 'none'; img-src data:; style-src '\(hash(PageStyle.text))'; script-src '\(hash(PageScript.text))'; "
        + "base-uri 'none'; form-action 'none'"

    private static func hash(_ text: String) -> String {
        let digits = Array(ByteRegion(Array(text.utf8)).sha256().utf8)
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { index in
            UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16)
        }
        return "sha256-" + Data(bytes).base64EncodedString()
    }
}

/// A picture that a page carries.
package struct PagePicture: Sendable {
    /// A PNG file.
    package var png: [UInt8]
    /// Pixels in a row.
    package var width: Int
    /// Rows.
    package var height: Int
    /// What it shows, in words, for those who do not see it.
    package var description: String

    /// A picture with its description.
    package init(png: [UInt8], width: Int, height: Int, description: String) {
        self.png = png
        self.width = width
        self.height = height
        self.description = description
    }

    /// The picture as an element.
    func markup(_ attributes: KeyValuePairs<StaticString, String?> = [:]) -> Markup {
        let own: [Markup.Attribute] = [
            .init(name: "src", value: "data:image/png;base64," + Data(png).base64EncodedString()),
            .init(name: "width", value: String(width)), .init(name: "height", value: String(height)),
            .init(name: "alt", value: description),
        ]
        return .element(
            "img", own + attributes.compactMap { name, value in value.map { .init(name: name, value: $0) } }, [])
    }
}
