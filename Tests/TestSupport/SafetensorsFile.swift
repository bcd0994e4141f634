import BBCUPlatform
import TensorBytes
import TensorFiles

/// A safetensors file in memory, so that a test can say what is in its checkpoint.
public struct SafetensorsFile {
    /// The tensors by name, in the order of the file.
    public var tensors: [(name: String, tensor: Tensor)]
    /// The texts of its metadata.
    public var metadata: [(key: String, text: String)] = []

    /// A file of the given tensors.
    public init(_ tensors: [(String, Tensor)], metadata: [(String, String)] = []) {
        self.tensors = tensors.map { (name: $0.0, tensor: $0.1) }
        self.metadata = metadata.map { (key: $0.0, text: $0.1) }
    }

    /// The file's bytes. Names and texts must need no escapes.
    public var bytes: [UInt8] {
        let names: [DType: String] = [
            .float64: "F64", .float32: "F32", .float16: "F16", .bfloat16: "BF16", .int64: "I64", .int32: "I32",
            .uint64: "U64", .uint8: "U8", .bool: "BOOL", .complex64: "C64",
        ]
        var members: [String] = []
        if !metadata.isEmpty {
            members.append(
                "\"__metadata__\":{" + metadata.map { "\"\($0.key)\":\"\($0.text)\"" }.joined(separator: ",") + "}")
        }
        var data: [UInt8] = []
        for (name, tensor) in tensors {
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            let end = data.count + tensor.bytes.count
            members.append(
                "\"\(name)\":{\"dtype\":\"\(names[tensor.dtype] ?? "?")\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(data.count),\(end)]}")
            data += tensor.bytes
        }
        let header = Array(("{" + members.joined(separator: ",") + "}").utf8)
        let length = UInt64(header.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header + data
    }

    /// The checkpoint that the file holds.
    public func checkpoint(named name: String = "test.safetensors") throws -> Checkpoint {
        try Checkpoint.open(ByteRegion(bytes), file: name)
    }
}
