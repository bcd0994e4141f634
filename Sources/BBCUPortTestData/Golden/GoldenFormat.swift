import BBCUPlatform
import TensorBytes
import TensorFiles

/// A language or tool that golden data are written for.
public enum GoldenFormat: String, Sendable, Hashable, CaseIterable {
    /// One NumPy archive a case.
    case npz
    /// One NumPy file an array.
    case npy
    /// One text file of hexadecimal words an array, for Verilog's `$readmemh`.
    case memh
    /// One C header a case.
    case cHeader = "c-header"
    /// One Swift source file a case.
    case swift

    /// The name of the file that holds an array of a case, without the folder.
    func fileName(_ item: GoldenItem, in group: String) -> String {
        switch self {
        case .npz: "\(group).npz"
        case .npy: "\(group)/\(item.name).npy"
        case .memh: "\(group)/\(item.name).memh"
        case .cHeader: "\(Self.identifier(group)).h"
        case .swift: "\(Self.typeName(group)).swift"
        }
    }

    /// Whether each array has a file of its own, in a folder of the case.
    var usesFolders: Bool { self == .npy || self == .memh }

    /// Writes a case's arrays into a folder.
    /// - Throws: `CheckpointError` where a file cannot be written.
    func write(_ items: [GoldenItem], group: String, into folder: String) throws {
        switch self {
        case .npz:
            try NPZWriter.write(
                items.compactMap { item in item.tensor.map { NamedTensor(item.name, $0) } },
                to: "\(folder)/\(group).npz")
        case .npy:
            for item in items {
                guard let tensor = item.tensor else { continue }
                try NumPyArray.write(tensor, to: "\(folder)/\(fileName(item, in: group))")
            }
        case .memh:
            for item in items { try WholeFile.write(Self.memh(item), to: "\(folder)/\(fileName(item, in: group))") }
        case .cHeader:
            guard let first = items.first else { return }
            try WholeFile.write(Self.cHeader(items, group), to: "\(folder)/\(fileName(first, in: group))")
        case .swift:
            guard let first = items.first else { return }
            try WholeFile.write(Self.swift(items, group), to: "\(folder)/\(fileName(first, in: group))")
        }
    }
}

// Texts.
extension GoldenFormat {
    /// One word a line: a float's bits, an integer in two's complement, a packed word.
    static func memh(_ item: GoldenItem) -> String {
        var lines = [
            "// \(item.name): \(item.type) \(TensorShape.text(item.shape)) \(item.layout), tolerance \(item.tolerance)"
        ]
        switch item.elements {
        case .floats(let values): lines += values.map { hexadecimal(UInt64($0.bitPattern), 8) }
        case .integers(let values, let bits):
            let mask: UInt64 = bits == 16 ? 0xFFFF : 0xFFFF_FFFF
            lines += values.map { hexadecimal(UInt64(bitPattern: Int64($0)) & mask, bits / 4) }
        case .words(let values, let bits): lines += values.map { hexadecimal($0, bits / 4) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    static func cHeader(_ items: [GoldenItem], _ group: String) -> String {
        let guardName = "GOLDEN_" + identifier(group).uppercased() + "_H"
        var lines = ["#ifndef \(guardName)", "#define \(guardName)", "", "#include <stdint.h>", ""]
        for item in items {
            let name = identifier("\(group)_\(item.name)")
            let type =
                switch item.elements {
                case .floats: "float"
                case .integers(_, let bits): "int\(bits)_t"
                case .words(_, let bits): "uint\(bits)_t"
                }
            // The fewest digits that read back as the same float, with what makes them a C float.
            let numbers = numbers(item, float: { "\($0)f" }, wordSuffix: { $0 == 64 ? "ULL" : "U" })
            lines.append("/* \(remark(item)) */")
            lines += array("static const \(type) \(name)[\(numbers.count)] = {", numbers, "};")
        }
        return (lines + ["#endif", ""]).joined(separator: "\n")
    }

    static func swift(_ items: [GoldenItem], _ group: String) -> String {
        var lines = ["enum \(typeName(group)) {"]
        for item in items {
            let type =
                switch item.elements {
                case .floats: "Float"
                case .integers(_, let bits): "Int\(bits)"
                case .words(_, let bits): "UInt\(bits)"
                }
            lines.append("    /// \(remark(item))")
            lines += array("    static let \(identifier(item.name)): [\(type)] = [", numbers(item), "    ]")
        }
        return (lines + ["}", ""]).joined(separator: "\n")
    }

    private static func remark(_ item: GoldenItem) -> String {
        "\(item.type) \(TensorShape.text(item.shape)) \(item.layout), tolerance \(item.tolerance): \(item.reason)"
    }

    private static func numbers(
        _ item: GoldenItem, float: (Float) -> String = { "\($0)" }, wordSuffix: (Int) -> String = { _ in "" }
    ) -> [String] {
        switch item.elements {
        case .floats(let values): values.map(float)
        case .integers(let values, _): values.map(String.init)
        case .words(let values, let bits): values.map { "0x" + hexadecimal($0, bits / 4) + wordSuffix(bits) }
        }
    }

    private static func array(_ head: String, _ numbers: [String], _ tail: String) -> [String] {
        let rows = stride(from: 0, to: numbers.count, by: 8).map { start in
            "        " + numbers[start..<min(start + 8, numbers.count)].joined(separator: ", ") + ","
        }
        return [head] + rows + [tail]
    }

    private static func hexadecimal(_ value: UInt64, _ digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    /// A name that C and Swift take: `body_0_body_0_sums`.
    static func identifier(_ name: String) -> String {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let bytes = name.utf8.map { digits.contains($0) || (0x61...0x7A).contains($0 | 0x20) ? $0 : UInt8(ascii: "_") }
        return (bytes.first.map(digits.contains) == true ? "_" : "") + String(decoding: bytes, as: UTF8.self)
    }

    /// A name of a Swift type: `GoldenExactZeros`.
    static func typeName(_ group: String) -> String {
        "Golden" + group.parts(at: "-", keepsEmpty: false).map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
