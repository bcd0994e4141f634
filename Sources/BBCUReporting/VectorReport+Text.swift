import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNumberFormats
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import TensorBytes

extension VectorReport {
    /// The report for a person.
    /// - Parameter head: lines on the file and network.
    public func text(head: [String]) -> [String] {
        var lines = head
        lines.append("port     \(port.text)")
        lines += ["", "Vectors"] + vectorTable + ["", "Faults, and the first tap at which each vector shows them"]
        lines += killTable
        lines += pairLines
        return lines + ["", verdict]
    }

    private var vectorTable: [String] {
        var table = TextTable(
            ["vector", "signs", "in doubt", "worst margin / bound", "at", "what it is"],
            alignments: [.left, .right, .right, .right, .left, .left])
        for vector in matrix.vectors {
            guard let margins = vector.margins else {
                table.add([vector.name, "", "0", "exact", "", vector.text])
                continue
            }
            let worst = margins.worst
            table.add([
                vector.name, "\(margins.count)", "\(margins.violations)",
                worst.map { NumberText.fixed($0.ratio, decimals: 2) } ?? "",
                worst.map { "\($0.unit), \($0.place.text)" } ?? "", vector.text,
            ])
        }
        return table.lines
    }

    private var killTable: [String] {
        let vectors = matrix.vectors.map(\.name)
        var table = TextTable(["fault", "status"] + vectors + ["the change that mends it"])
        for fault in matrix.faults where fault.status != .notApplicable && fault.status != .equivalent {
            let cells = vectors.map { vector in
                let kill = matrix.kills.first { $0.fault == fault.name && $0.vector == vector }
                return kill.map(\.cell) ?? "-"
            }
            table.add([fault.name, fault.status.rawValue] + cells + [fault.change?.text ?? ""])
        }
        return table.lines
            + matrix.faults.compactMap { fault in
                fault.reason.map { "\(fault.name)  \(fault.status.rawValue): \($0.text)" }
            }
    }

    private var pairLines: [String] {
        guard !matrix.inseparable.isEmpty else { return ["", "Every pair of faults is told apart."] }
        let equal = matrix.equalFaults.map { "  \($0.joined(separator: ", ")): the same network, layer by layer" }
        let open = matrix.inseparable.filter { !$0.isProved }.map {
            "  \($0.faults.joined(separator: " and ")): nothing proves that they are the same"
        }
        return ["", "Not told apart"] + equal + open
    }

    private var verdict: String {
        let killed = matrix.faults.count { $0.status == .killed }
        let survived = matrix.faults.count { $0.status == .survived }
        let rest = matrix.faults.count - killed - survived
        let faults =
            "\(killed.counted("fault", "show")), \(survived) do not, \(rest) change nothing here or cannot occur; "
            + "\(NumberText.count(matrix.taps.count, "tap"))"
        guard let best else { return "FOUND: signs and sums may be compared bit for bit. \(faults)." }
        let worst = best.margins.worst.map {
            "; the worst margin is \(NumberText.fixed($0.ratio, decimals: 2)) of its bound"
        }
        let cause =
            port == .float ? " For ports that sum in float, images beyond 2x2 rarely exist: the bound stays." : ""
        return "NOT FOUND: \(NumberText.count(best.margins.violations, "sign")) of the best image in doubt"
            + "\(worst ?? "").\(cause) \(faults)."
    }
}

extension SummationKind {
    fileprivate var text: String {
        switch self {
        case .integer: "integer sums times alpha, then float32 with additions in any order"
        case .float: "alpha sign(w) summed in float32, in any order"
        }
    }
}

extension DetectionMatrix {
    /// Faults that are proved to be the same, all of a kind together.
    fileprivate var equalFaults: [[String]] {
        var groups: [[String]] = []
        for pair in inseparable where pair.isProved {
            let (one, other) = (pair.faults[0], pair.faults[1])
            if let group = groups.firstIndex(where: { $0.contains(one) || $0.contains(other) }) {
                groups[group] += pair.faults.filter { !groups[group].contains($0) }
            } else {
                groups.append(pair.faults)
            }
        }
        return groups
    }
}

extension DetectionMatrix.Kill {
    /// The first tap, and how many others.
    fileprivate var cell: String { (taps.first ?? "") + (taps.count > 1 ? " +\(taps.count - 1)" : "") }
}
