import TensorBytes

/// A file format that is recognised by its first bytes. The formats that the readers open themselves are not here.
///
/// The one table of signatures: an audit names with it what it cannot look into, and a reader what it was given.
package struct FileSignature: Sendable, Hashable {
    /// What a format is for.
    package enum Purpose: Sendable, Hashable {
        /// One compressed stream.
        case compression
        /// Several files in one.
        case archive
        /// A program or library.
        case program
        /// A picture.
        case image
        /// Anything else.
        case data
    }

    /// The format's name, as its users write it: `bzip2`, `7-Zip`.
    package let name: String
    /// What the format is for.
    package let purpose: Purpose
    /// The bytes that every file of the format has.
    let bytes: [UInt8]
    /// Where those bytes stand.
    let offset: Int

    private init(_ name: String, _ purpose: Purpose, _ bytes: [UInt8], at offset: Int = 0) {
        self.name = name
        self.purpose = purpose
        self.bytes = bytes
        self.offset = offset
    }

    private init(_ name: String, _ purpose: Purpose, _ text: String, at offset: Int = 0) {
        self.init(name, purpose, Array(text.utf8), at: offset)
    }

    /// How many bytes the signature has.
    package var length: Int { bytes.count }

    /// The format that the bytes begin as, or nil for one that is not in the table.
    package static func of(_ region: ByteRegion) -> FileSignature? { table.first { $0.matches(region) } }

    private func matches(_ region: ByteRegion) -> Bool {
        guard let part = try? region.slice(at: offset, count: bytes.count) else { return false }
        return part.starts(with: bytes)
    }

    /// Longer signatures stand before shorter ones that they begin with.
    ///
    /// Sources: the formats' own specifications (RFC 1952, RFC 8878, the xz and LZ4 frame formats, `7zFormat.txt`,
    /// Microsoft's PE and cabinet formats, the ELF and WebAssembly specifications, Apple's `mach-o/loader.h`), and for
    /// those without one the list of file(1).
    static let table: [FileSignature] = [
        FileSignature("gzip", .compression, [0x1F, 0x8B]),
        FileSignature("bzip2", .compression, "BZh"),
        FileSignature("xz", .compression, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
        FileSignature("lzma", .compression, [0x5D, 0x00, 0x00]),
        FileSignature("lzip", .compression, "LZIP"),
        FileSignature("zstd", .compression, [0x28, 0xB5, 0x2F, 0xFD]),
        FileSignature("LZ4", .compression, [0x04, 0x22, 0x4D, 0x18]),
        FileSignature("LZ4 (old frames)", .compression, [0x02, 0x21, 0x4C, 0x18]),
        FileSignature("Snappy", .compression, [0xFF, 0x06, 0x00, 0x00] + Array("sNaPpY".utf8)),
        FileSignature("compress (.Z)", .compression, [0x1F, 0x9D]),
        FileSignature("lzop", .compression, [0x89, 0x4C, 0x5A, 0x4F, 0x00]),
        FileSignature("Blosc2 frame", .compression, [0x9E, 0xA8] + Array("b2frame".utf8)),
        FileSignature("7-Zip", .archive, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
        FileSignature("RAR", .archive, Array("Rar!".utf8) + [0x1A, 0x07]),
        FileSignature("cabinet", .archive, "MSCF"),
        FileSignature("ar archive", .archive, "!<arch>\n"),
        FileSignature("cpio archive", .archive, "070701"),
        FileSignature("cpio archive", .archive, "070707"),
        FileSignature("xar archive", .archive, "xar!"),
        FileSignature("SquashFS", .archive, "hsqs"),
        FileSignature("HDF5", .data, [0x89] + Array("HDF\r\n".utf8)),
        FileSignature("GGUF", .data, "GGUF"),
        FileSignature("GGML", .data, "lmgg"),
        FileSignature("TensorFlow Lite model", .data, "TFL3", at: 4),
        FileSignature("Parquet", .data, "PAR1"),
        FileSignature("Arrow", .data, "ARROW1"),
        FileSignature("SQLite database", .data, "SQLite format 3\0"),
        FileSignature("PDF", .data, "%PDF-"),
        FileSignature("ELF program", .program, [0x7F] + Array("ELF".utf8)),
        FileSignature("WebAssembly", .program, [0x00] + Array("asm".utf8)),
        FileSignature("Mach-O program", .program, [0xCF, 0xFA, 0xED, 0xFE]),
        FileSignature("Mach-O program", .program, [0xCE, 0xFA, 0xED, 0xFE]),
        FileSignature("Mach-O program or Java class", .program, [0xCA, 0xFE, 0xBA, 0xBE]),
        FileSignature("script", .program, "#!"),
        FileSignature("PNG image", .image, [0x89] + Array("PNG\r\n".utf8)),
        FileSignature("JPEG image", .image, [0xFF, 0xD8, 0xFF]),
        FileSignature("GIF image", .image, "GIF8"),
        FileSignature("RIFF (WAV, AVI, WebP)", .data, "RIFF"),
        FileSignature("Ogg", .data, "OggS"),
        FileSignature("FLAC audio", .data, "fLaC"),
        FileSignature("MP3 audio", .data, "ID3"),
        FileSignature("MP4 or QuickTime", .data, "ftyp", at: 4),
        FileSignature("TIFF image", .image, [0x49, 0x49, 0x2A, 0x00]),
        FileSignature("TIFF image", .image, [0x4D, 0x4D, 0x00, 0x2A]),
        FileSignature("OLE document", .data, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
        FileSignature("Lua bytecode", .program, [0x1B] + Array("Lua".utf8)),
        FileSignature("Dalvik program", .program, "dex\n"),
        FileSignature("LLVM bitcode", .program, Array("BC".utf8) + [0xC0, 0xDE]),
        FileSignature("PE program", .program, "MZ"),
        // The first two bytes are the version of Python (`Lib/importlib/_bootstrap_external.py`).
        FileSignature("Python bytecode", .program, [0x0D, 0x0A], at: 2),
    ]
}
