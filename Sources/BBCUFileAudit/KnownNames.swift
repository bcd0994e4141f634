import BBCUPlatform
import TensorBytes

/// What is known of the names that pickles refer to.
///
/// *Expected* is a list of names, not of modules: ``expectedTable``. *Dangerous* is what runs code, reaches files,
/// processes or the network, or leads to what does: ``DangerousModules`` and ``DangerousNames``. Everything else is
/// unknown: that a name is not dangerous here does not make it harmless.
enum KnownNames {
    /// What is known of a name or module, and by which source.
    enum Rule {
        case dangerous(source: String)
        /// It lies in a dangerous module and is not.
        case open
    }

    /// The source of an expected name by module and name, joined by a line feed, which neither can hold after GLOBAL.
    static let expected: [ExactName: String] = {
        var names: [ExactName: String] = [:]
        for (modules, list, source) in rows(of: expectedTable) {
            for module in modules { for name in list { names[ExactName(module + "\n" + name)] = source } }
        }
        for name in typedNames { names[ExactName(name)] = weightsOnly }
        return names
    }()

    /// What is known of a module or a name by its full dotted name.
    static let rules: [ExactName: Rule] = {
        var rules: [ExactName: Rule] = [:]
        for (modules, names, source) in rows(of: DangerousModules.table) + rows(of: DangerousNames.table) {
            for module in modules {
                for name in names {
                    switch name {
                    case "*": rules[ExactName(module)] = .dangerous(source: source)
                    case "-": rules[ExactName(module)] = .open
                    default: rules[ExactName(module + "." + name)] = .dangerous(source: source)
                    }
                }
            }
        }
        return rules
    }()

    private static func rows(of table: String) -> [(modules: [String], names: [String], source: String)] {
        table.linesOfText.compactMap { line in
            let cells = line.parts(at: "|", keepsEmpty: false).map(\.words)
            guard cells.count == 3 else { return nil }
            return (cells[0].joined().parts(at: ",", keepsEmpty: false), cells[1], cells[2].joined(separator: " "))
        }
    }

    private static let weightsOnly = "torch/_weights_only_unpickler.py"

