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

    /// The report for a person.
    public func text(network: BBCUNetwork) -> [String] {
        var table = TextTable(
            ["layer", "part", "float MACs", "binary MACs", "float weights", "binary weights"],
            alignments: [.left, .left, .right, .right, .right, .right])
        for layer in layers {
            table.add([
                layer.name, layer.part.rawValue, "\(layer.floatOperations)", "\(layer.binaryOperations)",
                "\(layer.floatParameters)", "\(layer.binaryParameters)",
            ])
        }
        table.add([
            "total", "", "\(floatOperations)", "\(binaryOperations)", "\(floatParameters)", "\(binaryParameters)",
        ])
        return [network.summary + ", for a \(width)x\(height) input", ""] + table.lines + [
            "",
            "operations  \(NumberText.fixed(operations / 1e9, decimals: 3)) G"
                + "  = float multiply-adds + binary multiply-adds / 64",
            "parameters  \(NumberText.fixed(parameters / 1e3, decimals: 3)) K"
                + "  = float weights + binary weights / 32 (convolution weights only)",
        ]
    }
}
