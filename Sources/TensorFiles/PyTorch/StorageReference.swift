import BBCUPlatform
import TensorBytes
import TensorPickle

/// What a persistent identifier says of a storage: `("storage", class, key, location, element count)`, in the stream of
/// pickles followed by nothing or by a view `(key, offset, element count)` of that storage.
///
/// Source: `persistent_id` in `torch/serialization.py`.
struct StorageReference {
    let type: String
    let key: String
    let count: Int
    /// The part of the storage that is meant, in elements.
    let view: (offset: Int, count: Int)?

    init(type: String, key: String, count: Int, view: (offset: Int, count: Int)?) {
        (self.type, self.key, self.count, self.view) = (type, key, count, view)
    }

    init?(_ identifier: PickleValue, in graph: PickleGraph) {
        guard let parts = graph.tuple(identifier), parts.count >= 5, case .string("storage") = parts[0],
            let type = graph.globalName(parts[1]), case .string(let key) = parts[2], case .integer(let count) = parts[4]
        else { return nil }
        self.type = type
        self.key = key
        self.count = count
        guard parts.count > 5, let view = graph.tuple(parts[5]), view.count == 3,
            case .integer(let offset) = view[1], case .integer(let viewCount) = view[2]
        else {
            self.view = nil
            return
        }
        self.view = (offset, viewCount)
    }
}

/// The part of a storage that a tensor may use.
struct StorageWindow {
    let key: String
    /// Bytes of the whole storage.
    let byteCount: Int
    /// Where the part starts in the storage, in elements.
    var firstElement = 0
    /// Bytes of the part.
    let byteLimit: Int
}

extension TensorLayout {
    /// A layout whose last element lies inside its part of a storage.
    ///
    /// - Throws: `tensor`, `overflow` or `beyondStorage`.
    static func checked(
        dtype: DType, shape: [Int], strides: [Int], offset: Int, in window: StorageWindow
    ) throws(CheckpointError) -> TensorLayout {
        guard shape.count == strides.count, offset >= 0, !shape.contains(where: { $0 < 0 }),
            !strides.contains(where: { $0 < 0 })
        else {
            throw CheckpointError(
                .tensor,
                found: "sizes \(TensorShape.text(shape)), strides \(TensorShape.text(strides)) and offset \(offset)",
                expected: "as many strides as sizes, none negative", advice: "the file is damaged")
        }
        guard let byteCount = dtype.byteCount(ofShape: shape), let first = window.firstElement.adding(offset) else {
            throw CheckpointError(
                .overflow, found: "sizes \(TensorShape.text(shape))", expected: "fewer than 2^63 bytes",
                advice: "the file is damaged")
        }
        let layout = TensorLayout(
            dtype: dtype, shape: shape, strides: strides, storageOffset: first, storageKey: window.key,
            storageByteCount: window.byteCount, byteCount: byteCount)
        try layout.check(offset: offset, window)
        return layout
    }

    private func check(offset: Int, _ window: StorageWindow) throws(CheckpointError) {
        guard byteCount > 0 else { return }
        var last: Int? = offset
        for (size, stride) in zip(shape, strides) { last = (size - 1).times(stride).flatMap { last?.adding($0) } }
        var end = last?.adding(1)?.times(dtype.byteCount)
        if dtype.elementsPerByte > 1 {
            guard offset == 0, isContiguous else {
                throw CheckpointError(
                    .tensor, found: "a view of packed \(dtype.rawValue) values", expected: "a whole storage",
                    advice: "write the tensor contiguous")
            }
            end = byteCount
        }
        guard let end else {
            throw CheckpointError(
                .overflow, found: "strides \(TensorShape.text(strides))", expected: "a tensor below 2^63 bytes",
                advice: "the file is damaged")
        }
        guard end <= window.byteLimit else {
            throw CheckpointError(
                .beyondStorage,
                found: "a tensor that reaches to byte \(end) of storage '\(window.key)', which has \(window.byteLimit)",
                expected: "a tensor inside its storage", advice: "the file is damaged, or was not written by PyTorch")
        }
    }
}
