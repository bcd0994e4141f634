import BBCUPlatform
import TensorBytes
import TensorPickle

// NumPy's arrays and scalars within a pickle (`__reduce__` in `numpy/_core/src/multiarray/methods.c` and
// `scalartypes.c.src`). NumPy 2 moved them from `numpy.core` to `numpy._core`.
extension ObjectTree {
    /// What a function of NumPy's would return, or nil for any other function.
    mutating func numPy(
        _ node: PickleNode, _ name: String, _ arguments: [PickleValue]
    ) throws(CheckpointError) -> CheckpointNode? {
        let parts = name.parts(at: ".", keepsEmpty: false)
        guard parts.first == "numpy", parts.count >= 2 else { return nil }
        switch name.without(prefix: "numpy._core.").map({ "numpy.core." + $0 }) ?? name {
        case "numpy.core.multiarray._reconstruct":
            // The state is (version, shape, dtype, whether in Fortran's order, values), once without the version.
            guard let state = node.states.last.flatMap({ graph.tuple($0) }), state.count >= 4 else { return nil }
            let last = Array(state.suffix(4))
            guard let shape = integers(last[0]), case .bool(let isFortran) = last[2] else { return nil }
            return try array(dtype: last[1], shape: shape, isFortran: isFortran, values: last[3])
        case "numpy.core.numeric._frombuffer":
            guard arguments.count == 4, let shape = integers(arguments[2]), case .string(let order) = arguments[3]
            else { return nil }
            return try array(dtype: arguments[1], shape: shape, isFortran: order == "F", values: arguments[0])
        case "numpy.core.multiarray.scalar":
            guard arguments.count == 2 else { return nil }
            return try scalar(dtype: arguments[0], value: arguments[1])
        default: return nil
        }
    }

    private mutating func array(
        dtype: PickleValue, shape: [Int], isFortran: Bool, values: PickleValue
    ) throws(CheckpointError) -> CheckpointNode {
        let descriptor = descriptor(dtype) ?? "?"
        if let elements = list(values) {
            return .object(
                .init(
                    type: "numpy.ndarray of \(descriptor)", arguments: [.tuple(shape.map { .integer($0) })],
                    elements: try build(elements), items: []))
        }
        guard let region = try bytes(values) else {
            throw failure(.tensor, found: "a NumPy array without values", expected: "its bytes")
        }
        let key = keyPrefix + "pickle/\(inside.regions.count)"
        guard let element = NPYHeader.element(descriptor) else {
            inside.regions[key] = region
            let strides = isFortran ? TensorShape.fortranStrides(shape) : TensorShape.contiguousStrides(shape)
            return .tensor(
                TensorLayout.uninterpreted(
                    OtherDType(descriptor, .numpy), shape: shape, strides: strides ?? [], key: key,
                    byteCount: region.count))
        }
        guard let strides = isFortran ? TensorShape.fortranStrides(shape) : TensorShape.contiguousStrides(shape),
            let byteCount = element.dtype.byteCount(ofShape: shape), byteCount == region.count
        else {
            throw failure(
                .tensor, found: "\(region.count.counted("byte")) for a NumPy array of shape \(TensorShape.text(shape))",
                expected: "as many as its values take")
        }
        inside.regions[key] = region
        if element.isBigEndian { inside.bigEndian.insert(ExactName(key)) }
        return .tensor(
            TensorLayout(
                dtype: element.dtype, shape: shape, strides: strides, storageOffset: 0, storageKey: key,
                storageByteCount: region.count, byteCount: byteCount))
    }

    private mutating func scalar(dtype: PickleValue, value: PickleValue) throws(CheckpointError) -> CheckpointNode? {
        guard let (dtype, isBigEndian) = descriptor(dtype).flatMap({ NPYHeader.element($0) }),
            let region = try bytes(value), region.count == dtype.byteCount
        else { return nil }
        var bytes = region.bytes
        if isBigEndian { Checkpoint.swap(&bytes, unit: dtype.swapUnit) }
        if dtype.isComplex {
            let part: DType = dtype == .complex64 ? .float32 : .float64
            let parts = Tensor(dtype: part, shape: [2], bytes: bytes)?.doubles() ?? []
            return parts.count == 2 ? .complex(real: parts[0], imaginary: parts[1]) : nil
        }
        guard let number = Tensor(dtype: dtype, shape: [], bytes: bytes)?.doubles()?.first else { return nil }
        if dtype == .bool { return .bool(number != 0) }
        if dtype.isFloatingPoint { return .float(number) }
        return PickleText.integer(twosComplement: dtype.isUnsigned ? bytes + [0] : bytes).checkpointNode
    }

    /// A dtype as NumPy writes it in files: `<f4`. The object is `dtype("f4", False, True)` and its state
    /// `(3, "<", ...)`.
    private func descriptor(_ value: PickleValue) -> String? {
        guard let node = graph.node(value), case .object(let constructor, let arguments, _) = node.kind,
            graph.globalName(constructor) == "numpy.dtype", case .string(let code)? = graph.tuple(arguments)?.first
        else { return nil }
        guard let state = node.states.last.flatMap({ graph.tuple($0) }), state.count >= 2,
            case .string(let order) = state[1]
        else { return "|" + code }
        return order + code
    }

    /// Bytes as they are, or as protocol 2 writes them: a text of which each character is a byte of Latin-1.
    mutating func bytes(_ value: PickleValue) throws(CheckpointError) -> ByteRegion? {
        switch value {
        case .bytes(let region): return region
        // A string of Python 2 that happens to be UTF-8.
        case .string(let text): return try region(Array(text.utf8))
        default: break
        }
        switch graph.node(value)?.kind {
        case .byteArray(let region): return region
        case .object(let function, let arguments, _):
            let name = graph.globalName(function)
            // Protocol 2 has no bytes: an empty run of them is the call of their class.
            if name == "__builtin__.bytes" || name == "builtins.bytes", graph.tuple(arguments)?.isEmpty == true {
                return ByteRegion([])
            }
            guard name == "_codecs.encode", case .string(let text)? = graph.tuple(arguments)?.first else { return nil }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(text.utf8.count)
            for scalar in text.unicodeScalars {
                guard let byte = UInt8(exactly: scalar.value) else { return nil }
                bytes.append(byte)
            }
            return try region(bytes)
        default: return nil
        }
    }

    private mutating func region(_ bytes: [UInt8]) throws(CheckpointError) -> ByteRegion {
        try spendText(bytes.count)
        return ByteRegion(bytes)
    }

    /// Counts bytes that are made of the pickle's text or read once more.
    mutating func spendText(_ count: Int) throws(CheckpointError) {
        textBudget -= count
        guard textBudget >= 0 else { throw tooMuchText }
    }
}

extension PickleValue {
    /// An integer as a node of the tree.
    fileprivate var checkpointNode: CheckpointNode? {
        switch self {
        case .integer(let value): .integer(value)
        case .bigInteger(let text): .bigInteger(text)
        default: nil
        }
    }
}
