import BBCUExecution
import BBCUPlatform

/// How golden data are laid out: the axes of feature maps, and the words and bits of packed weights and signs.
public struct GoldenOrder: Sendable, Hashable {
    /// An axis of packed weights.
    public enum Axis: String, Sendable, Hashable, CaseIterable { case filter, row, column, word }

    /// The axes of packed weights, outermost first.
    public var axes: [Axis] = [.filter, .row, .column, .word]
    /// The axes of feature maps.
    public var maps = FeatureLayout.nchw
    /// Whether the first channel is the highest bit of its word.
    public var isHighestFirst = false
    /// Whether bit 1 is -1.
    public var isInverted = false

    /// The packed model's own order, with maps as PyTorch has them.
    public init() {}

    /// As it is written: names separated by commas, each of which changes the default. The four axes `filter`, `row`,
    /// `column` and `word`, all of them, outermost first; `nchw` or `nhwc`; `lsb` or `msb`; `plus` or `minus` for the sign
    /// that is bit 1. Nil for anything else.
    public init?(_ text: String) {
        var axes: [Axis] = []
        var others: Set<String> = []
        for part in text.lowercasedASCII.parts(at: ",") {
            // One of each pair: both would contradict each other.
            for pair in [["nchw", "nhwc"], ["lsb", "msb"], ["plus", "minus"]] where pair.contains(part) {
                guard others.insert(pair[0]).inserted else { return nil }
            }
            switch part {
            case "nchw": maps = .nchw
            case "nhwc": maps = .nhwc
            case "lsb": isHighestFirst = false
            case "msb": isHighestFirst = true
            case "plus": isInverted = false
            case "minus": isInverted = true
            default:
                guard let axis = Axis(rawValue: part), !axes.contains(axis) else { return nil }
                axes.append(axis)
            }
        }
        guard axes.isEmpty || axes.count == Axis.allCases.count else { return nil }
        if !axes.isEmpty { self.axes = axes }
    }

    /// As it is written, every name.
    public var text: String {
        let names =
            axes.map(\.rawValue) + [
                maps.rawValue.lowercasedASCII, isHighestFirst ? "msb" : "lsb", isInverted ? "minus" : "plus",
            ]
        return names.joined(separator: ",")
    }

    /// Packs signs -1, 0 and +1 of channels into words; unused bits are 0.
    package func words(_ signs: [Float], width: Int) -> [UInt64] {
        pack(signs, width) { $0 == (isInverted ? -1 : 1) }
    }

    /// Packs which of the signs are not zero; unused bits are 0.
    package func mask(_ signs: [Float], width: Int) -> [UInt64] { pack(signs, width) { $0 != 0 } }

    private func pack(_ signs: [Float], _ width: Int, _ isOne: (Float) -> Bool) -> [UInt64] {
        stride(from: 0, to: signs.count, by: width).map { start in
            var word: UInt64 = 0
            for (index, sign) in signs[start..<min(start + width, signs.count)].enumerated() where isOne(sign) {
                word |= 1 << UInt64(isHighestFirst ? width - 1 - index : index)
            }
            return word
        }
    }
}
