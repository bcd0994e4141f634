import BBCUPlatform
import TensorBytes

/// The header of a NumPy array, as far as an audit needs it.
struct ArrayHeader {
    static let magic = [0x93] + Array("NUMPY".utf8)

    /// The text of the header.
    let text: ByteRegion
    /// The byte where the elements start.
    let dataOffset: Int

    /// The header that stands at a byte; nil if it is cut off.
    init?(_ region: ByteRegion, at start: Int) {
        guard var cursor = try? ByteCursor(region, at: start), (try? cursor.bytes(Self.magic.count)) != nil,
            let major = try? cursor.byte(), (try? cursor.skip(1)) != nil,
            let length = major == 1
                ? (try? cursor.integer(UInt16.self)).map({ Int($0) })
                : (try? cursor.integer(UInt32.self)).map({ Int($0) }),
            let text = try? cursor.bytes(length)
        else { return nil }
        self.text = text
        dataOffset = cursor.position
    }

    /// Bytes of all elements; nil if the header does not say it plainly.
    var byteCount: Int? {
        var literal = ArrayLiteral(text.bytes)
        guard case .dictionary(let members)? = literal.whole(), let type = members.last(where: { $0.key == "descr" }),
            let shape = members.last(where: { $0.key == "shape" }), let size = Self.size(type.value, depth: 0),
            let count = Self.product(shape.value)
        else { return nil }
        return size.times(count)
    }

    private static func product(_ shape: ArrayLiteral.Value) -> Int? {
        guard case .tuple(let sizes) = shape else { return nil }
        var product = 1
        for size in sizes {
            guard case .integer(let size) = size, size >= 0, let next = product.times(size) else { return nil }
            product = next
        }
        return product
    }

    private static let deepest = 32

    /// Bytes of an element: of `<f4`, of `[('a', '<f4'), ('b', '<i8', (2,))]`, of `('<f4', (2,))`.
    private static func size(_ type: ArrayLiteral.Value, depth: Int) -> Int? {
        guard depth < deepest else { return nil }
        switch type {
        case .text(let text): return size(text)
        case .list(let fields):
            var total = 0
            for field in fields {
                guard case .tuple(let parts) = field, parts.count == 2 || parts.count == 3,
                    let size = size(parts[1], depth: depth + 1),
                    let count = parts.count == 3 ? elements(parts[2]) : 1, let bytes = size.times(count),
                    let sum = total.adding(bytes)
                else { return nil }
                total = sum
            }
            return total
        case .tuple(let parts):
            guard parts.count == 2, let size = size(parts[0], depth: depth + 1), let count = elements(parts[1]) else {
                return nil
            }
            return size.times(count)
        default: return nil
        }
    }

    private static func elements(_ shape: ArrayLiteral.Value) -> Int? {
        if case .integer(let count) = shape { return count >= 0 ? count : nil }
        return product(shape)
    }

    /// Bytes of a type such as `<f4`; those of texts are characters of four bytes, dates have a unit behind.
    private static func size(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 3 else { return nil }
        let digits = bytes[2...].prefix { (0x30...0x39).contains($0) }
        guard let count = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        let rest = bytes[(2 + digits.count)...]
        switch bytes[1] {
        case UInt8(ascii: "U"): return rest.isEmpty ? count.times(4) : nil
        case UInt8(ascii: "M"), UInt8(ascii: "m"): return count == 8 && (rest.isEmpty || rest.first == 0x5B) ? 8 : nil
        default: return rest.isEmpty ? count : nil
        }
    }

    /// Whether a header is as NumPy writes it, and of elements that are no objects: nothing escaped, and every text of
    /// it one of the three keys, a type of numbers or text, or the name of a field in front of one. The list is of what
    /// is harmless: `>O`, `O8` and `\x4f` are objects too, and the header may be of any length.
    var isPlain: Bool {
        guard self.text.count <= 1 << 20, self.text[0] == UInt8(ascii: "{") else { return false }
        // Latin-1 or UTF-8, by the version: what is not ASCII stands within names of fields only.
        let text = String(String.UnicodeScalarView(self.text.bytes.map { Unicode.Scalar($0) }))
        guard !text.utf8.contains(where: "\\\"#".utf8.contains)
        else { return false }
        // Every second piece is a text.
        let pieces = text.parts(at: "'")
        guard pieces.count >= 7, !pieces.count.isMultiple(of: 2) else { return false }
        var (hasType, expectsType) = (false, false)
        for index in stride(from: 1, to: pieces.count, by: 2) {
            let (before, piece) = (pieces[index - 1], pieces[index])
            // Python joins texts that have nothing between them.
            guard let last = before.unicodeScalars.last(where: { !$0.properties.isWhitespace }) else { return false }
            if expectsType, Self.isType(piece) {
                (hasType, expectsType) = (true, false)
            } else if last == "(" {
                // The name of a field: `('name', 'type')`.
                expectsType = true
            } else {
                guard !expectsType, "{,".unicodeScalars.contains(last),
                    ["descr", "fortran_order", "shape"].contains(piece)
                else {
                    return false
                }
                expectsType = piece == "descr"
            }
        }
        return hasType && !expectsType
    }

    /// A type of numbers, text or raw bytes, as NumPy writes it: `<f4`, `|S10`, `<M8[ns]`.
    private static func isType(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        guard let order = rest.popFirst(), "<>|=".utf8.contains(order), let kind = rest.popFirst(),
            "?biufcSUVMm".utf8.contains(kind)
        else { return false }
        let count = rest.prefix { (0x30...0x39).contains($0) }
        rest = rest.dropFirst(count.count)
        if rest.isEmpty { return true }
        // The unit of a date: `[D]`, `[25s]`, `[ns]`.
        guard kind == 0x4D || kind == 0x6D, rest.popFirst() == 0x5B, rest.popLast() == 0x5D else { return false }
        let unit = String(decoding: rest.drop { (0x30...0x39).contains($0) }, as: UTF8.self)
        return ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"].contains(unit)
    }
}
