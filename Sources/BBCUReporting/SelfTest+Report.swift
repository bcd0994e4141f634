import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUNumberFormats
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import OrderedCollections
import TensorBytes

extension SelfTest {
    /// The report as JSON; `Schemas/self-test.schema.json` describes it.
    public func json(_ subject: PortSubject, precision: Arithmetic) -> JSONValue {
        [
            "verdict": .string(holds ? "holds" : "fails"), "file": .string(subject.file),
            "sha256": .string(subject.sha256), "network": .string(subject.network),
            "amplification": .string(subject.amplification), "input": .string(subject.input ?? ""),
            "shape": JSONValue(shape), "precision": .string(precision.text), "taps": JSONValue(taps),
            "right_port_holds": .bool(rightPortHolds),
            "faults": .array(outcomes.map(\.json)), "unused_keys": JSONValue(subject.unusedKeys),
        ]
    }

    /// The report for a person.
    public func text(_ subject: PortSubject, precision: Arithmetic) -> [String] {
        var lines = [
            "file     \(subject.file.printable())", "network  \(subject.network)",
            "k        \(subject.amplification.printable())", "input    \(subject.input?.printable() ?? "")",
            "bounds   \(precision.text), any order of summation",
            "taps     \(taps.prefix(8).joined(separator: ", "))\(taps.count > 8 ? " and \(taps.count - 8) more" : "")",
        ]
        lines += subject.unusedKeys.ignoredKeyLines + [""]
        var table = TextTable(["fault", "result", "first seen at", "the change that mends it"])
        for outcome in outcomes where outcome.fault.reason == nil {
            table.add([outcome.fault.name, outcome.text, outcome.module ?? "", outcome.fault.change?.text ?? ""])
        }
        lines += table.lines
        for outcome in outcomes {
            if let reason = outcome.fault.reason {
                lines.append("\(outcome.fault.name)  \(outcome.text): \(reason.text)")
            }
        }
        return lines + [""] + verdict(on: subject)
    }

    private func verdict(on subject: PortSubject) -> [String] {
        guard rightPortHolds else { return ["FAILS: even a right port does not pass with these taps."] }
        let unseen = outcomes.filter(\.isUnseen)
        let seen = outcomes.count { $0.module != nil }
        let input = "\(subject.input?.printable() ?? ""), \(shape.map(String.init).joined(separator: " x "))"
        guard !unseen.isEmpty else {
            return [
                "HOLDS: with these taps all \(NumberText.count(seen, "fault")) would be seen, given the input of this test "
                    + "(\(input)). Another input, such as your own image, may show fewer."
            ]
        }
        return [
            "FAILS: with these taps \(seen.counted("fault")) would be seen, \(unseen.count) would not, given the input of this test "
                + "(\(input)): \(unseen.map(\.fault.name).joined(separator: ", "))."
        ] + advice(unseen, subject)
    }

    /// What would show the faults that are not seen: other taps, other inputs.
    private func advice(_ unseen: [Outcome], _ subject: PortSubject) -> [String] {
        var lines: [String] = []
        let shown = unseen.compactMap(\.elsewhere)
        if !shown.isEmpty {
            let names = shown.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            lines.append(
                "  With all taps (modules, signs, sums) \(shown.count) of them would be, first at "
                    + "\(names.joined(separator: ", ")).")
        }
        let rest = unseen.count - shown.count
        if rest > 0 {
            let command = ["bbcu", "vectors", subject.file, "DIR"].shellCommand
            lines.append(
                "  No tap shows \(shown.isEmpty ? "them" : "the other \(rest)") on this input: `\(command) --taps LIST` "
                    + "searches inputs that do, and says for which it finds none.")
        }
        return lines
    }
}

extension SelfTest.Outcome {
    fileprivate var text: String {
        guard fault.reason == nil else { return fault.status.rawValue }
        return module == nil ? "unseen" : "seen"
    }

    fileprivate var json: JSONValue {
        [
            "fault": .string(fault.name), "id": .string(fault.id.rawValue), "change": .string(fault.change?.text ?? ""),
            "status": .string(text), "module": JSONValue(module),
            "elsewhere": JSONValue(elsewhere), "reason": JSONValue(fault.reason?.text),
        ]
    }
}
