import Bytes

/// What is known of the names that pickles refer to.
///
/// *Expected* is a list, not a pattern: what PyTorch 2.13's `weights_only` loader accepts without being told to
/// (`torch/_weights_only_unpickler.py`, and for jagged tensors `torch/nested/_internal/nested_tensor.py`), and the functions that took the place
/// of those in older versions, the data functions of TorchScript's own pickles, how NumPy 1 and 2 rebuild arrays and scalars, and Python's plain data types.
/// *Dangerous* is what runs code, reaches files, processes or the network, or leads to what does. Everything else is
/// unknown: that a name is not dangerous here does not make it harmless.
enum KnownNames {
    /// Module and name, joined by a line feed, which neither can hold after GLOBAL.
    static let expected: Set<String> = {
        var names: Set<String> = []
        for (module, list) in expectedNames {
            for name in list.words { names.insert(module + "\n" + name) }
        }
        return names
    }()

    private static let elementTypes = "Double Float Half BFloat16 Long Int Short Char Byte Bool"
    private static let storages = suffixed(elementTypes + " ComplexDouble ComplexFloat", "Storage")
    private static let tensors = suffixed(elementTypes, "Tensor")
    private static let sparseTensors = suffixed("Double Float Half BFloat16 Long Int Short Char Byte", "Tensor")
    private static let dataTypes =
        "set frozenset bytearray complex dict list tuple int float str bytes bool object slice"

    private static let expectedNames: [(module: String, names: String)] = [
        ("torch", storages), ("torch", tensors), ("torch", "Size Tensor device"),
        ("torch", suffixed("QInt8 QUInt8 QInt32 QUInt4x2 QUInt2x4", "Storage")),
        ("torch", "float64 float32 float16 bfloat16 complex32 complex64 complex128 bool"),
        ("torch", "float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu float4_e2m1fn_x2"),
        ("torch", "int1 int2 int3 int4 int5 int6 int7 int8 int16 int32 int64"),
        ("torch", "uint1 uint2 uint3 uint4 uint5 uint6 uint7 uint8 uint16 uint32 uint64"),
        ("torch", "qint8 quint8 qint32 quint4x2 quint2x4 bits8 bits16 bits1x8 bits2x4 bits4x2"),
        ("torch", "per_tensor_affine per_tensor_symmetric per_channel_affine per_channel_symmetric"),
        ("torch", "per_channel_affine_float_qparams"),
        ("torch.cuda", storages), ("torch.cuda", tensors),
        ("torch.sparse", sparseTensors), ("torch.cuda.sparse", sparseTensors),
        ("torch.storage", "TypedStorage UntypedStorage"),
        ("torch.nn.parameter", "Parameter"), ("torch.serialization", "_get_layout"),
        ("torch._tensor", "_rebuild_from_type_v2"),
        ("torch._utils", "_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter"),
        ("torch._utils", "_rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor"),
        ("torch._utils", "_rebuild_meta_tensor_no_storage _rebuild_nested_tensor _rebuild_wrapper_subclass"),
        ("torch._utils", "_rebuild_device_tensor_from_numpy _rebuild_device_tensor_from_cpu_tensor"),
        ("torch._utils", "_rebuild_sparse_csr_tensor _rebuild_xla_tensor"),
        ("torch.nested._internal.nested_tensor", "NestedTensor _rebuild_njt"),
        ("torch._dynamo.decorators", "_DimRange"),
        ("torch.jit._pickle", "build_intlist build_doublelist build_boollist build_tensorlist restore_type_tag"),
        ("collections", "OrderedDict Counter defaultdict"), ("_codecs", "encode"),
        ("copyreg", "_reconstructor"), ("copy_reg", "_reconstructor"),
        ("builtins", dataTypes), ("__builtin__", dataTypes), ("__builtin__", "unicode long"),
        ("numpy", "ndarray dtype"),
        ("numpy.core.multiarray", "_reconstruct scalar"), ("numpy._core.multiarray", "_reconstruct scalar"),
        ("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer"),
    ]

