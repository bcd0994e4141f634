import BBCUPlatform
import TensorBytes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension ReportDocument {
    /// The report as one HTML file that needs nothing beside itself: no network, no script or font from elsewhere.
    ///
    /// The page says what it found first, then how, and carries the same report as JSON. Its content security policy allows
    /// its own style sheet and script by their hashes and pictures within it, and nothing else.
    public var html: String {
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
        let parts = ([Section("finding", "The finding", findings)] + sections)
            .map { (section: $0, content: $0.blocks.flatMap(\.markups)) }.filter { !$0.content.isEmpty }
        let body = [
            header, Self.navigation(parts),
            .tag("main", ["id": "content"], parts.map { Self.section($0.section, $0.content) } + [jsonSection]),
        ]
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
                Self.markup(facts),
            ])
    }

    /// Names and what is said of each.
    static func markup(_ facts: [Fact]) -> Markup {
        var items: [(name: String, lines: [Markup])] = []
        for fact in facts {
            if fact.name.isEmpty, let last = items.indices.last {
                items[last].lines += [.tag("br"), fact.value.markup]
            } else {
                items.append((fact.name, [fact.value.markup]))
            }
        }
        return .tag(
            "dl", ["class": "facts"],
            items.map { .tag("div", [:], [.tag("dt", [:], $0.name), .tag("dd", [:], $0.lines)]) })
    }

    private static func navigation(_ parts: [(section: Section, content: [Markup])]) -> Markup {
        let links = parts.map { ($0.section.id, $0.section.heading) } + [("json", "JSON")]
        return .tag(
            "nav", ["aria-label": "Parts of the report"],
            links.map { .tag("a", ["href": "#" + $0.0], $0.1) })
    }

    private static func section(_ section: Section, _ content: [Markup]) -> Markup {
        .tag(
            "section", ["id": section.id, "aria-labelledby": section.id + "-heading"],
            [.tag("h2", ["id": section.id + "-heading"], section.heading)] + content)
    }

    private var jsonSection: Markup {
        Self.section(
            Section("json", "JSON", []),
            [
                .tag(
                    "p", [:],
                    """
                    This file carries the report as JSON too, in the element report-json, \(Advice.asJSON).
                    """),
                .tag("p", [:], [.tag("button", ["type": "button", "id": "save-json", "hidden": ""], "Save as JSON")]),
            ])
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
