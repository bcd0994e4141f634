import BBCUPlatform
import OrderedCollections
import TensorBytes

/// Writes safetensors files.
///
/// The header lists the tensors in the order they are given; their data lie by element size, largest first, so that
/// every tensor is aligned to its elements in a mapped file. The data begin at a multiple of 64 bytes.
/// Source: the format's own README (huggingface/safetensors).
public enum SafetensorsWriter {
    private static let alignment = 64

    /// Writes a file, whole or not at all.
    ///
    /// - Parameter metadata: texts for `__metadata__`; none where it is empty.
    /// - Throws: `safetensors` for a dtype that the format lacks or a name given twice, `file(.unwritable)`; what
    ///   reading a tensor throws.
    public static func write(
        _ tensors: [NamedTensor], metadata: OrderedDictionary<String, String> = [:], to path: String
    ) throws {
        try write(tensors, texts: ExactDictionary(metadata.map { ($0, $1) }, uniquingKeysWith: { $1 }), to: path)
    }

    /// Writes a file, whole or not at all, with texts whose names may differ only in their Unicode form.
    ///
    /// - Throws: what `write(_:metadata:to:)` throws.
    public static func write(
        _ tensors: [NamedTensor], texts metadata: ExactDictionary<String>, to path: String
    ) throws {
        let order = tensors.indices.sorted { first, second in
            let sizes = (tensors[first].description.dtype.byteCount, tensors[second].description.dtype.byteCount)
            return sizes.0 != sizes.1 ? sizes.0 > sizes.1 : first < second
        }
        let header = try header(tensors, order, metadata, path)
        let file = try writing { () throws(BytesError) in try AtomicFile(path) }
        try writing { () throws(BytesError) in try file.write(header) }
        for index in order {
            let values = try tensors[index].load()
            guard values.description == tensors[index].description else {
                throw failure(path, tensors[index].name, "values of another dtype or shape")
            }
            try writing { () throws(BytesError) in try file.write(values.bytes) }
        }
        try writing { () throws(BytesError) in try file.commit() }
    }

    private static func writing<Result>(
        _ body: () throws(BytesError) -> Result
    ) throws(CheckpointError) -> Result {
        do throws(BytesError) { return try body() } catch { throw error.recoded(.file(error.code)) }
    }

    private static func header(
        _ tensors: [NamedTensor], _ order: [Int], _ metadata: ExactDictionary<String>, _ path: String
    ) throws(CheckpointError) -> [UInt8] {
        var ranges = [Range<Int>](repeating: 0..<0, count: tensors.count)
        var end = 0
        for index in order {
            guard let count = tensors[index].byteCount, let next = end.adding(count) else {
                throw failure(path, tensors[index].name, "more bytes than 64 bits can count")
            }
            ranges[index] = end..<next
            end = next
        }
        // Put together here, since an object of `JSONValue` compares its keys as Swift compares text.
        var members: ExactDictionary<String> = [:]
        if !metadata.isEmpty {
            members["__metadata__"] = object(metadata.mapValues { JSONValue.string($0).compactText })
        }
        for (tensor, range) in zip(tensors, ranges) {
            guard !members.contains(name: tensor.name) else {
                throw failure(path, tensor.name, "a second tensor of this name")
            }
            let (dtype, shape) = try element(tensor, path)
            let entry: JSONValue = [
                "dtype": .string(dtype), "shape": JSONValue(shape),
                "data_offsets": JSONValue([range.lowerBound, range.upperBound]),
            ]
            members[tensor.name] = entry.compactText
        }
        var text = Array(object(members).utf8)
        let padding = (alignment - (8 + text.count) % alignment) % alignment
        text += [UInt8](repeating: UInt8(ascii: " "), count: padding)
        return LittleEndian.bytes([UInt64(text.count)]) + text
    }

    /// An object of members whose values are JSON already.
    private static func object(_ members: ExactDictionary<String>) -> String {
        "{" + members.map { JSONValue.string($0.key).compactText + ":" + $0.value }.joined(separator: ",") + "}"
    }

    /// The format's name of a tensor's type, and its sizes: those of 4-bit numbers count each of a pair.
    private static func element(
        _ tensor: NamedTensor, _ path: String
    ) throws(CheckpointError) -> (dtype: String, shape: [Int]) {
        let description = tensor.description
        switch description.dtype {
        case .other(let type) where type.origin == .safetensors: return (type.name, description.shape)
        case .float4E2M1FNX2:
            guard let last = description.shape.last?.times(2) else {
                throw failure(path, tensor.name, "a single pair of 4-bit numbers, which safetensors lacks")
            }
            return ("F4", description.shape.dropLast() + [last])
        case let dtype:
            guard let name = Safetensors.dtypes.first(where: { $0.value == dtype })?.key else {
                throw failure(path, tensor.name, "the dtype \(dtype.rawValue), which safetensors lacks")
            }
            guard dtype.elementsPerByte == 1 || (description.elementCount ?? 0) % dtype.elementsPerByte == 0 else {
                throw failure(path, tensor.name, "an odd number of 4-bit numbers, which safetensors lacks")
            }
            return (name, description.shape)
        }
    }

    private static func failure(_ path: String, _ name: String, _ found: String) -> CheckpointError {
        CheckpointError(.safetensors, file: path, place: name, found: found, expected: "what the format can hold")
    }
}
