import BBCUPlatform
import TensorArchives
import TensorBytes
import TestSupport

/// Makes files that hold given bytes.
enum Samples {
    /// A pickle that names a storage by its key, of so many elements of a class.
    static func pickle(naming key: String, count: Int, type: String = "ByteStorage") -> [UInt8] {
        [0x80, 2] + Array("(X".utf8) + [7, 0, 0, 0] + Array("storagectorch\n\(type)\nX".utf8)
            + [UInt8(key.utf8.count), 0, 0, 0] + Array("\(key)X".utf8) + [3, 0, 0, 0] + Array("cpuJ".utf8)
            + (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array("tQ.".utf8)
    }

    /// PyTorch's archive with one storage, which its pickle names.
    static func checkpoint(_ values: [UInt8]) throws -> [UInt8] {
        try zip([("a/data.pkl", pickle(naming: "0", count: values.count)), ("a/data/0", values)])
    }

    static func zip(_ entries: [(String, [UInt8])]) throws -> [UInt8] {
        try withTemporaryFolder { folder in
            var writer = try ZipWriter(folder + "/a.zip")
            for (name, data) in entries { try writer.add(name, data) }
            try writer.finish()
            return try bytes(of: folder + "/a.zip")
        }
    }

    static func objectArray(_ pickle: [UInt8]) -> [UInt8] {
        var header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
        while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
        header += "\n"
        let count = header.utf8.count
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)] + header.utf8 + pickle
    }

    static func tar(_ members: [(String, [UInt8])]) -> [UInt8] {
        var archive: [UInt8] = []
        for (name, data) in members {
            var header = [UInt8](repeating: 0, count: 512)
            func set(_ text: String, at offset: Int) {
                for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
            }
            set(name, at: 0)
            set("0000644\0", at: 100)
            let size = String(data.count, radix: 8)
            set(String(repeating: "0", count: 11 - size.count) + size, at: 124)
            set("        ", at: 148)
            set("0", at: 156)
            set("ustar\u{0}00", at: 257)
            let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
            set(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", at: 148)
            archive += header + data + [UInt8](repeating: 0, count: (512 - data.count % 512) % 512)
        }
        return archive + [UInt8](repeating: 0, count: 1024)
    }
}
