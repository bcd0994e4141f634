import Bytes

/// What a file looks like by its first bytes.
enum FileKind: Sendable, Hashable {
    case zip
    case legacyPickle, pickle, tar, safetensors, npy, json
    case hdf5, gzip, gguf, html, lfsPointer, png, jpeg
    case unknown

    /// Recognises a file by its content.
    init(_ region: ByteRegion) {
        let known: [(prefix: [UInt8], kind: FileKind)] = [
            (Array("PK\u{3}\u{4}".utf8), .zip), (Array("PK\u{5}\u{6}".utf8), .zip),
            ([0x93] + Array("NUMPY".utf8), .npy), ([0x89] + Array("HDF\r\n".utf8), .hdf5), ([0x1F, 0x8B], .gzip),
            (Array("GGUF".utf8), .gguf), (Array("version https://git-lfs".utf8), .lfsPointer),
            ([0x89] + Array("PNG\r\n".utf8), .png), ([0xFF, 0xD8, 0xFF], .jpeg),
            (Array("<!DOCTYPE".utf8), .html), (Array("<!doctype".utf8), .html), (Array("<html".utf8), .html),
        ]
        if let match = known.first(where: { region.starts(with: $0.prefix) }) {
            self = match.kind
        } else if (try? region.slice(at: 257, count: 5))?.starts(with: Array("ustar".utf8)) == true {
            self = .tar
        } else if region[8] == UInt8(ascii: "{"), region[7] == 0 {
            self = .safetensors
        } else if LegacyStream.hasMagicNumber(region) {
            self = .legacyPickle
        } else if Self.isPickle(region) {
            self = .pickle
        } else if Self.isJSON(region) {
            self = .json
        } else {
            self = .unknown
        }
    }

    /// Protocols from 2 on say so; a pickle of protocol 0 or 1 begins by making something and ends with STOP.
    private static func isPickle(_ region: ByteRegion) -> Bool {
        if region[0] == 0x80, let version = region[1] { return (2...5).contains(version) }
        guard let first = region[0], region[region.count - 1] == UInt8(ascii: ".") else { return false }
        return "(]})clFILNSTUVX".utf8.contains(first)
    }

    private static func isJSON(_ region: ByteRegion) -> Bool {
        for index in 0..<min(region.count, 64) {
            switch region[index] {
            case 0x20, 0x09, 0x0A, 0x0D: continue
            case UInt8(ascii: "{"): return true
            default: return false
            }
        }
        return false
    }

    /// The kind in words.
    var description: String {
        switch self {
        case .zip: "a ZIP archive"
        case .legacyPickle: "a PyTorch file of the format before version 1.6"
        case .pickle: "a Python pickle"
        case .tar: "a tar archive"
        case .safetensors: "a safetensors file"
        case .npy: "a NumPy array"
        case .json: "a JSON text"
        case .hdf5: "an HDF5 file"
        case .gzip: "a gzip-compressed file"
        case .gguf: "a GGUF file"
        case .html: "a web page"
        case .lfsPointer: "a Git LFS pointer in place of the file"
        case .png: "a PNG image"
        case .jpeg: "a JPEG image"
        case .unknown: "a file of an unknown kind"
        }
    }

    /// What a person can do.
    var advice: String {
        switch self {
        case .hdf5, .gguf: "convert it with torch.save"
        case .gzip: "decompress it first"
        case .html: "the download went wrong, download the file itself"
        case .lfsPointer: "fetch it with git lfs pull"
        case .png, .jpeg: "the checkpoint is named first, then the image"
        case .zip, .safetensors, .legacyPickle, .pickle, .tar, .npy, .json, .unknown:
            "the file is damaged, or not a checkpoint"
        }
    }
}
