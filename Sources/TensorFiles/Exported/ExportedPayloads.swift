import BBCUPlatform
import TensorBytes

/// What an exported program says of its weights or constants: `{"config": {NAME: {path_name, use_pickle, tensor_meta}}}`.
///
/// Source: `PayloadMeta`, `TensorMeta` and `ScalarType` in `torch/_export/serde/schema.py` of PyTorch 2.15.
struct ExportedPayloads {
    /// One weight or constant.
    struct Payload {
        let name: String
        /// The entry's name, without its folder.
        let path: String
        /// Whether the entry is a pickle, and not the bytes of a storage.
        let isPickled: Bool
        let tensor: TensorMeta?
    }

    /// How a tensor lies in its entry.
    struct TensorMeta {
        let dtype: Int
        let sizes: [Number]
        let strides: [Number]
        let offset: Number
        let layout: Int
    }

    /// A number, or a symbol whose value only a run of the program knows.
    enum Number {
        case known(Int)
        case symbol(String)

        /// The number; nil for a symbol.
        var value: Int? { if case .known(let value) = self { value } else { nil } }

        /// In words.
        var text: String {
            switch self {
            case .known(let value): String(value)
            case .symbol(let name): name
            }
        }
    }

    let payloads: [Payload]

    /// The schema's number of a layout whose elements lie at strides.
    static let strided = 7

    /// Reads a configuration.
    ///
    /// - Throws: `exported` if it contradicts its format.
    init(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) {
        guard region.count <= reading.limits.headerBytes else {
            throw CheckpointError(
                .limit, found: "a JSON text of \(region.count.counted("byte"))",
                expected: "at most \(reading.limits.headerBytes)")
        }
        let json: StrictJSON
        do throws(StrictJSON.Failure) { json = try StrictJSON.parse(region.bytes) } catch {
            throw CheckpointError(
                .exported, offset: error.offset, found: "something else", expected: error.expected,
                advice: "the file is damaged")
        }
        guard case .object(let members)? = json["config"] else {
            throw Self.failure(nil, found: "a JSON text without it", expected: "config")
        }
        var payloads: [Payload] = []
        for (name, value) in members {
            guard let path = value["path_name"]?.text else {
                throw Self.failure(name, found: "a payload without it", expected: "path_name")
            }
            var isPickled = false
            if case .bool(true)? = value["use_pickle"] { isPickled = true }
            var tensor: TensorMeta?
            if let meta = value["tensor_meta"], case .object = meta { tensor = try Self.meta(meta, name) }
            payloads.append(Payload(name: name, path: path, isPickled: isPickled, tensor: tensor))
        }
        self.payloads = payloads
    }

    private static func meta(_ json: StrictJSON, _ name: String) throws(CheckpointError) -> TensorMeta {
        guard let dtype = json["dtype"].flatMap(integer), let sizes = json["sizes"].flatMap(numbers),
            let strides = json["strides"].flatMap(numbers), let offset = json["storage_offset"].flatMap(number),
            let layout = json["layout"].flatMap(integer)
        else {
            throw failure(
                name, found: "tensor_meta without them", expected: "dtype, sizes, strides, storage_offset and layout")
        }
        return TensorMeta(dtype: dtype, sizes: sizes, strides: strides, offset: offset, layout: layout)
    }

    private static func integer(_ json: StrictJSON) -> Int? {
        if case .number(let digits) = json { Int(digits) } else { nil }
    }

    private static func numbers(_ json: StrictJSON) -> [Number]? {
        guard case .array(let elements) = json else { return nil }
        let numbers = elements.compactMap(number)
        return numbers.count == elements.count ? numbers : nil
    }

    /// `{"as_int": 3}`, or a symbol by its name or expression.
    private static func number(_ json: StrictJSON) -> Number? {
        guard case .object(let members) = json, members.count == 1, let (key, value) = members.first else { return nil }
        if key == "as_int" { return integer(value).map { .known($0) } }
        return .symbol(value["expr_str"]?.text ?? value.text ?? "?")
    }

    static func failure(_ place: String?, found: String, expected: String) -> CheckpointError {
        CheckpointError(
            .exported, place: place, found: found, expected: expected,
            advice: "the file is damaged, or was not written by torch.export.save")
    }

    /// The element type of a number of the schema; nil for one that is not known here.
    static func dtype(_ number: Int) -> DType? {
        let dtypes: [Int: DType] = [
            1: .uint8, 2: .int8, 3: .int16, 4: .int32, 5: .int64, 6: .float16, 7: .float32, 8: .float64,
            9: .complex32, 10: .complex64, 11: .complex128, 12: .bool, 13: .bfloat16, 28: .uint16,
            29: .float8E4M3FN, 30: .float8E5M2, 31: .float8E4M3FNUZ, 32: .float8E5M2FNUZ, 33: .float8E8M0FNU,
            34: .uint32, 35: .uint64,
        ]
        return dtypes[number]
    }
}
