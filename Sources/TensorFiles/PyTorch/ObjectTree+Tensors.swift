import BBCUPlatform
import TensorBytes
import TensorPickle

// What PyTorch's functions for tensors make of their arguments (`torch/_utils.py`, `torch/_tensor.py`).
extension ObjectTree {
    /// The tensor that a function of PyTorch's would return, or nil for any other function.
    mutating func tensor(from function: String, _ arguments: [PickleValue]) throws(CheckpointError) -> CheckpointNode? {
        switch function {
        case "torch._utils._rebuild_tensor":
            return .tensor(try layout(arguments, dtype: nil))
        case "torch._utils._rebuild_tensor_v2":
            return .tensor(try layout(arguments, dtype: nil, metadata: arguments.dropFirst(6).first))
        case "torch._utils._rebuild_tensor_v3":
            guard arguments.count >= 7, let dtype = graph.globalName(arguments[6]) else {
                throw failure(.tensor, found: "a tensor without its dtype", expected: "a dtype such as torch.float32")
            }
            return .tensor(try layout(arguments, dtype: dtype, metadata: arguments.dropFirst(7).first))
        case "torch._utils._rebuild_qtensor":
            return try quantized(arguments)
        case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
            "torch._utils._rebuild_device_tensor_from_cpu_tensor", "torch._utils._rebuild_device_tensor_from_numpy",
            "torch._utils._rebuild_xla_tensor", "torch.nn.parameter.Parameter":
            guard let data = arguments.first else {
                throw failure(.tensor, found: "a tensor without its values", expected: "a tensor")
            }
            // (data, requires_grad, hooks) and, where it has one, its state.
            let isParameter = function.begins(with: "torch._utils._rebuild_parameter")
            return try adding(isParameter ? Array(arguments.dropFirst(3)) : [], to: try build(data))
        case "torch._utils._rebuild_meta_tensor_no_storage":
            return .tensor(try withoutValues(dtype: arguments.first, shape: arguments[safe: 1], arguments[safe: 2]))
        case "torch._utils._rebuild_wrapper_subclass":
            return .tensor(try withoutValues(dtype: arguments[safe: 1], shape: arguments[safe: 2], arguments[safe: 3]))
        case "torch._utils._rebuild_sparse_tensor", "torch._utils._rebuild_sparse_csr_tensor":
            return try sparse(arguments)
        case "torch.nn.parameter.UninitializedParameter", "torch.nn.parameter.UninitializedBuffer":
            return .tensor(.uninitialized)
        case "torch._utils._rebuild_nested_tensor":
            return compound("nested", nil, ["values", "sizes", "strides", "storage_offsets"], try build(arguments))
        case "torch._tensor._rebuild_from_type_v2", "torch._tensor._rebuild_from_type":
            return try ofClass(function, arguments)
        default: return nil
        }
    }

    /// A tensor of which only the description was saved.
    private func withoutValues(
        dtype: PickleValue?, shape: PickleValue?, _ strides: PickleValue?
    ) throws(CheckpointError) -> TensorLayout {
        guard let dtype = dtype.flatMap({ graph.globalName($0) }), let shape = shape.flatMap(integers),
            let strides = strides.flatMap(integers), strides.count == shape.count, !shape.contains(where: { $0 < 0 })
        else {
            throw failure(.tensor, found: "arguments that make no tensor", expected: "dtype, sizes and strides")
        }
        let type = self.dtype(named: dtype)
        guard let byteCount = type.isKnown ? type.byteCount(ofShape: shape) : 0 else {
            throw failure(.overflow, found: "sizes \(TensorShape.text(shape))", expected: "fewer than 2^63 bytes")
        }
        var layout = TensorLayout(
            dtype: type, shape: shape, strides: strides, storageOffset: 0, storageKey: "", storageByteCount: 0,
            byteCount: byteCount)
        layout.hasValues = false
        return layout
    }

