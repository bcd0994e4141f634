import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import TensorBytes

extension VectorReport {
    /// The report on what was written to a folder.
    public func document(folder: String) -> ReportDocument {
        ReportDocument(
            title: "Test vectors", verdict: verdict, tone: qualifies ? .good : .bad,
            facts: [
                .init("file", .code(head.file)), .init("network", RichText(head.network.summary)),
                .init("k", RichText(head.amplification.summary)), .init("written", .code(folder)),
            ] + head.unusedKeys.ignoredFacts + [.init("port", RichText(port.text))],
            sections: [
                .init("vectors", "Vectors", [.table(vectorTable)]),
                .init(
                    "faults", "Faults, and the first tap at which each vector shows them",
                    [
                        .table(faultTable),
                        .paragraphs(
                            matrix.faults.compactMap { fault in
                                fault.reason.map { "\(fault.name)  \(fault.status.rawValue): \($0)" }
                            }),
                    ]), pairSection,
            ], json: json)
    }

    private var vectorTable: ReportTable {
        ReportTable(
            "Vectors", of: matrix.vectors,
            columns: [
                .text("vector", \.name), .number("signs") { $0.margins.map { "\($0.count)" } ?? "" },
                .number("in doubt") { $0.margins.map { "\($0.violations)" } ?? "0" },
                .number("worst margin / bound") {
                    guard let margins = $0.margins else { return "exact" }
                    return margins.worst.map { NumberText.fixed($0.ratio, decimals: 2) } ?? ""
                }, .text("at") { ($0.margins?.worst).map { "\($0.unit), \($0.place.text)" } ?? "" },
                .text("what it is", \.text),
            ])
    }

    private var faultTable: ReportTable {
        ReportTable(
            "Faults", of: matrix.faults.filter { $0.status != .notApplicable && $0.status != .equivalent },
            isBad: { $0.status == .survived },
            columns: [.text("fault", \.name), .text("status", \.status.rawValue)]
                + matrix.vectors.map(\.name).map { vector in
                    .text(vector) { fault in
                        matrix.kills.first { $0.fault == fault.name && $0.vector == vector }.map(\.cell) ?? "-"
                    }
                } + [.text("the change that mends it") { $0.change?.text ?? "" }])
    }

    private var pairSection: ReportDocument.Section {
        guard !matrix.inseparable.isEmpty else {
            return .init("pairs", "Pairs of faults", [.paragraph("Every pair of faults is told apart.")])
        }
        let equal = matrix.equalFaults.map { "\($0.joined(separator: ", ")): the same network, layer by layer" }
        let open = matrix.inseparable.filter { !$0.isProved }.map {
            "\($0.faults.joined(separator: " and ")): nothing proves that they are the same"
        }
        return .init("pairs", "Not told apart", [.list((equal + open).map { RichText($0) })])
    }

    private var verdict: String {
        let killed = matrix.faults.count { $0.status == .killed }
        let survived = matrix.faults.count { $0.status == .survived }
        let rest = matrix.faults.count - killed - survived
        let faults =
            "\(killed.counted("fault", "show")), \(survived) do not, \(rest) change nothing here or cannot occur; "
            + "\(matrix.taps.count.counted("tap"))"
        guard let best else { return "FOUND: signs and sums may be compared bit for bit. \(faults)." }
        let worst = best.margins.worst.map {
            "; the worst margin is \(NumberText.fixed($0.ratio, decimals: 2)) of its bound"
        }
        let cause =
            port == .float ? " For ports that sum in float, images beyond 2x2 rarely exist: the bound stays." : ""
        return "NOT FOUND: \(best.margins.violations.counted("sign")) of the best image in doubt"
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
