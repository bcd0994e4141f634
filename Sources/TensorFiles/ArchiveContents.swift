import BBCUPlatform

/// What an archive is that is no checkpoint itself, by the names in it.
struct ArchiveContents {
    private let names: [String]
    /// Whether it is a tar archive, and otherwise ZIP.
    private let isTar: Bool

    init(_ names: [String], isTar: Bool = false) {
        self.names = names.filter { !$0.ends(with: "/") }
        self.isTar = isTar
    }

    /// The endings of names of files in which checkpoints are kept.
    private static let suffixes = FileKind.suffixes + [".th", ".tar"]

    /// The error that names the archive and says what to do with it.
    var error: CheckpointError {
        CheckpointError(.noPickle, found: kind.found, expected: "a checkpoint", advice: kind.advice)
    }

    private func has(_ file: String) -> Bool { names.contains { $0.isExactly(file) || $0.ends(with: "/" + file) } }

    private var kind: (found: String, advice: Advice) {
        let archive = isTar ? "a tar archive" : "a ZIP archive"
        if names.isEmpty { return ("\(archive) without files", "make it again") }
        if has("model_config.yaml"), let weights = first(endingIn: [".ckpt", ".pt", ".distcp"]) {
            return (
                "a .nemo archive (NVIDIA NeMo)", "take '\(weights.printable(atMost: 100))' out of it, and open that"
            )
        }
        if has(".data/extern_modules") {
            return (
                "a torch.package archive, which holds Python code",
                "load it with torch.package where you trust it, and save its state dict with torch.save"
            )
        }
        if has("models/model.json") || has("serialized_exported_program.json") || has("archive_format") {
            return (
                "an exported program (.pt2, torch.export) in a form that this version does not know",
                "load it with torch.export.load, and save its state dict with torch.save"
            )
        }
        if has("MAR-INF/MANIFEST.json") {
            return ("a TorchServe archive (.mar)", "unpack it: its manifest names the checkpoint (serializedFile)")
        }
        if has("model.weights.h5") { return ("a Keras model (.keras)", "save its weights with safetensors") }
        if names.contains(where: { $0.begins(with: "data/") || $0.includes("/data/") }),
            names.contains(where: { $0.isExactly("version") || $0.ends(with: "/version") })
        {
            return (
                "a PyTorch archive without data.pkl, which names its tensors", "it is incomplete: download it again"
            )
        }
        return around(archive)
    }

    private func first(endingIn suffixes: [String]) -> String? {
        names.first { name in suffixes.contains { name.lowercasedASCII.ends(with: $0) } }
    }

    /// An archive around checkpoints, or around anything else.
    private func around(_ archive: String) -> (found: String, advice: Advice) {
        let checkpoints = names.filter { name in
            Self.suffixes.contains { name.lowercasedASCII.ends(with: $0) }
                || name.lowercasedASCII.ends(with: ".index.json")
        }
        let listed = (checkpoints.isEmpty ? names : checkpoints).prefix(3).map { "'\($0.printable(atMost: 80))'" }
        let more = (checkpoints.isEmpty ? names : checkpoints).count - listed.count
        let text = listed.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
        guard let first = checkpoints.first else {
            return ("\(archive) without data.pkl and without a checkpoint in it: \(text)", "this is something else")
        }
        return (
            "\(archive) around \(checkpoints.count == 1 ? "a checkpoint" : "checkpoints"): \(text)",
            "take '\(first.printable(atMost: 80))' out of it, and open that"
        )
    }
}
