import Bytes
import Pickle
import Tensors

// How a tensor lies in its storage, checked.
extension ObjectTree {
    /// The layout that `(storage, offset, size, stride, ...)` describes.
    func layout(
        _ arguments: [PickleValue], dtype dtypeName: String?, metadata: PickleValue? = nil
    ) throws(CheckpointError) -> TensorLayout {
        guard arguments.count >= 4, case .persistent(let identifier)? = graph.node(arguments[0])?.kind,
            let storage = StorageReference(identifier, in: graph), case .integer(let offset) = arguments[1],
            let shape = integers(arguments[2]), let strides = integers(arguments[3])
        else {
            throw failure(
                .tensor, found: "arguments that make no tensor", expected: "a storage, its offset, sizes and strides")
        }
        let dtype = try dtype(storage, dtypeName)
        do throws(CheckpointError) {
            var layout = try TensorLayout.checked(
                dtype: dtype, shape: shape, strides: strides, offset: offset, in: try window(storage))
            layout.pending = pending(metadata)
            return layout
        } catch {
            throw error.recoded(error.code, place: place)
        }
    }

    /// What `torch._utils.get_tensor_metadata` wrote: `{"conj": True, "neg": True}` or less.
    private func pending(_ metadata: PickleValue?) -> TensorLayout.Pending {
        var pending: TensorLayout.Pending = []
        for item in metadata.flatMap({ graph.node($0) })?.items ?? [] {
            guard case .string(let key) = item.key, case .bool(true) = item.value else { continue }
            if key == "conj" { pending.insert(.conjugation) }
            if key == "neg" { pending.insert(.negation) }
        }
        return pending
    }

    func dtype(named name: String) throws(CheckpointError) -> DType {
        guard let plain = name.without(prefix: "torch."), let dtype = DType(rawValue: plain) else {
            throw failure(.dtype, found: "the dtype '\(name)'", expected: "one of PyTorch's")
        }
        return dtype
    }

    private func dtype(_ storage: StorageReference, _ name: String?) throws(CheckpointError) -> DType {
        if let name { return try dtype(named: name) }
        guard let dtype = StorageClass.dtype(of: storage.type)?.flatMap({ $0 }) else {
            throw failure(
                .dtype, found: "the storage class '\(storage.type)'", expected: "one that names an element type")
        }
        return dtype
    }

    /// The part of a storage that a reference means, no more than the file holds.
    private func window(_ storage: StorageReference) throws(CheckpointError) -> StorageWindow {
        guard let type = StorageClass.dtype(of: storage.type) else {
            throw failure(.dtype, found: "the storage class '\(storage.type)'", expected: "one of PyTorch's")
        }
        let size = type?.byteCount ?? 1
        guard storage.count >= 0, let declared = storage.count.times(size) else {
            throw failure(
                .overflow, found: "a storage of \(storage.count) elements", expected: "a count from 0 to 2^63 bytes")
        }
        guard let available = storages.byteCount(of: storage.key) ?? (reading.isSalvaging ? declared : nil) else {
            throw failure(
                .missingStorage, found: "no storage '\(storage.key)' in the file", expected: "the tensor's values")
        }
        guard declared <= available || reading.isSalvaging else {
            throw failure(
                .storageSize, found: "\(available) bytes in storage '\(storage.key)'", expected: "\(declared)")
        }
        guard let view = storage.view else {
            return StorageWindow(key: storage.key, byteCount: declared, byteLimit: declared)
        }
        guard view.offset >= 0, view.count >= 0, let end = view.offset.adding(view.count), end <= storage.count else {
            throw failure(
                .beyondStorage, found: "a view of elements \(view.offset) on, \(view.count) of them",
                expected: "a part of the storage's \(storage.count)")
        }
        return StorageWindow(
            key: storage.key, byteCount: declared, firstElement: view.offset, byteLimit: view.count * size)
    }
}
