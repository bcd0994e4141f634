import BBCUNetworks
import TensorBytes

extension Cost {
    /// The report.
    public func document(file: String, network: BBCUNetwork, unusedKeys: [String] = []) -> ReportDocument {
        typealias Row = (name: String, part: String, counts: [Int])
        let rows: [Row] = layers.map {
            (
                $0.name, $0.part.rawValue,
                [$0.floatOperations, $0.binaryOperations, $0.floatParameters, $0.binaryParameters]
            )
        }
        let total: Row = ("total", "", [floatOperations, binaryOperations, floatParameters, binaryParameters])
        let counts = ["float MACs", "binary MACs", "float weights", "binary weights"].enumerated().map {
            place, heading in
            ReportTable.Column<Row>.number(heading) { String($0.counts[place]) }
        }
        let table = ReportTable(
            "Layers", of: rows + [total], columns: [.code("layer", \.name), .text("part", \.part)] + counts)
        return ReportDocument(
            title: "Cost of \(network.summary)",
            verdict: "\(NumberText.fixed(operations / 1e9, decimals: 3)) G operations, "
                + "\(NumberText.fixed(parameters / 1e3, decimals: 3)) K parameters",
            tone: .neutral,
            facts: [
                .init("file", .code(file)), .init("network", RichText(network.summary)),
                .init("input", "\(width)x\(height)"),
                .init("operations", "float multiply-adds + binary multiply-adds / 64"),
                .init("parameters", "float weights + binary weights / 32 (convolution weights only)"),
            ] + unusedKeys.ignoredFacts, sections: [.init("layers", "Layers", [.table(table)])],
            json: json(file: file, network: network, unusedKeys: unusedKeys))
    }
}
