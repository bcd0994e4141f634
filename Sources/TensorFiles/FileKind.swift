import BBCUPlatform
import TensorArchives
import TensorBytes

/// A file's format, as reports name it.
public enum CheckpointFormat: String, Encodable, Sendable, Hashable, CaseIterable {
    /// PyTorch's ZIP archive, its default since version 1.6.
    case pyTorchZip = "pytorch-zip"
    /// PyTorch's stream of pickles, its default before version 1.6.
    case pyTorchLegacy = "pytorch-legacy"
    /// PyTorch's tar archive, before version 0.2.
    case pyTorchTar = "pytorch-tar"
    /// A TorchScript archive.
    case torchScript = "torchscript"
    /// A pickle that PyTorch did not write: values, and NumPy's arrays.
    case pickle
    /// safetensors: a JSON header and the tensors' bytes.
    case safetensors
    /// One array of NumPy's.
    case npy
    /// NumPy's archive of named arrays.
    case npz
    /// An index in JSON of the files among which a checkpoint was divided.
    case shardIndex = "shard-index"
    /// The plan of a distributed checkpoint (`torch.distributed.checkpoint`): a folder with `.metadata`.
    case distributed = "dcp"
    /// An exported program (`torch.export`).
    case exported = "pt2"
}

/// What a file looks like by its first bytes.
enum FileKind: Sendable, Hashable {
    case zip
    case legacyPickle, pickle, tar, safetensors, npy, json
    /// A Git LFS pointer, and the bytes of the file that it stands for.
    case lfsPointer(byteCount: String?)
    /// An ONNX model.
    case onnx
    /// HTML or XML, and what it calls itself.
    case markup(String)
    /// Another text, and its first line.
    case text(String)
    /// Nothing but zero bytes.
    case zeros
    /// A format that is only named.
    case foreign(FileSignature)
    case unknown

    /// Recognises a file by its content.
    init(_ region: ByteRegion) {
        let known: [(prefix: [UInt8], kind: FileKind)] = [
            (Array("PK\u{3}\u{4}".utf8), .zip), (Array("PK\u{5}\u{6}".utf8), .zip),
            ([0x93] + Array("NUMPY".utf8), .npy),
        ]
        if let match = known.first(where: { region.starts(with: $0.prefix) }) {
            self = match.kind
        } else if (try? region.slice(at: 257, count: 5))?.starts(with: Array("ustar".utf8)) == true {
            self = .tar
        } else if region[8] == UInt8(ascii: "{"), region[7] == 0 {
            self = .safetensors
        } else if LegacyStream.hasMagicNumber(region) {
            self = .legacyPickle
        } else if let signature = FileSignature.of(region) {
            self = .foreign(signature)
        } else if Self.isPickle(region) {
            self = .pickle
        } else if Self.isJSON(region) {
            self = .json
        } else if let text = TextFile(region) {
            self = text.kind
        } else if Self.isONNX(region) {
            self = .onnx
        } else {
            self = Self.isZero(region) ? .zeros : .unknown
        }
    }

    /// Protocols from 2 on say so; a pickle of protocol 0 or 1 begins by making something and ends with STOP.
    private static func isPickle(_ region: ByteRegion) -> Bool {
        if region[0] == 0x80, let version = region[1] { return (2...9).contains(version) }
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

    /// The model's version, then its producer's name, its domain or its graph.
    ///
    /// Source: `ModelProto` in `onnx/onnx.proto`, and the wire format of protocol buffers.
    private static func isONNX(_ region: ByteRegion) -> Bool {
        guard region[0] == 0x08, let version = region[1], (1...20).contains(version), let tag = region[2],
            let length = region[3]
        else { return false }
        switch tag {
        // A short text: another format of protocol buffers has its graph there.
        case 0x12, 0x1A, 0x22:
            guard length < 0x80, let text = try? region.slice(at: 4, count: Int(length)) else { return false }
            return text.bytes.allSatisfy { (0x20..<0x7F).contains($0) }
        case 0x3A, 0x42: return true
        default: return false
        }
    }

    private static func isZero(_ region: ByteRegion) -> Bool {
        (0..<min(region.count, 4096)).allSatisfy { region[$0] == 0 }
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
        case .lfsPointer(let byteCount):
            "a Git LFS pointer in place of the file" + (byteCount.map { " of \($0) bytes" } ?? "")
        case .onnx: "an ONNX model"
        case .markup(let title): title
        case .text(let line): "a text that begins '\(line)'"
        case .zeros: "nothing but zero bytes at its start"
        case .foreign(let signature): signature.description
        case .unknown: "a file of an unknown kind"
        }
    }

    /// What opens a file.
    typealias Reader = @Sendable (ByteRegion, Reading) throws(CheckpointError) -> Checkpoint

    /// What opens a file of this kind; nil where the file is no checkpoint.
    var reader: Reader? {
        switch self {
        case .zip: ZipCheckpoint.open
        case .legacyPickle: LegacyStream.open
        case .tar: LegacyTar.open
        case .pickle: PlainPickle.open
        case .safetensors: Safetensors.open
        case .npy: NPYCheckpoint.open
        case .json: ShardIndex.open
        default: nil
        }
    }

    /// The endings of checkpoints' names: such a file is opened when it is the only one of a folder.
    static let suffixes = [
        ".safetensors", ".bin", ".pth", ".pt", ".pt2", ".ckpt", ".npz", ".npy", ".bbcu", ".pkl", ".pickle", ".state",
    ]

    /// What a person can do.
    var advice: Advice {
        switch self {
        case .foreign(let signature): signature.advice
        case .onnx: "export the weights from the program that made it, with torch.save or safetensors"
        case .markup, .text:
            "a web server may have sent it instead of the file: check the address and download it again"
        case .zeros: "the download was not finished: download it again"
        case .lfsPointer: "fetch it with git lfs pull"
        case .zip, .safetensors, .legacyPickle, .pickle, .tar, .npy, .json, .unknown:
            "this is no format that is known here, or the start of the file is damaged"
        }
    }
}

extension FileSignature {
    /// The kind in words, with an article.
    fileprivate var description: String {
        let isSpokenVowel = ["ar", "Ar", "EL", "HD", "xz", "lz", "LZ", "SQ"].contains { name.begins(with: $0) }
        let noun: String
        switch purpose {
        case .compression: noun = "\(name)-compressed file"
        case .archive: noun = name.ends(with: "archive") ? name : "\(name) archive"
        case .program, .image: noun = name
        case .data: noun = name.ends(with: "model") || name.ends(with: "database") ? name : "\(name) file"
        }
        return (isSpokenVowel ? "an " : "a ") + noun
    }

    /// What a person can do.
    fileprivate var advice: Advice {
        switch purpose {
        case .compression: "decompress it first\(Self.tools[name].map { " (\($0))" } ?? "")"
        case .archive: "unpack it first: a checkpoint may lie in it"
        case .image: "the checkpoint is named first, then the image"
        case .program: "this is not a checkpoint"
        case .data: "load it with the program that wrote it, and save its weights with torch.save or safetensors"
        }
    }

    private static let tools = [
        "gzip": "gunzip", "bzip2": "bunzip2", "xz": "unxz", "lzma": "unlzma", "zstd": "unzstd", "LZ4": "unlz4",
        "lzip": "lzip -d",
    ]
}
