import BBCUPlatform
import TensorBytes

/// The header of a `.npy` file.
///
/// Source: NumPy's NEP 1 and `numpy/lib/format.py`: the magic string, the version, the header's length, and a Python
/// dictionary with `descr`, `fortran_order` and `shape`, padded so that the data start at a multiple of 64 bytes.
struct NPYHeader {
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    static let alignment = 64

    /// The element type as NumPy writes it: `<f4`.
    let descriptor: String
    /// The element type, or nil where no tensor can have it: objects, texts, records.
    let dtype: DType?
    let isBigEndian: Bool
    let isFortranOrder: Bool
    let shape: [Int]
    /// Where the data start.
    let dataOffset: Int

    /// Whether the elements are Python's objects: a pickle of the array stands in place of the values.
    var holdsObjects: Bool { descriptor.isExactly("|O") || descriptor.isExactly("O") }

    /// Reads the header of a file.
    ///
    /// - Throws: `npy`, with the byte at fault.
    init(_ region: ByteRegion) throws(CheckpointError) {
        guard region.starts(with: Self.magic) else {
            throw Self.failure(found: FileKind(region).description, expected: "a NumPy array (.npy)")
        }
        let text: String
        (text, dataOffset) = try Self.text(region)
        var literal = PythonLiteral(text)
        guard let members = literal.dictionary(), let descriptor = members["descr"]?.descriptor,
            case .bool(let isFortranOrder)? = members["fortran_order"], case .tuple(let shape)? = members["shape"]
        else {
            throw Self.failure(
                found: "the header '\(text)'", expected: "a dictionary with descr, fortran_order and shape")
        }
        let element = Self.element(descriptor)
        self.descriptor = descriptor
        dtype = element?.dtype
        isBigEndian = element?.isBigEndian ?? false
        self.isFortranOrder = isFortranOrder
        self.shape = shape
    }

    /// Bytes that a file's header takes, the magic string included.
    ///
    /// - Throws: `npy`, also for a header beyond `limit`.
    static func byteCount(_ region: ByteRegion, limit: Int) throws(CheckpointError) -> Int {
        guard region.starts(with: magic) else {
            throw failure(found: FileKind(region).description, expected: "a NumPy array (.npy)")
        }
        do throws(BytesError) {
            var cursor = try ByteCursor(region, at: magic.count)
            let count = try headerLength(&cursor)
            guard count <= limit else {
                throw BytesError(
                    .unreadable, found: "a header of \(count.counted("byte"))", expected: "at most \(limit)")
            }
            return cursor.position + count
        } catch { throw error.recoded(.npy) }
    }

    private static func headerLength(_ cursor: inout ByteCursor) throws(BytesError) -> Int {
        let major = try cursor.byte()
        try cursor.skip(1)
        guard (1...3).contains(major) else {
            throw BytesError(
                .unreadable, offset: magic.count, found: "version \(major) of the format", expected: "1, 2 or 3",
                advice: "this version does not know it")
        }
        return major == 1 ? Int(try cursor.integer(UInt16.self)) : Int(try cursor.integer(UInt32.self))
    }

    private static func text(_ region: ByteRegion) throws(CheckpointError) -> (String, Int) {
        do throws(BytesError) {
            var cursor = try ByteCursor(region, at: magic.count)
            let length = try headerLength(&cursor)
            let text = String(decoding: try cursor.bytes(length).bytes, as: UTF8.self)
            return (text, cursor.position)
        } catch { throw error.recoded(.npy) }
    }

    /// The element type of a descriptor such as `<f4`, and whether its bytes are turned round.
    static func element(_ descriptor: String) -> (dtype: DType, isBigEndian: Bool)? {
        guard let order = descriptor.utf8.first, "<>|=".utf8.contains(order) else { return nil }
        let code = String(decoding: descriptor.utf8.dropFirst(), as: UTF8.self)
        return descriptors[code].map { ($0, order == UInt8(ascii: ">")) }
    }

    private static let descriptors: [String: DType] = [
        "f2": .float16, "f4": .float32, "f8": .float64, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64,
        "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "b1": .bool, "c8": .complex64, "c16": .complex128,
    ]

    /// The bytes of a version 1.0 header for C order and little-endian values; nil for a dtype that NumPy lacks.
    static func bytes(dtype: DType, shape: [Int]) -> [UInt8]? {
        guard let descriptor = literal(of: dtype) else { return nil }
        let text = "{'descr': \(descriptor), 'fortran_order': False, 'shape': \(TensorShape.text(shape)), }"
        let start = magic.count + 4
        let unpadded = start + text.utf8.count + 1
        let padding = (alignment - unpadded % alignment) % alignment
        let header = text + String(repeating: " ", count: padding) + "\n"
        guard let length = UInt16(exactly: header.utf8.count) else { return nil }
        return magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + header.utf8
    }

    /// How a header names an element type, as a Python literal; nil for a dtype that NumPy lacks.
    private static func literal(of dtype: DType) -> String? {
        if case .other(let type) = dtype {
            guard type.origin == .numpy else { return nil }
            return type.name.begins(with: "[") ? type.name : "'" + type.name + "'"
        }
        guard let code = descriptors.first(where: { $0.value == dtype })?.key else { return nil }
        return "'" + (dtype.byteCount == 1 ? "|" : "<") + code + "'"
    }

    static func failure(found: String, expected: String) -> CheckpointError {
        CheckpointError(.npy, found: found, expected: expected, advice: "write it again with numpy.save")
    }
}
