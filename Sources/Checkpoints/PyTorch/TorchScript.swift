import Bytes
import Containers

// TorchScript archives: a PyTorch archive with `constants.pkl` and the source of its functions. Modules are objects
// whose attributes are their state; nothing in `code/` is read.
//
// Source: `torch/csrc/jit/serialization/export_module.cpp` and `import.cpp`.
extension PyTorchZip {
    /// What the code calls its constants.
    static let constantsName = "CONSTANTS"

    var isTorchScript: Bool { archive.entry(prefix + "constants.pkl") != nil }

    /// The checkpoint of a TorchScript archive: the module's attributes, then the constants as `CONSTANTS.c0`.
    func torchScript(
        _ tree: ObjectTree.Result, _ region: ByteRegion, _ reading: Reading
    ) throws(CheckpointError) -> Checkpoint {
        var tensors = try TensorListing.tensors(in: tree, reading)
        // Older versions keep the constants' storages in a folder of their own, newer ones among the others.
        var constants = self
        if archive.entries.contains(where: { $0.name.begins(with: prefix + "constants/") }) {
            constants.folder = "constants/"
        }
        let constantTree = try constants.tree("constants.pkl", reading)
        var storages: any StorageSource = tree.storages
        if constants.folder != folder {
            storages = TorchScriptStorages(
                module: tree.storages, constants: constantTree.storages, folder: prefix + constants.folder)
        }
        for entry in try TensorListing.tensors(in: constantTree, reading) {
            var layout = entry.layout
            if constants.folder != folder { layout.storageKey = constants.folder + layout.storageKey }
            tensors.append(
                TensorEntry(path: [Self.constantsName] + entry.path.map { "c" + $0 }, layout: layout))
        }
        var checkpoint = Checkpoint(
            reading, format: .torchScript, root: tree.root, tensors: tensors, region: region, storages: storages)
        checkpoint.writer = PyTorchGeneration.ofTorchScript { archive.entry(prefix + $0) != nil }
        checkpoint.notes = notes + tree.notes
        checkpoint.codeFolder = prefix
        checkpoint.code = archive.entries.map(\.name).filter {
            $0.begins(with: prefix + "code/") && !$0.ends(with: "/")
        }
        .compactMap { $0.without(prefix: prefix) }
        return checkpoint
    }
}

/// The storages of a module and of its constants, whose keys start with their folder.
private struct TorchScriptStorages: StorageSource {
    let module: any StorageSource
    let constants: any StorageSource
    /// Where the constants' storages lie in the archive.
    let folder: String

    private func constant(_ key: String) -> String? {
        key.without(prefix: "constants/")
    }

    func byteCount(of key: String) -> Int? {
        constant(key).map { constants.byteCount(of: $0) } ?? module.byteCount(of: key)
    }

    func bytes(of key: String) throws(CheckpointError) -> ByteRegion {
        if let key = constant(key) { return try constants.bytes(of: key) }
        return try module.bytes(of: key)
    }

    func isBigEndian(_ key: String) -> Bool {
        constant(key).map { constants.isBigEndian($0) } ?? module.isBigEndian(key)
    }

    var places: [StoragePlace] {
        module.places.filter { !($0.entry?.begins(with: folder) ?? false) }
            + constants.places.compactMap { place in
                place.key.map { .init(key: "constants/" + $0, entry: place.entry, byteCount: place.byteCount) }
            }
    }

    func bytes(of place: StoragePlace) throws(CheckpointError) -> ByteRegion {
        if let key = place.key { return try bytes(of: key) }
        return try module.bytes(of: place)
    }
}
