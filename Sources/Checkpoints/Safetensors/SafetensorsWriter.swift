import Bytes
import JSON
import OrderedCollections
import Tensors

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
        _ tensors: [NamedTensor], _ order: [Int], _ metadata: OrderedDictionary<String, String>, _ path: String
    ) throws(CheckpointError) -> [UInt8] {
        var ranges = [Range<Int>](repeating: 0..<0, count: tensors.count)
        var end = 0
        for index in order {
            let tensor = tensors[index]
            guard let count = tensor.description.dtype.byteCount(ofShape: tensor.description.shape),
                let next = end.adding(count)
            else { throw failure(path, tensor.name, "more bytes than 64 bits can count") }
            ranges[index] = end..<next
            end = next
        }
        var members: JSONValue.Members = [:]
        if !metadata.isEmpty { members["__metadata__"] = .object(metadata.mapValues { .string($0) }) }
        for (tensor, range) in zip(tensors, ranges) {
            let description = tensor.description
            guard let dtype = Safetensors.dtypes.first(where: { $0.value == description.dtype })?.key else {
                throw failure(path, tensor.name, "the dtype \(description.dtype.rawValue), which safetensors lacks")
            }
            guard members.updateValue(.null, forKey: tensor.name) == nil else {
                throw failure(path, tensor.name, "a second tensor of this name")
            }
            members[tensor.name] = [
                "dtype": .string(dtype), "shape": JSONValue(description.shape),
                "data_offsets": JSONValue([range.lowerBound, range.upperBound]),
            ]
        }
        var text = Array(JSONValue.object(members).compactText.utf8)
        let padding = (alignment - (8 + text.count) % alignment) % alignment
        text += [UInt8](repeating: UInt8(ascii: " "), count: padding)
        return LittleEndian.bytes([UInt64(text.count)]) + text
    }

    private static func failure(_ path: String, _ name: String, _ found: String) -> CheckpointError {
        CheckpointError(.safetensors, file: path, place: name, found: found, expected: "what the format can hold")
    }
}
