import BBCUPlatform
import TensorBytes
import TensorPickle

/// A tree of values as PyTorch's pickle of it: dictionaries, lists and numbers as they are, a tensor as a call of
/// `_rebuild_tensor_v2` on a storage that lies beside the pickle.
struct TreePickle {
    var pickle = PickleWriter()
    /// The storages in the order of their keys, for a tree that is another checkpoint's.
    private(set) var storages: [StorageCopy] = []
    private var keys: [StorageCopy: Int] = [:]
    private let file: String
    private let checkpoint: Checkpoint?

    /// Deeper than any checkpoint that can be read.
    private static let deepest = 1000

    /// Whether the attributes of tensors are left out even if they are tensors themselves.
    private let dropsAttributes: Bool

    init(file: String, checkpoint: Checkpoint? = nil, dropsAttributes: Bool = false) {
        self.file = file
        self.checkpoint = checkpoint
        self.dropsAttributes = dropsAttributes
    }

    mutating func beginOrderedDictionary() {
        pickle.global("collections", "OrderedDict")
        pickle.append(.emptyTuple)
        pickle.append(.reduce)
        pickle.append(.mark)
    }

    mutating func beginDictionary(around key: String) {
        pickle.append(.emptyDict)
        pickle.append(.mark)
        pickle.string(key)
    }

    mutating func endDictionary() { pickle.append(.setItems) }

    /// A contiguous tensor that fills a storage.
    mutating func tensor(
        _ description: TensorDescription, storage: String, place: String
    ) throws(CheckpointError) {
        guard let count = description.elementCount, let strides = TensorShape.contiguousStrides(description.shape)
        else {
            throw failure(.overflow, [place], "a tensor larger than 64 bits can count")
        }
        try tensor(
            description.dtype, description.shape, strides, offset: 0, storage: storage, elements: count,
            place: [place])
    }

