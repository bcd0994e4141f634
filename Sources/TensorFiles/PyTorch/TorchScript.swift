import BBCUPlatform
import TensorArchives
import TensorBytes

// TorchScript archives: a PyTorch archive with `constants.pkl` and the source of its functions. Modules are objects
// whose attributes are their state; nothing in `code/` is read.
//
// Source: `torch/csrc/jit/serialization/export_module.cpp` and `import.cpp`.
extension PyTorchZip {
    /// What the code calls its constants.
    static let constantsName = "CONSTANTS"

    /// What `torch.jit.trace` keeps of its example inputs.
    private static let inputsName = "traced_inputs"

    var isTorchScript: Bool { archive.entry(prefix + "constants.pkl") != nil }

    /// The checkpoint of a TorchScript archive: the module's attributes, then the constants as `CONSTANTS.c0`, and apart from
    /// them the inputs of a traced module as `traced_inputs.0`.
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
        var storages = TorchScriptStorages(module: tree.storages, prefix: prefix)
        if constants.folder != folder { storages.others.append((constants.folder, constantTree.storages)) }
        for entry in try TensorListing.tensors(in: constantTree, reading) {
            var layout = entry.layout
            if constants.folder != folder { layout.storageKey = constants.folder + layout.storageKey }
            tensors.append(
                TensorEntry(path: [Self.constantsName] + entry.path.map { "c" + $0 }, layout: layout))
        }
        let inputs = tracedInputs(reading, beside: tensors)
        if let inputs {
            storages.others.append((Self.inputsName + "/", inputs.storages))
            tensors += inputs.tensors
        }
        var checkpoint = Checkpoint(
            reading, format: .torchScript, root: tree.root, tensors: tensors, region: region,
            storages: storages.others.isEmpty ? tree.storages : storages)
        checkpoint.apart = inputs.map { [$0.key] } ?? []
        checkpoint.writer = PyTorchGeneration.ofTorchScript { archive.entry(prefix + $0) != nil }
        checkpoint.notes = notes + tree.notes
        checkpoint.codeFolder = prefix
        checkpoint.code = archive.entries.map(\.name).filter {
            $0.begins(with: prefix + "code/") && !$0.ends(with: "/")
        }
        .compactMap { $0.without(prefix: prefix) }
        return checkpoint
    }

    /// The example inputs under a key that no attribute of the module has. Newer versions of PyTorch write their storages
    /// empty; they are then tensors without values. Nil where there are none or they cannot be read: the entries are then
    /// unlisted.
    private func tracedInputs(
        _ reading: Reading, beside tensors: [TensorEntry]
    ) -> (key: String, tensors: [TensorEntry], storages: any StorageSource)? {
        guard archive.entry(prefix + Self.inputsName + ".pkl") != nil else { return nil }
        var source = self
        source.folder = Self.inputsName + "/"
        var lenient = reading
        lenient.isSalvaging = true
        let tree: ObjectTree.Result
        var found: [TensorEntry]
        do throws(CheckpointError) {
            tree = try source.tree(Self.inputsName + ".pkl", lenient)
            found = try TensorListing.tensors(in: tree, reading)
        } catch { return nil }
        var key = Self.inputsName
        while tensors.contains(where: { $0.path.first?.isExactly(key) ?? false }) { key += "_" }
        for (index, entry) in found.enumerated() {
            var layout = entry.layout
            let available = tree.storages.byteCount(of: layout.storageKey) ?? 0
            layout.hasValues = layout.hasValues && available >= layout.storageByteCount
            layout.storageKey = source.folder + layout.storageKey
            found[index] = TensorEntry(path: [key] + entry.path, layout: layout)
        }
        return (key, found, tree.storages)
    }
}

/// The storages of a module, and those of its constants and inputs, whose keys start with their folder.
private struct TorchScriptStorages: StorageSource {
    let module: any StorageSource
    /// What stands before the folders in the archive.
    let prefix: String
    var others: [(folder: String, source: any StorageSource)] = []

    private func source(_ key: String) -> (source: any StorageSource, key: String) {
        for (folder, source) in others { if let own = key.without(prefix: folder) { return (source, own) } }
        return (module, key)
    }

    func byteCount(of key: String) -> Int? {
        let (source, key) = source(key)
        return source.byteCount(of: key)
    }

    func bytes(of key: String) throws(CheckpointError) -> ByteRegion {
        let (source, key) = source(key)
        return try source.bytes(of: key)
    }

    func isBigEndian(_ key: String) -> Bool {
        let (source, key) = source(key)
        return source.isBigEndian(key)
    }

    var places: [StoragePlace] {
        module.places.filter { place in
            !others.contains { place.entry?.begins(with: prefix + $0.folder) ?? false }
        }
            + others.flatMap { folder, source in
                source.places.compactMap { place in
                    place.key.map { .init(key: folder + $0, entry: place.entry, byteCount: place.byteCount) }
                }
            }
    }

    func bytes(of place: StoragePlace) throws(CheckpointError) -> ByteRegion {
        if let key = place.key { return try bytes(of: key) }
        return try module.bytes(of: place)
    }
}
