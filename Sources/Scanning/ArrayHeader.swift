import Bytes

/// The header of a NumPy array, as far as an audit needs it.
enum ArrayHeader {
    /// Whether a header is as NumPy writes it, and of elements that are no objects: nothing escaped, and every text of
    /// it one of the three keys, a type of numbers or text, or the name of a field in front of one. The list is of what
    /// is harmless: `>O`, `O8` and `\x4f` are objects too, and the header may be of any length.
    static func isPlain(_ header: ByteRegion) -> Bool {
        guard header.count <= 1 << 20, header[0] == UInt8(ascii: "{"),
            let text = String(validating: header.bytes, as: UTF8.self),
            !text.utf8.contains(where: "\\\"#".utf8.contains)
        else { return false }
        // Every second piece is a text.
        let pieces = text.parts(at: "'")
        guard pieces.count >= 7, !pieces.count.isMultiple(of: 2) else { return false }
        var (hasType, expectsType) = (false, false)
        for index in stride(from: 1, to: pieces.count, by: 2) {
            let (before, piece) = (pieces[index - 1], pieces[index])
            // Python joins texts that have nothing between them.
            guard let last = before.unicodeScalars.last(where: { !$0.properties.isWhitespace }) else { return false }
            if expectsType, isType(piece) {
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
        return rest.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5B || $0 == 0x5D }
    }
}
