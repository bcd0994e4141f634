#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

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
