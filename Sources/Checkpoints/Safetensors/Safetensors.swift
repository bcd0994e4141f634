import Bytes
import JSON
import Tensors

/// safetensors: the length of a JSON header, the header, and the tensors' bytes without holes or overlap.
///
/// Source: the format's own README (huggingface/safetensors).
struct Safetensors: StorageSource {
    let data: ByteRegion
    /// Where each tensor's bytes lie in the data.
    let ranges: [String: Range<Int>]

    func byteCount(of key: String) -> Int? {
        ranges[key].flatMap { $0.upperBound <= data.count ? $0.count : nil }
    }

    func bytes(of key: String) throws(CheckpointError) -> ByteRegion {
        guard let range = ranges[key] else {
            throw Self.failure("no tensor '\(key)'", expected: "one of the header's")
        }
        do throws(BytesError) {
            return try data.slice(at: range.lowerBound, count: range.count)
        } catch { throw error.recoded(.safetensors) }
    }

    var places: [StoragePlace] {
        ranges.sorted { ($0.value.lowerBound, $0.key) < ($1.value.lowerBound, $1.key) }
            .map { StoragePlace(key: $0.key, entry: nil, byteCount: $0.value.count) }
    }

    static func open(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        let (header, data) = try split(region, limit: reading.limits.headerBytes)
        guard case .object(let members) = header else {
            throw failure("a header that is no JSON object", expected: "an object of tensors")
        }
        var items: [CheckpointNode.Item] = []
        var entries: [TensorEntry] = []
        var ranges: [String: Range<Int>] = [:]
        var metadata: [CheckpointNode.Item] = []
        for (key, value) in members {
            if key == "__metadata__" {
                metadata = try strings(value)
                continue
            }
            let (layout, range) = try tensor(key, value, limit: reading.isSalvaging ? .max : data.count)
            ranges[key] = range
            items.append(CheckpointNode.Item(key: .string(key), value: .tensor(layout)))
            entries.append(TensorEntry(path: [key], layout: layout))
        }
        if !reading.isSalvaging { try checkTiling(ranges, count: data.count) }
        if !metadata.isEmpty {
            items.insert(CheckpointNode.Item(key: .string("__metadata__"), value: .dictionary(metadata)), at: 0)
        }
        return Checkpoint(
            reading, format: .safetensors, root: .dictionary(items), tensors: entries, region: region,
            storages: Safetensors(data: data, ranges: ranges))
    }

    /// The parsed header, and the bytes after it.
    private static func split(
        _ region: ByteRegion, limit: Int
    ) throws(CheckpointError) -> (StrictJSON, ByteRegion) {
        let text: ByteRegion
        let data: ByteRegion
        do throws(BytesError) {
            var cursor = try ByteCursor(region, at: 0)
            let length = try cursor.integer(UInt64.self)
            guard length <= limit else {
                throw BytesError(
                    .unreadable, offset: 0, found: "a header of \(length) bytes",
                    expected: "at most \(limit)")
            }
            text = try cursor.bytes(Int(length))
            data = try region.slice(at: cursor.position, count: region.count - cursor.position)
        } catch { throw error.recoded(.safetensors) }
        do throws(StrictJSON.Failure) {
            return (try StrictJSON.parse(text.bytes), data)
        } catch {
            throw CheckpointError(
                .safetensors, place: "header", offset: 8 + error.offset, found: "something else",
                expected: error.expected, advice: "the file is damaged")
        }
    }

    private static func strings(_ value: StrictJSON) throws(CheckpointError) -> [CheckpointNode.Item] {
        guard case .object(let members) = value else {
            throw failure("__metadata__ that is no object", expected: "texts by name")
        }
        var items: [CheckpointNode.Item] = []
        for (key, value) in members {
            guard let text = value.text else {
                throw failure("__metadata__ '\(key)' that is no text", expected: "texts by name")
            }
            items.append(CheckpointNode.Item(key: .string(key), value: .string(text)))
        }
        return items
    }

    private static func tensor(
        _ key: String, _ value: StrictJSON, limit: Int
    ) throws(CheckpointError) -> (TensorLayout, Range<Int>) {
        guard let name = value["dtype"]?.text, let shape = value["shape"]?.sizes,
            let offsets = value["data_offsets"]?.sizes, offsets.count == 2
        else {
            throw failure("an entry '\(key)' without them", expected: "dtype, shape and data_offsets")
        }
        guard let dtype = dtypes[name] else {
            throw failure("the dtype '\(name)' of '\(key)'", expected: "one of the format's")
        }
        guard let byteCount = Shape.elementCount(shape)?.times(dtype.byteCount),
            let strides = Shape.contiguousStrides(shape)
        else {
            throw failure("the shape \(Shape.text(shape)) of '\(key)'", expected: "fewer than 2^63 bytes")
        }
        guard offsets[0] <= offsets[1], offsets[1] <= limit, offsets[1] - offsets[0] == byteCount else {
            throw failure(
                "'\(key)' at bytes \(offsets[0])..<\(offsets[1]) of \(limit)",
                expected: "\(byteCount) bytes of the data")
        }
        let layout = TensorLayout(
            dtype: dtype, shape: shape, strides: strides, storageOffset: 0, storageKey: key,
            storageByteCount: byteCount, byteCount: byteCount)
        return (layout, offsets[0]..<offsets[1])
    }

    /// The tensors have to fill the data, each byte once.
    private static func checkTiling(_ ranges: [String: Range<Int>], count: Int) throws(CheckpointError) {
        var end = 0
        for (key, range) in ranges.sorted(by: {
            ($0.value.lowerBound, $0.value.upperBound) < ($1.value.lowerBound, $1.value.upperBound)
        }) {
            guard range.lowerBound == end else {
                throw failure(
                    "'\(key)' at byte \(range.lowerBound) of the data",
                    expected: "\(end), where the tensor before it ends")
            }
            end = range.upperBound
        }
        guard end == count else {
            throw failure("\(count) bytes of data", expected: "\(end), where the last tensor ends")
        }
    }

    /// The format's names. Its 4- and 6-bit types have no counterpart in PyTorch.
    static let dtypes: [String: DType] = [
        "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16, "F8_E4M3": .float8E4M3FN,
        "F8_E5M2": .float8E5M2, "F8_E8M0": .float8E8M0FNU, "I64": .int64, "I32": .int32, "I16": .int16, "I8": .int8,
        "U64": .uint64, "U32": .uint32, "U16": .uint16, "U8": .uint8, "BOOL": .bool, "C64": .complex64,
    ]

    private static func failure(_ found: String, expected: String) -> CheckpointError {
        CheckpointError(
            .safetensors, place: "header", found: found, expected: expected, advice: "write the file again")
    }
}
