import BBCUPlatform
import BBCUPortChecking
import TensorBytes

extension PortReport {
    private static let verdict = "what the network computes, within rounding"

    /// The verdict if nothing is wrong.
    var holdingLines: [String] {
        guard comparedCount > 0 else { return ["FAILS: nothing could be compared."] }
        let all = comparedCount == 1 ? "the compared module is" : "all \(comparedCount) compared modules are"
        let what = isOfAccumulators ? accumulatorVerdict : Self.verdict
        guard !isConclusive else { return ["HOLDS: \(all) \(what)."] }
        let lines = loose.isEmpty ? ["INCONCLUSIVE: \(all) \(what), but not everything was judged."] : looseLines
        return lines + uncomparedLines + wayOut
    }

    /// What a bound that tells nothing proves.
    private var looseLines: [String] {
        let worst = loose.max { ($0.local?.typicalDeviation ?? .infinity) < ($1.local?.typicalDeviation ?? .infinity) }
        let rest = comparedCount - loose.count
        let names = loose.count == 1 ? worst?.name ?? "" : "\(loose.count) of \(comparedCount) compared modules"
        let start =
            rest == 0
            ? "" : "\(rest) of \(comparedCount) compared modules \(rest == 1 ? "is" : "are") \(Self.verdict); "
        var lines = [
            "INCONCLUSIVE: \(start)\(names) \(loose.count == 1 ? "is" : "are") consistent with a correct port, and with some wrong ones."
        ]
        let doubted = loose.filter(\.isDoubted).max { ($0.local?.excess ?? 0) < ($1.local?.excess ?? 0) }
        if let doubted, let local = doubted.local {
            lines.append(
                "The error of \(doubted.name) (root mean square \(NumberText.scientific(local.rootMeanSquare))) is larger than "
                    + "correct ports usually have (\(NumberText.scientific(local.commonError ?? 0))): flipped signs may explain "
                    + "it, and so may a fault."
                    + faultsOfDoubted.text)
        }
        if let worst {
            let most =
                worst.local?.typicalDeviation.map { "by less than \(NumberText.scientific($0))" } ?? "within its bound"
            lines.append("Unknown faults that change \(worst.name) \(most) would go unnoticed.")
        }
        return lines
    }

    /// What is in the dump and was not judged.
    private var uncomparedLines: [String] {
        var lines: [String] = []
        if judgesSumsWithoutInput {
            lines.append(
                "Integer sums were judged without the input that they are of: some faults make others as possible.")
        }
        if !uncompared.isEmpty {
            lines.append(
                "Not compared: \(Self.list(uncompared.map(\.name))) (what they were computed from is not in the dump).")
        }
        if !unmatched.isEmpty {
            lines.append("Not compared: \(Self.list(unmatched)) (no module of the network has this name or size).")
        }
        return lines
    }

    /// How to get an answer that proves something.
    private var wayOut: [String] {
        var ways: [String] = []
        if !loose.isEmpty {
            if !isOfReducedCase { ways.append("dump intermediate tensors") }
            ways.append("run the port on \(Advice.vectorImage), on which no sign can flip")
        }
        if judgesSumsWithoutInput || !uncompared.isEmpty { ways.append("give \(Advice.input)") }
        if !unmatched.isEmpty {
            ways.append("\(Advice.nameArrays), or leave them out")
        }
        return ["For a conclusive answer \(ways.joined(separator: ", or "))."]
    }

    private static func list(_ names: [String]) -> String {
        let some = names.prefix(5).map { $0.printable(atMost: 60) }.joined(separator: ", ")
        return names.count > 5 ? "\(some) and \(names.count - 5) more" : some
    }
}

extension PortReport.FaultsOfDoubted {
    /// What a reader should know, after a space.
    fileprivate var text: String {
        let side = Thresholds.sideOfDoubt
        return switch self {
        case .untried: ""
        case .tooFewValues: " So few values fit some fault by chance: give a larger input."
        case .tooLarge: " Known faults are tried on inputs of at most \(side)x\(side) pixels: give a part of this one."
        case .noneFits: " No known fault does."
        }
    }
}
