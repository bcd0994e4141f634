import BBCUPlatform
import TensorBytes

/// How the file that belongs to an original is called: `{}x2`, `{name}_{setting}.png`.
public struct NameTemplate: Sendable, Hashable {
    /// As it was given.
    public let text: String

    /// Reads a template; nil for one that does not contain the original's name.
    public init?(_ text: String) {
        guard text.includes("{}") || text.includes("{name}") else { return nil }
        self.text = text
    }

    /// The file's name: `{}` and `{name}` stand for the original's name without its suffix, `{setting}` for the scale, sigma
    /// or quality. Without a suffix of its own it has the original's.
    func name(forOriginal original: String, setting: String) -> String {
        var name = ""
        var rest = text
        while let open = rest.cut(atFirst: "{"), let close = open.behind.cut(atFirst: "}") {
            name += open.before
            switch close.before {
            case "", "name": name += ImageName.stem(of: original)
            case "setting": name += setting
            default: name += "{" + close.before + "}"
            }
            rest = close.behind
        }
        name += rest
        guard !ImageName.isImage(name), ImageName.suffix(of: name) != "npy" else { return name }
        return name + (ImageName.suffix(of: original).map { "." + $0 } ?? "")
    }
}
