import Foundation

/// A report's page, taken apart by a reader of tags that knows nothing of how the page is made.
public struct PageCheck {
    /// What is wrong with the page, in words: elements left open, closed twice, ids that are there twice, links to nowhere.
    public private(set) var problems: [String] = []
    /// The JSON that the page carries.
    public private(set) var json = ""
    /// What the page says it found.
    public private(set) var verdict = ""

    /// Elements without content, which nothing closes.
    private static let void: Set<Substring> = ["br", "img", "input", "link", "meta"]
    /// Elements whose content is no markup.
    private static let raw: Set<Substring> = ["script", "style"]

    /// Takes a page apart.
    public init(_ html: String) {
        guard html.hasPrefix("<!DOCTYPE html>") else {
            problems = ["no doctype"]
            return
        }
        var open: [Substring] = []
        var ids: [String: Int] = [:]
        var links: Set<String> = []
        var rest = html.dropFirst("<!DOCTYPE html>".count)
        while let start = rest.firstIndex(of: "<") {
            guard let end = rest[start...].firstIndex(of: ">") else {
                problems.append("a tag without an end: \(rest[start...].prefix(40))")
                return
            }
            let tag = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            let name = tag.drop { $0 == "/" }.prefix { !$0.isWhitespace }
            if tag.hasPrefix("/") {
                if open.popLast() != name { problems.append("</\(name)> closes another element") }
                continue
            }
            if let id = Self.attribute("id", of: tag) { ids[id, default: 0] += 1 }
            if let link = Self.attribute("href", of: tag) { links.insert(link) }
            if Self.void.contains(name) { continue }
            open.append(name)
            if Self.attribute("class", of: tag)?.hasPrefix("verdict ") == true {
                verdict = Self.plain(rest.prefix { $0 != "<" })
            }
            if Self.raw.contains(name), let close = rest.firstRange(of: "</\(name)>") {
                if Self.attribute("id", of: tag) == "report-json" { json = String(rest[..<close.lowerBound]) }
                rest = rest[close.lowerBound...]
            }
        }
        if !open.isEmpty { problems.append("left open: \(open.joined(separator: ", "))") }
        problems += ids.filter { $0.value > 1 }.map { "\($0.value) elements have the id \($0.key)" }
        problems += links.filter { !$0.hasPrefix("#") || ids[String($0.dropFirst())] == nil }.map {
            "\($0) leads nowhere"
        }
    }

    private static func attribute(_ name: String, of tag: Substring) -> String? {
        guard let start = tag.firstRange(of: " \(name)=\"")?.upperBound else { return nil }
        return plain(tag[start...].prefix { $0 != "\"" })
    }

    private static func plain(_ text: Substring) -> String {
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")].reduce(String(text)) {
            $0.replacing($1.0, with: $1.1)
        }
    }
}