    /// `(layout, (indices, values, sizes, ...))`, or with two kinds of indices where the layout is compressed.
    private mutating func sparse(_ arguments: [PickleValue]) throws(CheckpointError) -> CheckpointNode {
        let names: [String: [String]] = [
            "sparse_coo": ["indices", "values"], "sparse_csr": ["crow_indices", "col_indices", "values"],
            "sparse_bsr": ["crow_indices", "col_indices", "values"],
            "sparse_csc": ["ccol_indices", "row_indices", "values"],
            "sparse_bsc": ["ccol_indices", "row_indices", "values"],
        ]
        guard arguments.count >= 2, let data = graph.tuple(arguments[1]) else {
            throw failure(.tensor, found: "arguments that make no sparse tensor", expected: "a layout and its parts")
        }
        let kind = layoutName(arguments[0]) ?? "without a name"
        guard let parts = names[kind], data.count > parts.count else {
            notes.append(
                "\((place ?? "the tensor").printable(atMost: 200)): the sparse layout \(kind.printable(atMost: 80)) is not "
                    + "known to this version; its parts are listed as they are")
            return compound(kind, nil, [], try build(data))
        }
        guard let shape = integers(data[parts.count]) else {
            return compound(kind, nil, parts + ["size", "is_coalesced"], try build(data))
        }
        let others = try build(Array(data[(parts.count + 1)...]))
        return compound(kind, shape, parts + ["is_coalesced"], try build(Array(data[..<parts.count])) + others)
    }

    /// Parts for which there is no name have their number.
    private func compound(
        _ kind: String, _ shape: [Int]?, _ names: [String], _ parts: [CheckpointNode]
    ) -> CheckpointNode {
        let items = parts.enumerated().map { index, part in
            CheckpointNode.Item(key: .string(names[safe: index] ?? String(index)), value: part)
        }
        return .compound(.init(kind: kind, shape: shape, parts: items))
    }

    /// A layout is a name, or the call of the function that finds it by its name.
    private func layoutName(_ value: PickleValue) -> String? {
        var name = graph.globalName(value)
        if case .object(let function, let arguments, _)? = graph.node(value)?.kind,
            graph.globalName(function) == "torch.serialization._get_layout",
            case .string(let text)? = graph.tuple(arguments)?.first
        {
            name = text
        }
        return name.flatMap { $0.without(prefix: "torch.") }
    }

    /// A quantized tensor. The parameters of a scheme that this version does not know are an attribute.
    private mutating func quantized(_ arguments: [PickleValue]) throws(CheckpointError) -> CheckpointNode {
        var layout = try layout(arguments, dtype: nil)
        let quantizer = arguments[safe: 4]
        let known = try quantization(quantizer)
        layout.quantization = known
        if known != nil { return .tensor(layout) }
        let first = quantizer.flatMap { graph.tuple($0)?.first ?? $0 }
        let scheme = first.flatMap { graph.globalName($0) }?.parts(at: ".", keepsEmpty: false).last
        layout.quantization = .unknown(scheme: scheme ?? "without a name")
        let parameters = try quantizer.map { value throws(CheckpointError) in try build(value, as: "quantizer") }
        return .attributed(
            .init(
                type: "torch.Tensor", layout: layout,
                attributes: [.init(key: .string("quantizer"), value: parameters ?? .none)]))
    }

    /// Source: `_rebuild_qtensor` in `torch/_utils.py`.
    private mutating func quantization(_ value: PickleValue?) throws(CheckpointError) -> Quantization? {
        let parts = value.flatMap { graph.tuple($0) } ?? []
        guard let scheme = parts.first.flatMap({ graph.globalName($0) })?.parts(at: ".", keepsEmpty: false).last else {
            return nil
        }
        switch scheme {
        case "per_tensor_affine", "per_tensor_symmetric":
            guard parts.count == 3, case .float(let scale) = parts[1], case .integer(let zeroPoint) = parts[2] else {
                return nil
            }
            return .perTensor(scheme: scheme, scale: scale, zeroPoint: zeroPoint)
        case "per_channel_affine", "per_channel_symmetric", "per_channel_affine_float_qparams":
            guard parts.count == 4, case .integer(let axis) = parts[3],
                let scales = try channelParameters(parts[1]), let zeroPoints = try channelParameters(parts[2])
            else { return nil }
            return .perChannel(scheme: scheme, axis: axis, scales: scales, zeroPoints: zeroPoints)
        default: return nil
        }
    }

    private mutating func channelParameters(
        _ value: PickleValue
    ) throws(CheckpointError) -> Quantization.ChannelParameters? {
        let node = try build(value)
        if let layout = node.layout { return .tensor(layout) }
        switch node {
        case .list(let elements):
            var numbers: [Double] = []
            for element in elements {
                switch element {
                case .float(let number): numbers.append(number)
                case .integer(let number): numbers.append(Double(number))
                default: return nil
                }
            }
            return .values(numbers)
        default: return nil
        }
    }

    func integers(_ value: PickleValue) -> [Int]? {
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

extension Array {
    /// The element at an index, or nil outside the array.
    subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
