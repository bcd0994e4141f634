import BBCUPlatform
import TensorBytes

/// safetensors: the length of a JSON header, the header, and the tensors' bytes without holes or overlap.
///
/// Source: the format's own README (huggingface/safetensors).
struct Safetensors: StorageSource {
    let data: ByteRegion
    /// Where each tensor's bytes lie in the data.
    let ranges: ExactDictionary<Range<Int>>

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
        let header = try header(region, reading.limits)
        if !reading.isSalvaging {
            try checkEnd(header.ranges, region, header.data)
            try checkTiling(header.ranges, count: header.data.count)
        }
        var items = header.entries.map { CheckpointNode.Item(key: .string($0.key), value: .tensor($0.layout)) }
        if !header.metadata.isEmpty {
            items.insert(CheckpointNode.Item(key: .string("__metadata__"), value: .dictionary(header.metadata)), at: 0)
        }
        return Checkpoint(
            reading, format: .safetensors, root: .dictionary(items),
            tensors: header.entries.map { TensorEntry(path: [$0.key], layout: $0.layout) }, region: region,
            storages: Safetensors(data: header.data, ranges: header.ranges))
    }

    /// A header whose entries are each sound; how their ranges lie to each other and to the file is not checked.
    struct Header {
        var entries: [(key: String, layout: TensorLayout)] = []
        var ranges: ExactDictionary<Range<Int>> = [:]
        var metadata: [CheckpointNode.Item] = []
        let data: ByteRegion
    }

    static func header(_ region: ByteRegion, _ limits: ReadingLimits) throws(CheckpointError) -> Header {
        let (json, data) = try split(region, limit: limits.headerBytes)
        guard case .object(let members) = json else {
            throw failure("a header that is no JSON object", expected: "an object of tensors")
        }
        var header = Header(data: data)
        for (key, value) in members {
            if key.isExactly("__metadata__") {
                header.metadata = try strings(value)
                continue
            }
            let (layout, range) = try tensor(key, value)
            header.ranges[key] = range
            header.entries.append((key, layout))
        }
        return header
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
                    .unreadable, offset: 0, found: "a header of \(length.counted("byte"))",
                    expected: "at most \(limit)",
                    advice: "this is no safetensors file, or its first bytes are damaged")
            }
            guard Int(length) <= cursor.remaining else {
                throw BytesError(
                    .pastEnd, place: "header", offset: region.count,
                    found:
                        "the file ends early: \((Int(length) - cursor.remaining).counted("byte")) of its header are missing",
                    expected: "a header of \(length.counted("byte")), and the tensors behind it",
                    advice: "download it again; nothing can be saved from this file")
            }
            text = try cursor.bytes(Int(length))
            data = try region.slice(at: cursor.position, count: region.count - cursor.position)
        } catch { throw error.recoded(.safetensors) }
        do throws(StrictJSON.Failure) {
            return (try StrictJSON.parse(text.bytes), data)
        } catch {
            throw CheckpointError(
                .safetensors, place: "header", offset: 8 + error.offset,
                found: error.isLimit ? "JSON that nests deeper" : "something else", expected: error.expected,
                advice: error.isLimit ? "that is a limit of this reader and no damage" : "the header is damaged")
        }
    }

    /// The format's own library takes null for no metadata.
    private static func strings(_ value: StrictJSON) throws(CheckpointError) -> [CheckpointNode.Item] {
        if case .null = value { return [] }
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

    private static func tensor(_ key: String, _ value: StrictJSON) throws(CheckpointError) -> (TensorLayout, Range<Int>)
    {
        guard let name = value["dtype"]?.text, let shape = value["shape"]?.sizes,
            let offsets = value["data_offsets"]?.sizes, offsets.count == 2
        else {
            throw failure("an entry '\(key)' without them", expected: "dtype, shape and data_offsets")
        }
        guard TensorShape.elementCount(shape) != nil, let strides = TensorShape.contiguousStrides(shape) else {
            throw failure("the shape \(TensorShape.text(shape)) of '\(key)'", expected: "fewer than 2^63 elements")
        }
        guard offsets[0] <= offsets[1] else {
            throw failure("'\(key)' from byte \(offsets[0]) to \(offsets[1])", expected: "a range of the data")
        }
        let range = offsets[0]..<offsets[1]
        guard let dtype = dtypes[name] else {
            // The file says how many bytes there are, whatever they mean.
            try checkSize(key, shape, range, bits: sixBits.contains(name) ? 6 : nil)
            let layout = TensorLayout.uninterpreted(
                OtherDType(name, .safetensors), shape: shape, strides: strides, key: key, byteCount: range.count)
            return (layout, range)
        }
        guard let byteCount = dtype.byteCount(ofShape: shape) else {
            throw failure("the shape \(TensorShape.text(shape)) of '\(key)'", expected: "fewer than 2^63 bytes")
        }
        try checkSize(key, shape, range, bits: 8 * dtype.byteCount / dtype.elementsPerByte)
        let layout = TensorLayout(
            dtype: dtype, shape: shape, strides: strides, storageOffset: 0, storageKey: key,
            storageByteCount: byteCount, byteCount: byteCount)
        return (layout, range)
    }

    /// A tensor's range has as many bytes as its elements need.
    private static func checkSize(
        _ key: String, _ shape: [Int], _ range: Range<Int>, bits: Int?
    ) throws(CheckpointError) {
        guard let bits else { return }
        guard let all = TensorShape.elementCount(shape)?.times(bits) else {
            throw failure("the shape \(TensorShape.text(shape)) of '\(key)'", expected: "fewer than 2^63 bits")
        }
        guard all % 8 == 0, all / 8 == range.count else {
            throw failure(
                "'\(key)' at bytes \(range.lowerBound)..<\(range.upperBound)",
                expected: "\(all / 8 + (all % 8 == 0 ? 0 : 1)) bytes, as its dtype and shape need")
        }
    }

    /// What the header says of the data's end: a file that is shorter is one whose download was cut.
    private static func checkEnd(
        _ ranges: ExactDictionary<Range<Int>>, _ region: ByteRegion, _ data: ByteRegion
    ) throws(CheckpointError) {
        guard let end = ranges.values.map(\.upperBound).max(), end > data.count else { return }
        let whole = ranges.values.count { $0.upperBound <= data.count }
        throw CheckpointError(
            .safetensors, offset: region.count,
            found:
                "the file ends early: \(end - data.count) of \((region.count - data.count + end).counted("byte")) are missing",
            expected: "what its header lists",
            advice: .salvage.of("the \(whole) of \(ranges.count.counted("tensor")) that are whole"))
    }

    /// The tensors have to fill the data, each byte once.
    static func checkTiling(
        _ ranges: ExactDictionary<Range<Int>>, count: Int
    ) throws(CheckpointError) {
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
            throw failure("\(count.counted("byte")) of data", expected: "\(end), where the last tensor ends")
        }
    }

    /// The format's names of the types that are read. `F4` counts numbers of four bits; its 6-bit types are listed only.
    static let dtypes: [String: DType] = [
        "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16, "F8_E4M3": .float8E4M3FN,
        "F8_E4M3FNUZ": .float8E4M3FNUZ, "F8_E5M2": .float8E5M2, "F8_E5M2FNUZ": .float8E5M2FNUZ,
        "F8_E8M0": .float8E8M0FNU, "F4": .float4E2M1FN, "I64": .int64, "I32": .int32, "I16": .int16, "I8": .int8,
        "U64": .uint64, "U32": .uint32, "U16": .uint16, "U8": .uint8, "BOOL": .bool, "C64": .complex64,
    ]
    private static let sixBits = ["F6_E2M3", "F6_E3M2"]

    private static func failure(_ found: String, expected: String) -> CheckpointError {
        CheckpointError(
            .safetensors, place: "header", found: found, expected: expected,
            advice: "the file contradicts its format: write it again")
    }
}
