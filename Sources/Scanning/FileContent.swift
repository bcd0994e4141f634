import Bytes
import Containers

/// What a file is by its content, as far as an audit cares.
public enum FileContent: String, Sendable, Hashable, CaseIterable {
    /// PyTorch's ZIP archive.
    case pyTorchZip = "pytorch-zip"
    /// A TorchScript archive.
    case torchScript = "torchscript"
    /// NumPy's archive of arrays.
    case npz
    /// Another ZIP archive.
    case zip
    /// PyTorch's stream of pickles, from before 1.6.
    case pyTorchLegacy = "pytorch-legacy"
    /// Another pickle.
    case pickle
    /// A tar archive.
    case tar
    /// A NumPy array.
    case npy
    /// safetensors.
    case safetensors
    /// Formats that are recognised and not looked into.
    case gzip, hdf5, gguf, html, json
    /// Anything else.
    case unknown

    /// Whether the content was understood: pickles, archives of them, or a format that holds no code.
    var isReadable: Bool {
        switch self {
        case .gzip, .hdf5, .gguf, .html, .json, .unknown: false
        default: true
        }
    }

    /// The endings of names under which files of this content are known; others disagree with it.
    private var extensions: Set<String> {
        switch self {
        case .pyTorchZip: ["pth", "pt", "bin", "ckpt", "pkl", "state", "tar", "zip"]
        case .pyTorchLegacy: ["pth", "pt", "bin", "ckpt", "pkl", "state", "tar"]
        case .torchScript: ["pt", "pth", "ptl", "zip"]
        case .npz: ["npz", "zip"]
        case .zip: ["zip"]
        case .pickle: ["pkl", "pickle", "p", "pth", "pt", "bin", "ckpt", "dat"]
        case .tar: ["tar", "pth", "pt"]
        case .npy: ["npy"]
        case .safetensors: ["safetensors"]
        case .gzip: ["gz", "tgz"]
        case .hdf5: ["h5", "hdf5", "keras"]
        case .gguf: ["gguf"]
        case .html: ["html", "htm"]
        case .json: ["json"]
        case .unknown: []
        }
    }

    /// Whether a file's name promises this content; nil where its ending promises nothing that is known here.
    func agrees(withName file: String) -> Bool? {
        guard let ending = PathText.suffix(of: file) else { return nil }
        if extensions.contains(ending) { return true }
        return Self.allCases.contains { $0.extensions.contains(ending) } ? false : nil
    }

    /// Recognises what is neither an archive nor a pickle by its first bytes; nil for anything else.
    static func plain(_ region: ByteRegion) -> FileContent? {
        let known: [(prefix: [UInt8], content: FileContent)] = [
            ([0x93] + Array("NUMPY".utf8), .npy), ([0x1F, 0x8B], .gzip), ([0x89] + Array("HDF\r\n".utf8), .hdf5),
            (Array("GGUF".utf8), .gguf), (Array("<!DOCTYPE".utf8), .html), (Array("<!doctype".utf8), .html),
            (Array("<html".utf8), .html),
        ]
        if let match = known.first(where: { region.starts(with: $0.prefix) }) { return match.content }
        if isSafetensors(region) { return .safetensors }
        // No pickle starts like this.
        if region[0] == UInt8(ascii: "{") { return .json }
        return nil
    }

    /// Whether the bytes start with the length of a header that lies in them and looks like JSON.
    private static func isSafetensors(_ region: ByteRegion) -> Bool {
        guard var cursor = try? ByteCursor(region), let length = try? cursor.count(UInt64.self), length <= 100_000_000,
            let header = try? cursor.bytes(length), header[0] == UInt8(ascii: "{")
        else { return false }
        var last = length - 1
        while header[last] == 0x20 { last -= 1 }
        return header[last] == UInt8(ascii: "}")
    }
}
