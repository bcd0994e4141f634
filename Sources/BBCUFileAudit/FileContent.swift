import BBCUPlatform
import TensorArchives
import TensorBytes

/// What a file is by its content, as far as an audit cares.
public enum FileContent: String, Encodable, Sendable, Hashable, CaseIterable {
    /// PyTorch's ZIP archive.
    case pyTorchZip = "pytorch-zip"
    /// A TorchScript archive.
    case torchScript = "torchscript"
    /// An archive of `torch.export`.
    case pt2
    /// Archives one after the other: a rank's file of a distributed checkpoint.
    case pyTorchPieces = "pytorch-pieces"
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
    /// One compressed stream, which is followed.
    case gzip, zlib, deflate
    /// Formats that are recognised and not looked into.
    case hdf5, gguf, html, json
    /// Other text in UTF-8.
    case text
    /// Anything else.
    case unknown

    /// Whether the content was understood: pickles, archives of them, or a format that holds no code.
    var isReadable: Bool {
        switch self {
        case .hdf5, .gguf, .html, .json, .text, .unknown: false
        default: true
        }
    }

    /// The endings of names under which files of this content are known; others disagree with it.
    private var extensions: Set<String> {
        switch self {
        case .pyTorchZip: ["pth", "pt", "bin", "ckpt", "pkl", "state", "tar", "zip", "distcp"]
        case .pyTorchLegacy: ["pth", "pt", "bin", "ckpt", "pkl", "state", "tar"]
        case .torchScript: ["pt", "pth", "ptl", "zip"]
        case .pt2: ["pt2", "pt", "zip"]
        case .pyTorchPieces: ["distcp", "pth", "pt", "bin", "ckpt", "zip"]
        case .npz: ["npz", "zip"]
        case .zip: ["zip"]
        case .pickle: ["pkl", "pickle", "p", "pth", "pt", "bin", "ckpt", "dat"]
        case .tar: ["tar", "pth", "pt"]
        case .npy: ["npy"]
        case .safetensors: ["safetensors", "distcp"]
        case .gzip: ["gz", "tgz"]
        case .zlib: ["zlib", "zz", "z"]
        case .deflate: ["deflate"]
        case .hdf5: ["h5", "hdf5", "keras"]
        case .gguf: ["gguf"]
        case .html: ["html", "htm"]
        case .json: ["json"]
        case .text: ["html", "htm", "json", "dat"]
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
            (ArrayHeader.magic, .npy), ([0x1F, 0x8B], .gzip), ([0x89] + Array("HDF\r\n".utf8), .hdf5),
            (Array("GGUF".utf8), .gguf), (Array("<!DOCTYPE".utf8), .html), (Array("<!doctype".utf8), .html),
            (Array("<html".utf8), .html),
        ]
        if let match = known.first(where: { region.starts(with: $0.prefix) }) { return match.content }
        if SafetensorsHeader.looksLikeOne(region) { return .safetensors }
        // No pickle starts like this.
        if region[0] == UInt8(ascii: "{") { return .json }
        return DeflatedStream.looksLikeZlib(region) ? .zlib : nil
    }
}
