import BBCUPlatform
import TensorBytes

/// A piece of HTML or of SVG within it.
///
/// Escaping is not something to remember: text and the values of attributes are escaped when they are written, and the
/// names of elements and attributes are literals, so nothing that comes from a file can become markup.
package indirect enum Markup: Sendable {
    /// An element with its attributes and what it holds.
    case element(StaticString, [Attribute], [Markup])
    /// Text; control and formatting characters are shown escaped, as in every report.
    case text(String)
    /// Several pieces, one after another.
    case group([Markup])

    /// An attribute of an element.
    package struct Attribute: Sendable {
        package var name: StaticString
        package var value: String
    }

    /// An element.
    ///
    /// - Parameters:
    ///   - attributes: by name; those without a value are left out.
    ///   - content: what the element holds.
    package static func tag(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:], _ content: [Markup] = []
    ) -> Markup {
        .element(name, attributes.compactMap { name, value in value.map { Attribute(name: name, value: $0) } }, content)
    }

    /// An element with text in it.
    package static func tag(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:], _ text: String
    ) -> Markup { tag(name, attributes, [.text(text)]) }

    /// A name or a path of the file, set in a fixed pitch; its direction cannot turn what stands beside it around.
    package static func code(_ text: String, atMost limit: Int = 200) -> Markup {
        tag("bdi", [:], [tag("code", [:], text.printable(atMost: limit))])
    }
}

extension Markup: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
}

extension Markup {
    /// Whether there is nothing in it.
    var isEmpty: Bool { if case .group(let pieces) = self { pieces.allSatisfy(\.isEmpty) } else { false } }

    /// The piece as HTML.
    package var html: String {
        var output = ""
        write(to: &output)
        return output
    }

    private func write(to output: inout String) {
        switch self {
        case .text(let text): output += Self.escaped(text.printable())
        case .group(let pieces): for piece in pieces { piece.write(to: &output) }
        case .element(let name, let attributes, let content):
            output += "<\(name)"
            for attribute in attributes {
                output += " \(attribute.name)=\"\(Self.escaped(attribute.value.printable()))\""
            }
            output += ">"
            guard !Self.void.contains("\(name)") else { return }
            for piece in content { piece.write(to: &output) }
            output += "</\(name)>"
        }
    }

    /// Elements that hold nothing and are not closed (HTML, section 13.1.2).
    private static let void: Set<String> = ["br", "img", "input", "link", "meta"]

    /// What stands for the characters that mean something in HTML, in text as in a quoted attribute.
    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { special.contains($0) }) else { return text }
        var output = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            case "'": output += "&#39;"
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }

    private static let special = Set("&<>\"'".utf8)
}

extension Markup {
    /// What may be wider than the page: it scrolls by itself, by keyboard too.
    static func scrolling(_ label: String, _ content: Markup) -> Markup {
        tag("div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": label], [content])
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
