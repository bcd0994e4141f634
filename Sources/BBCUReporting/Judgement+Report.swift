import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUNumberFormats
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import TensorBytes

extension BBCUPortChecking.Judgement {
    /// The judgement as JSON; `Schemas/judge.schema.json` describes it.
    public var json: JSONValue {
        [
            "verdict": .string(holds ? "holds" : "fails"), "conclusive": .bool(!holds || isConclusive),
            "first_wrong": JSONValue(firstWrong),
            "tolerance": JSONValue(tolerance), "same_checkpoint": .bool(!isOtherCheckpoint),
            "modules": .array(
                modules.map { module in
                    [
                        "name": .string(module.saved.name), "verdict": .string(module.verdict.rawValue),
                        "difference": JSONValue(module.saved.difference), "bound": JSONValue(module.saved.bound),
                        "verdict_before": JSONValue(module.verdictBefore?.rawValue),
                        "difference_before": JSONValue(module.before?.difference),
                        "change": JSONValue(module.change?.rawValue),
                    ]
                }),
        ]
    }

    /// The judgement for a person.
    public var text: [String] {
        func number(_ value: Double?) -> String { value.map { NumberText.scientific($0) } ?? "" }
        var table = TextTable(
            ["module", "verdict", "difference", "before", "difference", "change"],
            alignments: [.left, .left, .right, .left, .right, .left])
        for module in modules where module.verdict != .absent || module.before != nil {
            table.add([
                module.saved.name, module.verdict.rawValue, number(module.saved.difference),
                module.verdictBefore?.rawValue ?? "", number(module.before?.difference), module.change?.rawValue ?? "",
            ])
        }
        var lines: [String] = []
        if isOtherCheckpoint { lines += ["note: the two reports are of different checkpoints", ""] }
        lines += table.lines + [""]
        let better = modules.count { $0.change == .better }
        let worse = modules.count { $0.change == .worse }
        if modules.contains(where: { $0.before != nil }) {
            lines.append("\(better) better, \(worse) worse since the older report")
        }
        let rule = tolerance.map { "a tolerance of \(NumberText.scientific($0))" } ?? "the bounds of the check"
        if let firstWrong {
            lines.append("FAILS: \(firstWrong.printable()) is the first module that is wrong by \(rule).")
        } else if holds {
            lines.append("\(isConclusive ? "HOLDS" : "INCONCLUSIVE"): by \(rule).")
        } else {
            lines.append(saidToFail ? "FAILS: as the report says." : "FAILS: nothing was compared.")
        }
        return lines
    }
}