    /// Tensor and storage classes by element type.
    private static let typedNames: [String] = {
        let types = ["Double", "Float", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool"]
        let storages = types + ["ComplexDouble", "ComplexFloat"]
        let quantized = ["QInt8", "QUInt8", "QInt32", "QUInt4x2", "QUInt2x4"]
        var names = quantized.map { "torch\n\($0)Storage" }
        for module in ["torch", "torch.cuda"] {
            names += storages.map { "\(module)\n\($0)Storage" } + types.map { "\(module)\n\($0)Tensor" }
        }
        for module in ["torch.sparse", "torch.cuda.sparse"] {
            names += types.dropLast().map { "\(module)\n\($0)Tensor" }
        }
        return names
    }()

    /// Lines of `modules | names | source`.
    ///
    /// The names that PyTorch 2.15's `weights_only` loader accepts without being told to, those that PyTorch registers
    /// with it when a module is imported (`add_safe_globals`), the functions that took the place of those in older
    /// versions, the data functions of TorchScript's own pickles, how NumPy 1 and 2 rebuild arrays and scalars, and
    /// Python's plain data types: values that run nothing when they are made. The plan of a distributed checkpoint is
    /// read by `pickle.load` and not by the loader, so its classes are not here.
    private static let expectedTable = """
        torch | Size Tensor device float64 float32 float16 bfloat16 complex32 complex64 complex128 | \(weightsOnly)
        torch | bool bcomplex32 float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz | \(weightsOnly)
        torch | float8_e8m0fnu float4_e2m1fn_x2 int1 int2 int3 int4 int5 int6 int7 int8 int16 | \(weightsOnly)
        torch | int32 int64 uint1 uint2 uint3 uint4 uint5 uint6 uint7 uint8 uint16 uint32 uint64 | \(weightsOnly)
        torch | qint8 quint8 qint32 quint4x2 quint2x4 bits8 bits16 bits1x8 bits2x4 bits4x2 | \(weightsOnly)
        torch | per_tensor_affine per_tensor_symmetric per_channel_affine | \(weightsOnly)
        torch | per_channel_symmetric per_channel_affine_float_qparams | \(weightsOnly)
        torch.storage | TypedStorage UntypedStorage | \(weightsOnly)
        torch.nn.parameter | Parameter | \(weightsOnly)
        torch.serialization | _get_layout | \(weightsOnly)
        torch._tensor | _rebuild_from_type_v2 | \(weightsOnly)
        torch._utils | _rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter | \(weightsOnly)
        torch._utils | _rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor | \(weightsOnly)
        torch._utils | _rebuild_meta_tensor_no_storage _rebuild_wrapper_subclass | \(weightsOnly)
        torch._utils | _rebuild_device_tensor_from_numpy | \(weightsOnly)
        torch._utils | _rebuild_device_tensor_from_cpu_tensor | \(weightsOnly)
        torch._utils | _rebuild_nested_tensor _rebuild_sparse_csr_tensor _rebuild_xla_tensor | torch/_utils.py
        torch.nested._internal.nested_tensor | NestedTensor _rebuild_njt | torch/nested/_internal/nested_tensor.py
        torch._dynamo.decorators | _DimRange | torch/_dynamo/__init__.py
        torch.distributed.tensor | DTensor | torch/distributed/tensor/__init__.py
        torch.distributed.tensor._dtensor_spec | DTensorSpec ShardOrderEntry | torch/distributed/tensor/__init__.py
        torch.distributed.tensor._dtensor_spec | TensorMeta | torch/distributed/tensor/__init__.py
        torch.distributed.tensor.placement_types | Shard Replicate | torch/distributed/tensor/__init__.py
        torch.distributed.tensor.placement_types | Partial _StridedShard | torch/distributed/tensor/__init__.py
        torch.distributed.device_mesh | DeviceMesh | torch/distributed/tensor/__init__.py
        torch.distributed._mesh_layout | _MeshLayout _FlatLayout | torch/distributed/device_mesh.py
        torch.distributed._serialization | _Entry | torch/distributed/_serialization.py
        torch._vendor.quack.blockscaled.operand | BlockScaledOperand | torch/_vendor/quack/blockscaled/operand.py
        torch._vendor.quack.blockscaled.operand | BlockScaledFormat | torch/_vendor/quack/blockscaled/operand.py
        torch.jit._pickle | build_intlist build_doublelist build_boollist build_tensorlist | torch/jit/_pickle.py
        torch.jit._pickle | restore_type_tag | torch/jit/_pickle.py
        _codecs | encode | \(weightsOnly)
        collections | OrderedDict Counter | \(weightsOnly)
        collections | defaultdict deque ChainMap UserDict UserList UserString | CPython's collections
        copyreg,copy_reg | _reconstructor | CPython's Lib/copyreg.py
        builtins,__builtin__ | set frozenset bytearray complex dict list tuple int float str | CPython's built-in types
        builtins,__builtin__ | bytes bool object slice range | CPython's built-in types
        __builtin__ | unicode long xrange | CPython's built-in types
        pathlib | PosixPath WindowsPath Path PurePosixPath PureWindowsPath | CPython's Lib/pathlib
        pathlib._local | PosixPath WindowsPath Path PurePosixPath PureWindowsPath | CPython's Lib/pathlib/_local.py
        types | SimpleNamespace | CPython's Objects/namespaceobject.c
        argparse | Namespace | CPython's Lib/argparse.py
        datetime | date time datetime timedelta timezone tzinfo | CPython's Lib/_pydatetime.py
        uuid | UUID SafeUUID | CPython's Lib/uuid.py
        decimal | Decimal | CPython's Lib/_pydecimal.py
        fractions | Fraction | CPython's Lib/fractions.py
        numpy | ndarray dtype | NumPy's core
        numpy.core.multiarray,numpy._core.multiarray | _reconstruct scalar | NumPy's core
        numpy.core.numeric,numpy._core.numeric | _frombuffer | NumPy's core
        """

    /// Parts of a dotted name, and whole names of any module, that lead to what is dangerous.
    static let dangerousParts: Set<String> = Set(
        """
        os sys posix nt subprocess builtins __builtin__ __builtins__ importlib shutil socket ctypes pickle _pickle
        eval exec execfile system popen __import__ __globals__ __subclasses__ __getattribute__ __getattr__ __class__
        __call__ __dict__ __reduce__ __reduce_ex__ __code__ __mro__ __bases__ __base__ __init_subclass__ __loader__
        __spec__ __closure__ f_globals gi_frame tb_frame load_module exec_module import_module run_module run_path
        """.words)
}