    private static func suffixed(_ names: String, _ suffix: String) -> String {
        names.words.map { $0 + suffix }.joined(separator: " ")
    }

    /// Modules of which every name, and every name of a module inside them, is dangerous.
    static let dangerousModules = words(
        """
        os posix nt posixpath ntpath sys subprocess _posixsubprocess commands popen2 multiprocessing _multiprocessing
        concurrent threading _thread thread signal pty platform importlib imp _imp _frozen_importlib
        _frozen_importlib_external runpy zipimport pkgutil pkg_resources site sitecustomize modulefinder
        code codeop bdb pdb profile cProfile trace timeit doctest pydoc unittest test
        idlelib lib2to3 distutils setuptools pip ensurepip venv atexit gc inspect faulthandler
        socket _socket ssl select asyncio socketserver SocketServer http httplib urllib urllib2 ftplib smtplib smtpd
        poplib imaplib nntplib telnetlib xmlrpc xmlrpclib webbrowser antigravity requests httpx aiohttp paramiko fabric
        shutil tempfile io _io _pyio fileinput mmap pathlib glob zipfile tarfile shelve dbm sqlite3
        pickle _pickle cPickle dill cloudpickle joblib jsonpickle marshal pickletools copyreg_extensions
        ctypes _ctypes cffi _cffi_backend codecs types _types functools _functools operator _operator
        logging yaml jinja2 mako IPython ipykernel
        torch.hub torch.jit torch.package torch.ops torch._ops torch.classes torch.multiprocessing torch.distributed
        torch._dynamo torch._inductor torch._functorch torch.fx torch.utils.cpp_extension torch.utils.collect_env
        torch.utils.bottleneck torch.utils.model_zoo torch.utils._cpp_extension_versioner torch.testing torch.onnx
        numpy.testing numpy.f2py numpy.distutils numpy.ctypeslib numpy.lib.npyio numpy.lib.format
        pandas.io pandas.core.computation PIL.ImageMath scipy.io tensorflow.python.lib
        winreg _winreg msvcrt _winapi resource fcntl termios tty readline turtle tkinter Tkinter
        """)

    /// Names of modules that also have harmless ones.
    static let dangerousNames: [String: Set<String>] = [
        "builtins": builtins, "__builtin__": builtins, "__builtins__": builtins,
        "torch": words("load save compile from_file import_ir_module classes ops"),
        "torch.serialization": words("load _load _legacy_load save load_module"),
        "torch.storage": words("_load_from_bytes"),
        "torch.utils.data": words("DataLoader"),
        "numpy": words("load save fromfile memmap loadtxt genfromtxt savetxt fromregex DataSource open_memmap"),
        "pandas": words("read_pickle eval"),
        "copyreg": words("pickle add_extension remove_extension constructor"),
        "copy_reg": words("pickle add_extension remove_extension constructor"),
        "_codecs": words("register lookup lookup_error register_error decode"),
        "collections": words("namedtuple"),
    ]

    private static let builtins = words(
        """
        eval exec execfile compile open file input raw_input __import__ getattr setattr delattr globals locals vars dir
        breakpoint apply reload help map filter memoryview type super classmethod staticmethod property exit quit
        """)

    /// Parts of a dotted name, and whole names of any module, that lead to what is dangerous.
    static let dangerousParts = words(
        """
        os sys posix nt subprocess builtins __builtin__ __builtins__ importlib shutil socket ctypes pickle _pickle
        eval exec execfile system popen __import__ __globals__ __subclasses__ __getattribute__ __getattr__ __class__
        __call__ __dict__ __reduce__ __reduce_ex__ __code__ __mro__ __bases__ __base__ __init_subclass__ __loader__
        __spec__ __closure__ f_globals gi_frame tb_frame load_module exec_module import_module run_module run_path
        """)

    private static func words(_ text: String) -> Set<String> {
        Set(text.words)
    }
}
