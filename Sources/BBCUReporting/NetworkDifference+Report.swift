import BBCUCheckpointDiff
import BBCUNetworkDiff
import BBCUNetworks
import BBCUPlatform
import OrderedCollections
import TensorBytes

extension NetworkDifference {
    /// Which networks are compared: `BBCU-M x2 with BBCU-M x3`.
    public var summary: String {
        if let a, let b { return "\(a.shortName) with \(b.shortName)" }
        let none = "none of the BBCU networks"
        return "\(a?.shortName ?? none) with \(b?.shortName ?? none)"
    }

    /// How many signs changed, in a sentence; nil if nothing could be compared.
    public var signSummary: String? {
        guard !layers.isEmpty else { return nil }
        guard layers.contains(where: { $0.signChanges > 0 || $0.changedAlphas > 0 }) else {
            return
                "Every one of \(NumberText.grouped(weights)) 1-bit weights has the same sign, every alpha the same value"
        }
        let share = weights > 0 ? Double(signChanges) / Double(weights) : 0
        let moved = layers.reduce(0) { $0 + $1.changedAlphas }
        let filters = layers.reduce(0) { $0 + $1.filters }
        return "\(NumberText.grouped(signChanges)) of \(NumberText.grouped(weights)) 1-bit weights changed sign "
            + "(\(NumberText.percent(share))); alpha moved in \(NumberText.grouped(moved)) of "
            + NumberText.grouped(filters, "filter")
    }

    /// Signs and alpha layer by layer, those in which nothing moved left out.
    package var blocks: [ReportDocument.Block] {
        guard let signSummary else { return [] }
        let moved = layers.filter { $0.signChanges > 0 || $0.changedAlphas > 0 }
        let table = ReportTable(
            "1-bit weights", of: moved,
            columns: [
                .code("1-bit weights", \.name), .number("sign changed") { String($0.signChanges) },
                .number("of") { String($0.weights) }, .number("alpha A") { NumberText.significant($0.meanAlphaOfA, 4) },
                .number("alpha B") { NumberText.significant($0.meanAlphaOfB, 4) },
                .number("moved") { "\($0.changedAlphas) of \($0.filters)" },
                .number("largest move") { layer in
                    layer.filter.map { "\(NumberText.percent(layer.largestAlphaChange)) (filter \($0))" } ?? "-"
                },
            ])
        let rest = layers.count - moved.count
        var sentences = [signSummary + "."]
        if rest > 0, !moved.isEmpty { sentences.append("Neither moved in \(NumberText.grouped(rest, "other layer")).") }
        if !others.isEmpty {
            let names = others.prefix(6).map { $0.printable(atMost: 80) }.joined(separator: ", ")
            sentences.append(
                "Not in both in one size: \(names)" + (others.count > 6 ? " and \(others.count - 6) more" : ""))
        }
        return [.table(table), .paragraphs(sentences)]
    }
}

extension BBCUNetwork {
    /// Only the network's name: `BBCU-M x4`.
    fileprivate var shortName: String { String(summary.prefix { $0 != ":" }) }
}

extension Difference {
    /// The report, with the comparison of the networks.
    ///
    /// - Parameter pictures: what a page shows of the tensors.
    package func document(_ networks: NetworkDifference?, pictures: DifferencePictures? = nil) -> ReportDocument {
        document(
            networks: networks?.summary, signs: networks?.blocks ?? [], pictures: pictures,
            json: JSONMembers([:], with: self, networks).json)
    }
}
