import Bytes
import JSON
import OrderedCollections
import Ports

extension SelfTest {
    /// The report as JSON; `Schemas/self-test.schema.json` describes it.
    public func json(_ subject: PortSubject, precision: Arithmetic) -> JSONValue {
        [
            "verdict": .string(holds ? "holds" : "fails"), "file": .string(subject.file),
            "sha256": .string(subject.sha256), "network": .string(subject.network),
            "amplification": .string(subject.amplification), "input": .string(subject.input ?? ""),
            "precision": .string(precision.text), "taps": JSONValue(taps), "right_port_holds": .bool(rightPortHolds),
            "faults": .array(outcomes.map(\.json)),
        ]
    }

    /// The report for a person.
    public func text(_ subject: PortSubject, precision: Arithmetic) -> [String] {
        var lines = [
            "file     \(subject.file.printable())", "network  \(subject.network)",
            "k        \(subject.amplification.printable())", "input    \(subject.input?.printable() ?? "")",
            "bounds   \(precision.text), any order of summation",
            "taps     \(taps.prefix(8).joined(separator: ", "))\(taps.count > 8 ? " and \(taps.count - 8) more" : "")",
            "",
        ]
        var table = TextTable(["fault", "result", "first seen at", "the change that mends it"])
        for outcome in outcomes where outcome.fault.reason == nil {
            table.add([outcome.fault.name, outcome.text, outcome.module ?? "", outcome.fault.change])
        }
        lines += table.lines
        for outcome in outcomes {
            if let reason = outcome.fault.reason { lines.append("\(outcome.fault.name)  \(outcome.text): \(reason)") }
        }
        return lines + ["", verdict]
    }

    private var verdict: String {
        guard rightPortHolds else { return "FAILS: even a right port does not pass with these taps." }
        let unseen = outcomes.filter(\.isUnseen).map(\.fault.name)
        let seen = outcomes.count { $0.module != nil }
        guard !unseen.isEmpty else {
            return "HOLDS: with these taps all \(NumberText.count(seen, "fault")) would be seen."
        }
        return "FAILS: with these taps \(seen) faults would be seen, \(unseen.count) would not: "
            + "\(unseen.joined(separator: ", "))."
    }
}

extension SelfTest.Outcome {
    fileprivate var text: String {
        guard fault.reason == nil else { return fault.status.rawValue }
        return module == nil ? "unseen" : "seen"
    }

    fileprivate var json: JSONValue {
        [
            "fault": .string(fault.name), "id": .string(fault.id), "change": .string(fault.change),
            "status": .string(text), "module": JSONValue(module), "reason": JSONValue(fault.reason),
        ]
    }
}