    private mutating func tensor(
        _ dtype: DType, _ shape: [Int], _ strides: [Int], offset: Int, storage: String, elements: Int, place: [String]
    ) throws(CheckpointError) {
        if dtype == .float4E2M1FN {
            return try packedPairs(shape, strides, offset: offset, storage: storage, place: place)
        }
        let storageClass = StorageClass.name(of: dtype)
        guard storageClass != nil || dtype.hasName, dtype.elementsPerByte == 1 else {
            throw failure(.dtype, place, "the dtype \(dtype.rawValue), which PyTorch's plain tensors lack")
        }
        pickle.global("torch._utils", storageClass == nil ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2")
        pickle.tuple { pickle in
            pickle.tuple { pickle in
                pickle.string("storage")
                pickle.global(storageClass == nil ? "torch.storage" : "torch", storageClass ?? "UntypedStorage")
                pickle.string(storage)
                pickle.string("cpu")
                pickle.integer(storageClass == nil ? elements * dtype.byteCount : elements)
            }
            pickle.append(.binPersId)
            pickle.integer(offset)
            pickle.tuple { pickle in for size in shape { pickle.integer(size) } }
            pickle.tuple { pickle in for stride in strides { pickle.integer(stride) } }
            pickle.bool(false)
            pickle.global("collections", "OrderedDict")
            pickle.append(.emptyTuple)
            pickle.append(.reduce)
            if storageClass == nil { pickle.global("torch", dtype.rawValue) }
        }
        pickle.append(.reduce)
    }

    /// 4-bit numbers as PyTorch has them, two of the last axis to an element.
    private mutating func packedPairs(
        _ shape: [Int], _ strides: [Int], offset: Int, storage: String, place: [String]
    ) throws(CheckpointError) {
        guard let last = shape.last, last % 2 == 0, offset == 0, strides == TensorShape.contiguousStrides(shape),
            let packed = TensorShape.contiguousStrides(shape.dropLast() + [last / 2]),
            let count = TensorShape.elementCount(shape)
        else {
            throw failure(.dtype, place, "an odd number of 4-bit numbers, which PyTorch's pairs cannot hold")
        }
        try tensor(
            .float4E2M1FNX2, shape.dropLast() + [last / 2], packed, offset: 0, storage: storage, elements: count / 2,
            place: place)
    }

    /// A node of a checkpoint's tree.
    mutating func node(_ node: CheckpointNode, at path: [String]) throws(CheckpointError) {
        guard path.count < Self.deepest else { throw failure(.limit, path, "values nested deeper than that") }
        if let obstacle = Self.obstacle(node) { throw failure(.tensor, path, obstacle) }
        switch node {
        case .none: pickle.append(.none)
        case .bool(let value): pickle.bool(value)
        case .integer(let value): pickle.integer(value)
        case .float(let value): pickle.float(value)
        case .string(let text):
            guard FileName.isUTF8(text) || checkpoint?.format == .safetensors else {
                throw failure(.tensor, path, "a text that is no UTF-8, such as half of a surrogate pair")
            }
            pickle.string(text)
        case .bigInteger(let digits):
            guard pickle.integer(digits: digits) else { throw failure(.limit, path, "an integer of so many digits") }
        case .complex(let real, let imaginary): complex(real, imaginary)
        case .list(let values): try list(values, at: path)
        case .tuple(let values):
            pickle.append(.mark)
            for (index, value) in values.enumerated() { try self.node(value, at: path + [String(index)]) }
            pickle.append(.tuple)
        case .set(let values):
            pickle.global("__builtin__", "set")
            pickle.append(.mark)
            try list(values, at: path)
            pickle.append(.tuple)
            pickle.append(.reduce)
        case .dictionary(let items):
            // An OrderedDict, which is what a state dict is, and a dict to everybody else.
            beginOrderedDictionary()
            for item in items {
                try self.node(item.key, at: path + [item.name])
                try self.node(item.value, at: path + [item.name])
            }
            endDictionary()
        case .tensor(let layout): try stored(layout, at: path)
        case .attributed(let tensor):
            guard dropsAttributes || !tensor.attributes.contains(where: \.value.holdsTensors) else {
                throw failure(.tensor, path, "a tensor with attributes that are tensors", advice: .droppingAttributes)
            }
            try stored(tensor.layout, at: path)
        case .symbol(let name):
            guard let (module, behind) = name.cut(atLast: ".") else {
                throw failure(.tensor, path, "the name '\(name)'")
            }
            pickle.global(module, behind)
        case .bytes, .compound, .storage, .object, .cycle: break
        }
    }

    /// Why a node cannot be written, whatever is in it; nil for others.
    private static func obstacle(_ node: CheckpointNode) -> String? {
        switch node {
        case .bytes: "bytes, of which only the number is known"
        case .compound(let compound): "a tensor of layout '\(compound.kind)'"
        case .storage: "a storage without a tensor"
        case .object(let object): "an object of the class '\(object.type)'"
        case .cycle: "an object that contains itself"
        default: nil
        }
    }

    private mutating func complex(_ real: Double, _ imaginary: Double) {
        pickle.global("__builtin__", "complex")
        pickle.tuple { pickle in
            pickle.float(real)
            pickle.float(imaginary)
        }
        pickle.append(.reduce)
    }

    private mutating func list(_ values: [CheckpointNode], at path: [String]) throws(CheckpointError) {
        pickle.append(.emptyList)
        pickle.append(.mark)
        for (index, value) in values.enumerated() { try node(value, at: path + [String(index)]) }
        pickle.append(.appends)
    }

    private mutating func stored(_ layout: TensorLayout, at path: [String]) throws(CheckpointError) {
        guard let checkpoint, layout.hasValues, layout.quantization == nil else {
            throw failure(.tensor, path, layout.hasValues ? "a quantized tensor" : "a tensor without values")
        }
        let copy = checkpoint.storageCopy(of: layout)
        let key = keys[copy] ?? storages.count
        if keys[copy] == nil {
            keys[copy] = key
            storages.append(copy)
        }
        let size = layout.dtype.byteCount
        switch copy {
        case .whole:
            try tensor(
                layout.dtype, layout.shape, layout.strides, offset: layout.storageOffset, storage: String(key),
                elements: layout.storageByteCount / size, place: path)
        case .values:
            try tensor(
                TensorDescription(dtype: layout.dtype, shape: layout.shape), storage: String(key),
                place: path.joined(separator: "."))
        }
    }

    private func failure(
        _ code: CheckpointCode, _ path: [String], _ found: String,
        advice: Advice = .writingAPart
    ) -> CheckpointError {
        CheckpointError(
            code, place: path.joined(separator: "."), found: found, expected: "what a plain PyTorch file can hold",
            advice: advice)
    }
}

/// What is written for a tensor of a checkpoint.
enum StorageCopy: Hashable {
    /// The storage as it lies in the file, which several tensors of one dtype may share.
    case whole(key: ExactName, DType)
    /// The tensor's values alone, in order: for a storage whose bytes mean something else as they lie.
    case values(TensorLayout)
}

extension Checkpoint {
    func storageCopy(of layout: TensorLayout) -> StorageCopy {
        let isPlain =
            (!storages.isBigEndian(layout.storageKey) || !layout.dtype.isKnown) && layout.pending.isEmpty
            && layout.storageByteCount % layout.dtype.byteCount == 0
        return isPlain ? .whole(key: ExactName(layout.storageKey), layout.dtype) : .values(layout)
    }

    func bytes(of copy: StorageCopy) throws(CheckpointError) -> [UInt8] {
        switch copy {
        case .whole(let key, _):
            do throws(CheckpointError) { return try storages.bytes(of: key.text).bytes } catch {
                throw error.inFile(file)
            }
        case .values(let layout): return try tensor(TensorEntry(path: [], layout: layout)).bytes
        }
    }
}

extension DType {
    /// Whether `torch` has an attribute of the type's name and plain tensors of it.
    fileprivate var hasName: Bool {
        switch self {
        case .qint8, .quint8, .qint32, .quint4x2, .quint2x4, .float4E2M1FN: false
        // A storage class of its own is no dtype.
        case .other(let type): type.origin == .torch && !type.name.ends(with: "Storage")
        default: true
        }
    }
}
