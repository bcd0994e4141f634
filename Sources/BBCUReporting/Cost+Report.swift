import BBCUNetworks
import TensorBytes

extension Cost {
    /// The report as JSON; `Schemas/cost.schema.json` describes it.
    public func json(file: String, network: BBCUNetwork, unusedKeys: [String] = []) -> JSONValue {
        [
            "file": .string(file), "network": network.json,
            "input": ["width": .integer(width), "height": .integer(height)],
            "layers": .array(
                layers.map { layer in
                    [
                        "name": .string(layer.name), "part": .string(layer.part.rawValue),
                        "float_operations": .integer(layer.floatOperations),
                        "binary_operations": .integer(layer.binaryOperations),
                        "float_parameters": .integer(layer.floatParameters),
                        "binary_parameters": .integer(layer.binaryParameters),
                    ]
                }),
            "float_operations": .integer(floatOperations), "binary_operations": .integer(binaryOperations),
            "float_parameters": .integer(floatParameters), "binary_parameters": .integer(binaryParameters),
            "operations": .number(operations), "parameters": .number(parameters),
            "unused_keys": JSONValue(unusedKeys),
        ]
    }

    /// The report.
    public func document(file: String, network: BBCUNetwork, unusedKeys: [String] = []) -> ReportDocument {
        let total = CostRow(
            name: "total", part: nil, floatOperations: floatOperations, binaryOperations: binaryOperations,
            floatParameters: floatParameters, binaryParameters: binaryParameters)
        let table = ReportTable(
            "Layers",
            of: layers.map {
                CostRow(
                    name: $0.name, part: $0.part.rawValue, floatOperations: $0.floatOperations,
                    binaryOperations: $0.binaryOperations, floatParameters: $0.floatParameters,
                    binaryParameters: $0.binaryParameters)
            } + [total],
            columns: [
                .code("layer", \.name), .text("part") { $0.part ?? "" },
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
    var name: String
    var part: String?
    var floatOperations: Int
    var binaryOperations: Int
    var floatParameters: Int
    var binaryParameters: Int
}
