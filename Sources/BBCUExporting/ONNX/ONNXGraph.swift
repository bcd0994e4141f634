import TensorBytes

/// An ONNX model as a value, as far as these networks need it.
///
/// Source: the messages ModelProto, GraphProto, NodeProto, AttributeProto and TensorProto of `onnx.proto` (ONNX 1.12,
/// the first with operator set 17; IR version 8).
struct ONNXGraph: Sendable {
    static let intermediateVersion = 8
    static let operatorSet = 17

    /// A value of a node's attribute.
    enum Attribute: Sendable {
        case integer(Int)
        case float(Float)
        case string(String)
        case integers([Int])
    }

    /// An operator applied to named tensors.
    struct Node: Sendable {
        var operation: String
        var name: String
        var inputs: [String]
        var output: String
        var attributes: [(name: String, value: Attribute)] = []
    }

    /// A constant.
    struct Constant: Sendable {
        enum Values: Sendable {
            case floats([Float])
            case integers([Int])
        }
        var name: String
        var shape: [Int]
        var values: Values
    }

    /// A size of the input or output: a number, or a name where it is not fixed.
    enum Dimension: Sendable {
        case fixed(Int)
        case named(String)
    }

    var name: String
    var documentation: String
    var input: (name: String, shape: [Dimension])
    var output: (name: String, shape: [Dimension])
    var nodes: [Node] = []
    var constants: [Constant] = []
    /// Texts by name, for whoever reads the file.
    var metadata: [(key: String, value: String)] = []

    /// The file's bytes.
    var encoded: [UInt8] {
        var model = ProtobufMessage()
        model.integer(1, Self.intermediateVersion)
        model.string(2, "BBCUKit")
        model.message(7) { graph in
            for node in nodes { graph.message(1) { $0.encode(node) } }
            graph.string(2, name)
            for constant in constants { graph.message(5) { $0.encode(constant) } }
            graph.string(10, documentation)
            graph.message(11) { $0.encode(input.name, input.shape) }
            graph.message(12) { $0.encode(output.name, output.shape) }
        }
        model.message(8) { $0.integer(2, Self.operatorSet) }
        for entry in metadata {
            model.message(14) { message in
                message.string(1, entry.key)
                message.string(2, entry.value)
            }
        }
        return model.bytes
    }
}

extension ProtobufMessage {
    private enum DataType {
        static let float = 1
        static let int64 = 7
    }

    fileprivate mutating func encode(_ node: ONNXGraph.Node) {
        for input in node.inputs { string(1, input) }
        string(2, node.output)
        string(3, node.name)
        string(4, node.operation)
        for attribute in node.attributes {
            message(5) { message in
                message.string(1, attribute.name)
                switch attribute.value {
                case .float(let value):
                    message.float(2, value)
                    message.integer(20, 1)
                case .integer(let value):
                    message.integer(3, value)
                    message.integer(20, 2)
                case .string(let text):
                    message.string(4, text)
                    message.integer(20, 3)
                case .integers(let values):
                    for value in values { message.integer(8, value) }
                    message.integer(20, 7)
                }
            }
        }
    }

    fileprivate mutating func encode(_ constant: ONNXGraph.Constant) {
        for size in constant.shape { integer(1, size) }
        switch constant.values {
        case .floats(let values):
            integer(2, DataType.float)
            string(8, constant.name)
            data(9, LittleEndian.bytes(values))
        case .integers(let values):
            integer(2, DataType.int64)
            string(8, constant.name)
            data(9, LittleEndian.bytes(values.map { Int64($0) }))
        }
    }

    /// A tensor of float32 with the given sizes.
    fileprivate mutating func encode(_ name: String, _ shape: [ONNXGraph.Dimension]) {
        string(1, name)
        message(2) { type in
            type.message(1) { tensor in
                tensor.integer(1, DataType.float)
                tensor.message(2) { sizes in
                    for dimension in shape {
                        sizes.message(1) { size in
                            switch dimension {
                            case .fixed(let value): size.integer(1, value)
                            case .named(let text): size.string(2, text)
                            }
                        }
                    }
                }
            }
        }
    }
}
