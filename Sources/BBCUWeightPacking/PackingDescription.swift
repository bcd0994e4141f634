import BBCUPlatform
import OrderedCollections

/// A layout in words.
package struct PackingDescription {
    /// Short statements, the outermost order first.
    package let statements: [String]

    package var sentence: String { statements.joined(separator: "; ") }
}

extension PackingLayout {
    /// - Parameters:
    ///   - word: bits of a word; nil for no statement on words.
    ///   - filled: what is filled up.
    package func description(word: Int?, filled: [PackingReport.Filled]) -> PackingDescription {
        let axes = order.reversed().map(axisText).joined(separator: ", ")
        var statements = ["outermost first: \(axes)"]
        statements.append("bit 1 is \(isInverted ? "-1" : "+1")")
        statements.append(bitOrderText(word))
        for part in OrderedSet(filled.map(\.part)) {
            let counts = filled.filter { $0.part == part }.map { "from \($0.size) to \($0.count)" }
            statements.append("\(part.text) filled up \(counts.joined(separator: " and "))")
        }
        return PackingDescription(statements: statements)
    }

    private func axisText(_ axis: PackingAxis) -> String {
        let parts = partTexts
        let rotated = parts.reversed.contains(axis) ? " (last first)" : ""
        switch axis {
        case .filterGroup: return "group of \(parts.filterLanes.counted("filter"))" + rotated
        case .filterLane: return "filter within its group" + rotated
        case .channelGroup: return "group of \(parts.channelLanes.counted("channel"))" + rotated
        case .channelLane: return "channel within its group" + rotated
        case .plane: return parts.zerosFirst ? "plane (not 0, then signs)" : "plane (signs, then not 0)"
        case .filter, .channel, .row, .column: return axis.rawValue + rotated
        }
    }

    private func bitOrderText(_ word: Int?) -> String {
        switch bitOrder {
        case .reversed(let bits): return "the first bit is the highest of a word of \(bits)"
        case .exclusiveOr(let mask):
            let word = word ?? [8, 16, 32, 64].first { mask < $0 } ?? 64
            switch mask {
            case 0:
                return word == 8
                    ? "bytes, the first bit is the lowest"
                    : "words of \(word), the first bit is the lowest; bytes in little-endian order"
            case 7 where word == 8: return "bytes, the first bit is the highest (numpy.packbits' own order)"
            case 7: return "words of \(word), the first bit is the highest; bytes in big-endian order"
            case word - 1: return "words of \(word), the first bit is the highest; bytes in little-endian order"
            case (word - 1) & ~7:
                return "words of \(word), the first bit is the lowest; bytes in big-endian order"
            default:
                return "words of \(word) in which bit p lies at p XOR \(mask): " + swapsText(mask)
            }
        }
    }

    private func swapsText(_ mask: Int) -> String {
        [
            (7, "bits of a byte"), (8, "bytes of 16 bits"), (16, "halves of 32 bits"), (32, "halves of 64 bits"),
        ].filter { mask & $0.0 != 0 }.map { "the \($0.1) turned round" }.joined(separator: ", ")
    }
}

extension PackingReport.Filled.Part {
    fileprivate var text: String {
        switch self {
        case .channels: "channels"
        case .filters: "filters"
        case .bits(let axes): "the bits of (\(axes.map(\.rawValue).joined(separator: ", ")))"
        }
    }
}
