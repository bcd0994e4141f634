import Bytes
import Pickle
import Tensors

// Tensors, checked against their storages.
extension ObjectTree {
    /// What a persistent identifier says of a storage: `("storage", class, key, location, element count)`.
    struct StorageReference {
        let type: String
        let key: String
        let count: Int
    }

    func storageReference(_ identifier: PickleValue) -> StorageReference? {
        guard let parts = graph.tuple(identifier), parts.count >= 5, case .string("storage") = parts[0],
            let type = graph.globalName(parts[1]), case .string(let key) = parts[2], case .integer(let count) = parts[4]
        else { return nil }
        return StorageReference(type: type, key: key, count: count)
    }

    /// The layout that `(storage, offset, size, stride, ...)` describes.
    func layout(
        _ arguments: [PickleValue], dtype dtypeName: String?, metadata: PickleValue? = nil
    ) throws(CheckpointError) -> TensorLayout {
        guard arguments.count >= 4, case .persistent(let identifier)? = graph.node(arguments[0])?.kind,
            let storage = storageReference(identifier), case .integer(let offset) = arguments[1],
            let shape = integers(arguments[2]), let strides = integers(arguments[3])
        else {
            throw failure(
                .tensor, found: "arguments that make no tensor", expected: "a storage, its offset, sizes and strides")
        }
        guard shape.count == strides.count, offset >= 0, !shape.contains(where: { $0 < 0 }),
            !strides.contains(where: { $0 < 0 })
        else {
            throw failure(
                .tensor, found: "sizes \(Shape.text(shape)), strides \(Shape.text(strides)) and offset \(offset)",
                expected: "as many strides as sizes, none negative")
        }
        let dtype = try dtype(storage, dtypeName)
        let storageBytes = try storageByteCount(storage)
        guard let byteCount = Shape.elementCount(shape)?.times(dtype.byteCount) else {
            throw failure(.overflow, found: "sizes \(Shape.text(shape))", expected: "fewer than 2^63 bytes")
        }
        try check(shape, strides, offset, dtype, storage.key, storageBytes, isEmpty: byteCount == 0)
        return TensorLayout(
            dtype: dtype, shape: shape, strides: strides, storageOffset: offset, storageKey: storage.key,
            storageByteCount: storageBytes, byteCount: byteCount, pending: pending(metadata))
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

    private func dtype(_ storage: StorageReference, _ name: String?) throws(CheckpointError) -> DType {
        if let name {
            guard name.hasPrefix("torch."), let dtype = DType(rawValue: String(name.dropFirst("torch.".count))) else {
                throw failure(.dtype, found: "the dtype '\(name)'", expected: "one of PyTorch's")
            }
            return dtype
        }
        guard let dtype = StorageClass.dtype(of: storage.type)?.flatMap({ $0 }) else {
            throw failure(
                .dtype, found: "the storage class '\(storage.type)'", expected: "one that names an element type")
        }
        return dtype
    }

    /// Bytes of a storage as the checkpoint counts them, no more than the file holds.
    private func storageByteCount(_ storage: StorageReference) throws(CheckpointError) -> Int {
        guard let available = storages.byteCount(of: storage.key) else {
            throw failure(
                .missingStorage, found: "no storage '\(storage.key)' in the file", expected: "the tensor's values")
        }
        guard let dtype = StorageClass.dtype(of: storage.type) else {
            throw failure(.dtype, found: "the storage class '\(storage.type)'", expected: "one of PyTorch's")
        }
        let size = dtype?.byteCount ?? 1
        guard storage.count >= 0, let declared = storage.count.times(size) else {
            throw failure(
                .overflow, found: "a storage of \(storage.count) elements", expected: "a count from 0 to 2^63 bytes")
        }
        guard declared <= available else {
            throw failure(
                .storageSize, found: "\(available) bytes in storage '\(storage.key)'", expected: "\(declared)")
        }
        return declared
    }

    /// The last element has to lie inside the storage.
    private func check(
        _ shape: [Int], _ strides: [Int], _ offset: Int, _ dtype: DType, _ key: String, _ storageBytes: Int,
        isEmpty: Bool
    ) throws(CheckpointError) {
        guard !isEmpty else { return }
        var last: Int? = offset
        for (size, stride) in zip(shape, strides) { last = (size - 1).times(stride).flatMap { last?.adding($0) } }
        guard let end = last?.adding(1)?.times(dtype.byteCount) else {
            throw failure(.overflow, found: "strides \(Shape.text(strides))", expected: "a tensor below 2^63 bytes")
        }
        guard end <= storageBytes else {
            throw failure(
                .beyondStorage,
                found: "a tensor that reaches to byte \(end) of storage '\(key)', which has \(storageBytes)",
                expected: "a tensor inside its storage")
        }
    }

    private func integers(_ value: PickleValue) -> [Int]? {
        var elements = graph.tuple(value)
        if elements == nil, case .object(let constructor, let arguments, _)? = graph.node(value)?.kind,
            graph.globalName(constructor) == "torch.Size"
        {
            elements = graph.tuple(arguments)?.first.flatMap { graph.tuple($0) }
        }
        guard let elements else { return nil }
        var integers: [Int] = []
        for case .integer(let integer) in elements { integers.append(integer) }
        return integers.count == elements.count ? integers : nil
    }
}
