import BBCUPlatform
import TensorBytes
import TensorPickle

// How a tensor lies in its storage, checked.
extension ObjectTree {
    /// The layout that `(storage, offset, size, stride, ...)` describes.
    ///
    /// Of a dtype that this version does not know, the layout is that of all bytes of the storage.
    mutating func layout(
        _ arguments: [PickleValue], dtype dtypeName: String?, metadata: PickleValue? = nil
    ) throws(CheckpointError) -> TensorLayout {
        guard arguments.count >= 4, let storage = try storageReference(arguments[0]),
            case .integer(let offset) = arguments[1],
            let shape = integers(arguments[2]), let strides = integers(arguments[3])
        else {
            throw failure(
                .tensor, found: "arguments that make no tensor", expected: "a storage, its offset, sizes and strides")
        }
        let dtype = try dtype(storage, dtypeName)
        let window = try window(storage)
        if case .other(let type) = dtype {
            guard offset >= 0, shape.count == strides.count, (shape + strides).allSatisfy({ $0 >= 0 }) else {
                throw failure(
                    .tensor,
                    found:
                        "sizes \(TensorShape.text(shape)), strides \(TensorShape.text(strides)) and offset \(offset)",
                    expected: "as many strides as sizes, none negative")
            }
            return .uninterpreted(
                type, shape: shape, strides: strides, offset: offset, key: window.key, byteCount: window.byteCount)
        }
        do throws(CheckpointError) {
            var layout = try TensorLayout.checked(
                dtype: dtype, shape: shape, strides: strides, offset: offset, in: window)
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

    /// The element type of a name such as `torch.float32`.
    func dtype(named name: String) -> DType {
        let name = name.without(prefix: "torch.") ?? name
        return DType(rawValue: name) ?? .other(OtherDType(name, .torch))
    }

    private func dtype(_ storage: StorageReference, _ name: String?) throws(CheckpointError) -> DType {
        if let name { return dtype(named: name) }
        switch StorageClass.dtype(of: storage.type) {
        case .some(.some(let dtype)): return dtype
        case .some(nil):
            throw failure(
                .dtype, found: "the storage class '\(storage.type)'", expected: "one that names an element type")
        case nil:
            return .other(OtherDType(storage.type.without(prefix: "torch.") ?? storage.type, .torch))
        }
    }

    /// Bytes of a storage, of the file or inside the pickle.
    private func available(_ storage: StorageReference) -> Int? {
        inside.byteCount(of: storage.key) ?? storages.byteCount(of: storage.key)
    }

    /// The part of a storage that a reference means, no more than the file holds.
    private func window(_ storage: StorageReference) throws(CheckpointError) -> StorageWindow {
        guard let type = StorageClass.dtype(of: storage.type) else {
            // Only the file knows how large the elements of an unknown class are.
            guard let available = available(storage) ?? (reading.isSalvaging ? 0 : nil) else {
                throw failure(
                    .missingStorage, found: "no storage '\(storage.key)' in the file", expected: "the tensor's values")
            }
            return StorageWindow(key: storage.key, byteCount: available, byteLimit: available)
        }
        let size = type?.byteCount ?? 1
        guard storage.count >= 0, let declared = storage.count.times(size) else {
            throw failure(
                .overflow, found: "a storage of \(storage.count.counted("element"))",
                expected: "a count from 0 to 2^63 bytes")
        }
        guard let available = available(storage) ?? (reading.isSalvaging ? declared : nil) else {
            throw failure(
                .missingStorage, found: "no storage '\(storage.key)' in the file", expected: "the tensor's values")
        }
        guard declared <= available || reading.isSalvaging else {
            throw failure(
                .storageSize, found: "\(available.counted("byte")) in storage '\(storage.key)'", expected: "\(declared)"
            )
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
