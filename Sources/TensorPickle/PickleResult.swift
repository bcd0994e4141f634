import BBCUPlatform

/// What is known of the value that a call returns, by the name of what is called.
///
/// An unpickler can go on with that value: give it a state, put items into it, call it. So it matters whether the value
/// is new (a change of it reaches nothing else) or something that existed before, such as a class handed back.
/// Sources: `torch/jit/_pickle.py` (functions that return their argument), `_rebuild_from_type_v2` in `torch/_tensor.py`
/// (calls its first argument and changes what that returns), `copyreg._reconstructor` of Python, and `scalar` in NumPy's
/// `multiarraymodule.c`, which returns its second argument where the type is that of objects.
enum PickleResult: Sendable {
    /// A new object of the class, or of a class that the function always makes.
    case instance
    /// A new object of the class that is the first argument.
    case instanceOfArgument
    /// The argument at an index itself.
    case argument(Int)
    /// An equal value of the first argument if that is plain data; else a new object.
    case copy
    /// The number that the first argument is; an unknown number if that is a text.
    case number
    /// What its first argument returns when it is called with the third; the fourth becomes its state.
    case callOfArgument
    /// Anything.
    case unknown

    /// What a name returns when it is called. Classes are written with a capital, or are in the table.
    static func of(_ target: PickleReference.Target) -> PickleResult {
        guard case .named(let module, let name) = target else { return .unknown }
        if let result = table[module + "\n" + name] { return result }
        // A dotted name may be a method, which returns what it likes.
        guard !name.utf8.contains(0x2E), let first = name.utf8.first(where: { $0 != 0x5F }) else { return .unknown }
        return (0x41...0x5A).contains(first) ? .instance : .unknown
    }

    private static let table: [String: PickleResult] = {
        var table: [String: PickleResult] = [:]
        for (result, names) in known {
            for (modules, names) in names {
                for module in modules.words {
                    for name in names.words { table[module + "\n" + name] = result }
                }
            }
        }
        return table
    }()

    /// Modules and names in them, each separated by blanks.
    private static let known: [(result: PickleResult, names: KeyValuePairs<String, String>)] = [
        (
            .instance,
            [
                "builtins __builtin__": "set frozenset bytearray complex dict float bool object slice range",
                "collections": "defaultdict deque",
                "datetime": "date datetime time timedelta timezone",
                "argparse": "Namespace", "_codecs": "encode", "torch": "device dtype", "numpy": "ndarray dtype",
                "numpy.core.numeric numpy._core.numeric": "_frombuffer",
                "torch._utils": """
                _rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter _rebuild_parameter_with_state \
                _rebuild_qtensor _rebuild_sparse_tensor _rebuild_sparse_csr_tensor _rebuild_meta_tensor_no_storage \
                _rebuild_nested_tensor _rebuild_xla_tensor _rebuild_device_tensor_from_numpy \
                _rebuild_device_tensor_from_cpu_tensor
                """,
                "torch.nested._internal.nested_tensor": "_rebuild_njt",
            ]
        ),
        (
            .instanceOfArgument,
            [
                "copyreg copy_reg": "_reconstructor __newobj__",
                "numpy.core.multiarray numpy._core.multiarray": "_reconstruct",
                "torch._utils": "_rebuild_wrapper_subclass",
            ]
        ),
        (.copy, ["builtins __builtin__": "str unicode bytes list tuple", "torch": "Size"]),
        (.number, ["builtins __builtin__": "int long"]),
        (.callOfArgument, ["torch._tensor": "_rebuild_from_type_v2"]),
        (
            .argument(0),
            [
                "torch.jit._pickle": """
                restore_type_tag build_intlist build_doublelist build_boollist build_tensorlist build_tensor_from_id
                """
            ]
        ),
        (.argument(1), ["numpy.core.multiarray numpy._core.multiarray": "scalar"]),
    ]
}
