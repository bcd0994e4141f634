import BBCUNetworks
import TensorBytes

extension Cost {
    /// The report.
    public func document(file: String, network: BBCUNetwork, unusedKeys: [String] = []) -> ReportDocument {
        let table = ReportTable(
            "Layers", of: layers.map(CostRow.init) + [CostRow(self)],
            columns: [
                .code("layer", \.name), .text("part", \.part),
                .number("float MACs") { "\($0.floatOperations)" },
                .number("binary MACs") { "\($0.binaryOperations)" },
                .number("float weights") { "\($0.floatParameters)" },
                .number("binary weights") { "\($0.binaryParameters)" },
            ])
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

/// A row of the table: a layer, or all of them.
private struct CostRow {
    var name = "total"
    var part = ""
    var floatOperations: Int
    var binaryOperations: Int
    var floatParameters: Int
    var binaryParameters: Int

    init(_ layer: Cost.LayerCost) {
        (name, part) = (layer.name, layer.part.rawValue)
        (floatOperations, binaryOperations) = (layer.floatOperations, layer.binaryOperations)
        (floatParameters, binaryParameters) = (layer.floatParameters, layer.binaryParameters)
    }

    init(_ cost: Cost) {
        (floatOperations, binaryOperations) = (cost.floatOperations, cost.binaryOperations)
        (floatParameters, binaryParameters) = (cost.floatParameters, cost.binaryParameters)
    }
}
