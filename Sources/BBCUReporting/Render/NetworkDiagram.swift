import BBCUExecution
import BBCUNetworks

/// A network as a line of boxes that wraps where the page ends, each coloured by what a report says of it.
struct NetworkDiagram {
    /// What a report says of a module.
    struct Status {
        /// A class of the style sheet: `level0` to `level4`, `beyond` or `plain`.
        var style: String
        /// What stands below the name.
        var text: String
        /// The id of the row of a table, or nil.
        var row: String?
        /// Whether the box is framed, as the first wrong one.
        var isMarked = false
    }

    /// The diagram.
    ///
    /// - Parameter status: by the module's name; nil for a layer that is shown and nothing said of.
    static func markup(_ network: BBCUNetwork, status: (String) -> Status?) -> Markup {
        let boxes = network.layers.indices.compactMap { index -> Markup? in
            guard let name = network.tapName(ofLayer: index) ?? wordless(network.layers[index]) else { return nil }
            let found = status(name)
            let label = Markup.code(name)
            return .tag(
                "li",
                [
                    "class": [found?.style ?? "plain", found?.isMarked == true ? "marked" : nil].compactMap(\.self)
                        .joined(separator: " ")
                ],
                [
                    found?.row.map { .tag("a", ["href": "#" + $0], [label]) } ?? label,
                    .tag("span", [:], found?.text ?? kind(network.layers[index])),
                ])
        }
        return .tag("ol", ["class": "diagram", "aria-label": "The network, in the order in which it runs"], boxes)
    }

    /// The layers without a name that change the picture's size or join a skip connection; activations are left out.
    private static func wordless(_ layer: NetworkLayer) -> String? {
        switch layer.operation {
        case .pixelShuffle: "pixel shuffle"
        case .addScaledInput: "+ upsampled input"
        case .subtractFromScaledInput: "input - result"
        default: nil
        }
    }

    private static func kind(_ layer: NetworkLayer) -> String {
        switch layer.operation {
        case .convolution(let convolution): "float \(convolution.inputs) → \(convolution.outputs)"
        case .unit(let unit): "1-bit \(unit.inputs) → \(unit.outputs)"
        case .pixelShuffle(let shuffle): "x \(shuffle.factor)"
        default: ""
        }
    }

    /// The class for a share of a bound.
    static func style(ofShare share: Double, holds: Bool) -> String {
        guard holds else { return "beyond" }
        return switch share {
        case ..<0.2: "level0"
        case ..<0.5: "level1"
        case ..<0.8: "level2"
        case ..<0.95: "level3"
        default: "level4"
        }
    }

    /// What the classes of ``style(ofShare:holds:)`` mean.
    static let key = Markup.key([
        ("level0", "below 20 % of its bound"), ("level1", "below 50 %"), ("level2", "below 80 %"),
        ("level3", "below 95 %"), ("level4", "up to 100 %"), ("beyond", "beyond its bound"),
    ])
}
