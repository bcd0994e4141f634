import TensorPickle

/// Which versions of PyTorch write files of a certain structure.
///
/// Source: the archives' entries in `torch/serialization.py` and `libtorch_cpu.so` of PyTorch 1.6, 1.8, 1.10, 2.0, 2.1,
/// 2.5, 2.6, 2.7, 2.8, 2.13 and 2.15: `byteorder` and `.data/serialization_id` from 2.1 on, `.format_version` and
/// `.storage_alignment` from 2.7 on. The functions in `torch/_utils.py`: `_rebuild_tensor_v2` from 0.4 on.
enum PyTorchGeneration {
    /// The writer of an archive with the given entries below its folder.
    static func ofArchive(_ contains: (String) -> Bool) -> String {
        if contains(".format_version") { return "PyTorch 2.7 or later" }
        if contains("byteorder") || contains(".data/serialization_id") { return "PyTorch 2.1 to 2.6" }
        return "PyTorch 1.6 to 2.0, or another tool"
    }

    /// The writer of a TorchScript archive, which C++ writes without the newer entries.
    static func ofTorchScript(_ contains: (String) -> Bool) -> String {
        contains(".data/serialization_id") ? "PyTorch 2.1 or later" : "PyTorch 1.4 to 2.0"
    }

    /// The writer of a stream of pickles.
    static func ofStream(_ object: PickleGraph) -> String {
        let names = Set(
            object.nodes.compactMap { node -> String? in
                guard case .global(module: "torch._utils", let name) = node.kind else { return nil }
                return name
            })
        if names.contains("_rebuild_tensor_v3") { return "PyTorch 2, in the format from before 1.6" }
        if names.contains("_rebuild_tensor_v2") {
            return "PyTorch 0.4 to 1.5, or later in the format from before 1.6"
        }
        return names.contains("_rebuild_tensor") ? "PyTorch 0.2 or 0.3" : "PyTorch, in the format from before 1.6"
    }
}
