import BBCUPlatform
import TensorBytes

/// The header in front of a file of a tar archive, a block of 512 bytes.
///
/// Source: POSIX.1-2017, `pax`, "ustar Interchange Format"; GNU tar's manual for binary sizes; CPython's
/// `Lib/tarfile.py` for what a lenient reader takes.
struct TarHeader {
    /// How much is forgiven: old writers' signed checksums, blanks within numbers, a mark of another version.
    enum Manner { case strict, lenient }

    let name: String
    /// What a link points to.
    let target: String
    /// Bytes of the data.
    let size: Int
    /// The type flag.
    let kind: UInt8

    /// The header that a block is, or nil where its checksum does not hold or a number in it is none.
    init?(_ block: [UInt8], _ manner: Manner) {
        guard block.count == TarArchive.blockSize, let stated = Self.number(block[148..<156], manner),
            let size = Self.number(block[124..<136], manner), Self.isSum(stated, of: block, manner)
        else { return nil }
        self.size = size
        kind = block[156]
        target = Self.text(block[157..<257])
        let mark = manner == .strict ? "ustar\0" : "ustar"
        let hasPrefix = block[257...].starts(with: Array(mark.utf8))
        let prefix = hasPrefix ? Self.text(block[345..<500]) : ""
        name = (prefix.isEmpty ? "" : prefix + "/") + Self.text(block[0..<100])
    }

    /// Whether the type flag is a plain file's: POSIX's, the one before it, or that of a contiguous file.
    var isPlainFile: Bool { [0, UInt8(ascii: "0"), UInt8(ascii: "7")].contains(kind) }

    /// The checksum counts its own field as blanks; some old writers added signed bytes.
    private static func isSum(_ stated: Int, of block: [UInt8], _ manner: Manner) -> Bool {
        var (sum, signedSum) = (0, 0)
        for (index, byte) in block.enumerated() {
            let counted = (148..<156).contains(index) ? 0x20 : byte
            sum += Int(counted)
            signedSum += Int(Int8(bitPattern: counted))
        }
        return stated == sum || (manner == .lenient && stated == signedSum)
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String {
        FileName.text(Array(field.prefix { $0 != 0 }))
    }

    /// An octal number, or GNU's binary one, whose first bit is set; none is negative.
    private static func number(_ field: ArraySlice<UInt8>, _ manner: Manner) -> Int? {
        if field.first == 0x80 {
            return field.dropFirst().reduce(into: Int?.some(0)) { value, byte in
                value = value?.times(256)?.adding(Int(byte))
            }
        }
        let digits: [UInt8] =
            switch manner {
            case .strict: Array(field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 })
            case .lenient: field.prefix { $0 != 0 }.filter { $0 > 0x20 && $0 != 0x5F }
            }
        if digits.isEmpty { return 0 }
        return Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 < 0 ? nil : $0 }
    }
}
