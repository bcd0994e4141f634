import BBCUFileAudit
import BBCUPlatform
import TensorBytes
import TestSupport
import Testing

/// Names are judged by name. The callables are those of public advisories and scanners, typed here from those and not
/// from the table of the code under test.
@Suite struct NameTests {
    static let published = """
        os system; os popen; os execv; posix system; nt system; posix execve; subprocess Popen; subprocess check_output
        subprocess run; subprocess getoutput; sys exit; sys settrace; pty spawn; commands getoutput; runpy run_path
        runpy run_module; runpy _run_code; builtins eval; builtins exec; builtins compile; builtins __import__
        builtins getattr; builtins open; builtins breakpoint; builtins setattr; builtins globals; __builtin__ eval
        __builtin__ execfile; __builtin__ apply; __builtin__ file; __builtin__ raw_input; importlib import_module
        importlib.util module_from_spec; importlib.machinery SourceFileLoader; _frozen_importlib _load; imp load_source
        pkgutil resolve_name; pkgutil walk_packages; zipimport zipimporter; site addpackage; code InteractiveInterpreter
        code InteractiveInterpreter.runcode; code interact; codeop compile_command; timeit timeit; timeit repeat
        timeit Timer; cProfile run; cProfile runctx; cProfile Profile.runctx; profile run; profile Profile.run
        profile Profile.runctx; trace Trace.run; trace Trace.runctx; pdb run; pdb runeval; bdb Bdb.run; bdb Bdb
        doctest debug_script; pydoc pipepager; pydoc locate; pydoc tempfilepager; pydoc safeimport
        idlelib.run Executive.runcode; idlelib.pyshell ModifiedInterpreter.runcode
        idlelib.pyshell ModifiedInterpreter.runcommand; idlelib.debugobj ObjectTreeItem.SetText
        idlelib.autocomplete AutoComplete.get_entity; idlelib.autocomplete AutoComplete.fetch_completions
        idlelib.calltip Calltip.fetch_tip; idlelib.calltip get_entity; lib2to3.pgen2.grammar Grammar.loads
        lib2to3.pgen2.pgen ParserGenerator.make_label; ensurepip _run_pip; pip main; venv create
        distutils.file_util write_file; distutils.spawn spawn; asyncio.unix_events _UnixSubprocessTransport._start
        asyncio create_subprocess_shell; multiprocessing.util spawnv_passfds; multiprocessing Process
        concurrent.futures ProcessPoolExecutor; threading Thread; _thread start_new_thread; signal signal
        _posixsubprocess fork_exec; ctypes CDLL; ctypes WinDLL; ctypes.util find_library; _ctypes dlopen
        _ctypes FuncPtr; cffi FFI; types CodeType; types FunctionType; types LambdaType; types MethodType
        types ModuleType; marshal loads; pickle loads; pickle load; _pickle loads; _pickle Unpickler; cPickle loads
        shelve open; dill loads; dill load_module; dill._dill _create_code; cloudpickle loads
        cloudpickle.cloudpickle _make_function; cloudpickle.cloudpickle subimport; joblib load
        joblib.numpy_pickle load; jsonpickle decode; yaml load; yaml unsafe_load; operator attrgetter
        operator methodcaller; operator itemgetter; _operator attrgetter; _operator methodcaller; operator call
        functools partial; functools reduce; _functools partial; functools partialmethod; io open; io FileIO; _io FileIO
        _io open_code; codecs open; gzip open; bz2 BZ2File; lzma open; shutil rmtree; shutil move; shutil copy
        tempfile mktemp; tempfile NamedTemporaryFile; fileinput input; linecache getline; glob glob; filecmp cmp
        difflib get_close_matches; mmap mmap; zipfile ZipFile; tarfile open; sqlite3 connect; dbm open
        logging FileHandler; logging.config dictConfig; logging.config fileConfig; logging.handlers SocketHandler
        socket socket; socket create_connection; ssl get_server_certificate; select select; selectors DefaultSelector
        http.client HTTPSConnection; http.server HTTPServer; httplib HTTPSConnection; urllib.request urlopen
        urllib.request urlretrieve; urllib2 urlopen; ftplib FTP; smtplib SMTP; imaplib IMAP4_stream; poplib POP3
        nntplib NNTP; telnetlib Telnet; xmlrpc.client ServerProxy; xmlrpc.server SimpleXMLRPCServer
        socketserver TCPServer; webbrowser open; requests get; requests.api get; aiohttp.client ClientSession
        aiohttp ClientSession; httpx get; uuid _get_command_stdout; uuid getnode; uuid _popen; _osx_support _read_output
        _osx_support _find_build_tool; _aix_support _read_cmd_output; _pyrepl.pager pipe_pager
        test.support.script_helper assert_python_ok; unittest.mock patch; inspect getattr_static; gc get_objects
        atexit register; platform popen; platform _syscmd_file; compileall compile_file; py_compile compile
        modulefinder ModuleFinder.load_module; tracemalloc Snapshot.load; mailcap findmatch; pexpect run; cgitb lookup
        rlcompleter Completer.attr_matches; gettext c2py; optparse Values.read_file; pathlib Path.write_text
        pathlib PosixPath.unlink; collections namedtuple; copyreg add_extension; numpy load; numpy memmap
        numpy fromfile; numpy DataSource; numpy.lib.npyio load; numpy.lib.format read_array
        numpy.testing._private.utils runstring; numpy.testing runstring; numpy.f2py.crackfortran getlincoef
        numpy.f2py.crackfortran myeval; numpy.f2py.crackfortran param_eval; numpy.f2py.crackfortran _eval_length
        numpy.f2py.crackfortran _eval_scalar; numpy.f2py.capi_maps getinit; numpy.f2py.diagnose run_command
        numpy.f2py run_main; numpy.distutils.exec_command exec_command; numpy.distutils.cpuinfo getoutput
        numpy.ctypeslib load_library; numpy.compat npy_load_module; numpy frompyfunc; pandas read_pickle
        pandas.io.pickle read_pickle; pandas eval; pandas read_csv; pandas.core.computation.eval eval
        scipy.io loadmat; scipy LowLevelCallable; scipy.sparse load_npz; sklearn.datasets fetch_openml
        nltk.tokenize.repp ReppTokenizer._execute; nltk.internals java; torch load; torch compile; torch.ops aten
        torch.classes load_library; torch.serialization load; torch.storage _load_from_bytes; torch.hub load
        torch.hub load_state_dict_from_url; torch.hub _load_local; torch.jit load; torch.jit.unsupported_tensor_ops execWrapper
        torch.jit.annotations parse_type_line; torch._dynamo.guards GuardBuilder.get
        torch._inductor.codecache compile_file; torch._inductor.codecache PyCodeCache.load
        torch.fx.experimental.symbolic_shapes ShapeEnv.evaluate_guards_expression
        torch.fx.graph_module _exec_with_source; torch.fx.graph_module reduce_graph_module
        torch.utils._config_module ConfigModule.load_config; torch.utils._config_module load_config
        torch.utils.bottleneck.__main__ run_cprofile; torch.utils.bottleneck.__main__ run_autograd_prof
        torch.utils.collect_env run; torch.utils.collect_env run_and_read_all
        torch.utils.data.datapipes.utils.decoder basichandlers; torch.utils.cpp_extension load_inline
        torch.utils.model_zoo load_url; torch.distributed.elastic.rendezvous.api basichandlers
        torch.distributed.rpc rpc_sync; torch.distributed.rpc.internal _run_function
        torch.distributed.nn.api.remote_module RemoteModule; torch.multiprocessing.spawn spawn
        torch.package PackageImporter; torch.package.package_importer PackageImporter; torch._utils _import_dotted_name
        keras.layers Lambda; keras.models load_model; keras.utils get_file; keras.src.utils.python_utils func_load
        tensorflow.io read_file; tensorflow py_function; tensorflow load_op_library; transformers pipeline
        transformers.dynamic_module_utils get_class_from_dynamic_module; sympy sympify; sympy.parsing.sympy_parser parse_expr
        sympy.utilities.lambdify lambdify; hydra.utils instantiate; hydra._internal.utils _locate; PIL.ImageMath eval
        pymatgen.symmetry.settings JonesFaithfulTransformation; jinja2 Template; mako.template Template; IPython embed
        pytest main; setuptools setup; pkg_resources run_script; paramiko SSHClient; django.utils.module_loading import_string
        """

    private static func pairs(_ table: String) -> [(module: String, name: String)] {
        table.split { $0 == ";" || $0 == "\n" }.map { $0.split(separator: " ").map(String.init) }
            .filter { $0.count == 2 }.map { ($0[0], $0[1]) }
    }

    private static func judgement(_ module: String, _ name: String) -> Judgement? {
        Scan(ByteRegion([0x80, 2] + Array("c\(module)\n\(name)\n.".utf8)), file: "a.pkl").names.first?.judgement
    }

    @Test func publishedCallablesAreDangerous() {
        let pairs = Self.pairs(Self.published)
        #expect(pairs.count > 250)
        let missed = pairs.filter { Self.judgement($0.module, $0.name) != .dangerous }
        #expect(missed.isEmpty, "\(missed)")
    }

    static let honest = """
        torch.distributed.tensor DTensor; torch.distributed.tensor._dtensor_spec DTensorSpec
        torch.distributed.tensor._dtensor_spec TensorMeta; torch.distributed.tensor._dtensor_spec ShardOrderEntry
        torch.distributed.tensor.placement_types Shard; torch.distributed.tensor.placement_types Replicate
        torch.distributed.tensor.placement_types Partial; torch.distributed.tensor.placement_types _StridedShard
        torch.distributed.device_mesh DeviceMesh; torch.distributed._mesh_layout _MeshLayout
        torch.nested._internal.nested_tensor NestedTensor; torch._dynamo.decorators _DimRange; torch bcomplex32
        torch.storage UntypedStorage; torch uint7; pathlib PosixPath; pathlib WindowsPath; pathlib Path
        pathlib PurePosixPath; pathlib PureWindowsPath; pathlib._local PosixPath; types SimpleNamespace
        argparse Namespace; datetime datetime; datetime timedelta; datetime timezone; datetime date; uuid UUID
        uuid SafeUUID; decimal Decimal; fractions Fraction; collections OrderedDict; collections deque
        collections defaultdict; collections Counter; collections ChainMap; builtins range; builtins complex
        """

    static let unknown = """
        torch.distributed.checkpoint.metadata Metadata; torch.distributed.checkpoint.metadata TensorStorageMetadata
        torch.distributed.checkpoint.metadata _MEM_FORMAT_ENCODING; torch.distributed.checkpoint.filesystem _StorageInfo
        torch.distributed.fsdp.api StateDictType; torch.distributed._shard.sharded_tensor.api ShardedTensor
        torch.distributed.distributed_c10d ReduceOp; torch.fx.graph_module GraphModule; torch.fx.node Node
        torch._dynamo.eval_frame OptimizedModule; torch.multiprocessing.reductions rebuild_tensor; types MappingProxyType
        argparse Action; logging getLogger; urllib.parse ParseResult; io BytesIO; _io BytesIO; inspect Signature
        torch.nn.modules.conv Conv2d; omegaconf.dictconfig DictConfig; numpy.random._pickle __randomstate_ctor
        numpy.rec recarray; numpy.ma.core _mareconstruct; sklearn.linear_model._base LinearRegression; enum Enum
        pandas.core.frame DataFrame; scipy.sparse._csr csr_matrix; my.types Config; osmodule thing; pathlib2 Path
        collections.abc Mapping; torch.onnx.symbolic_helper parse; sympy.core.symbol Symbol; keras.layers Dense
        transformers.training_args TrainingArguments; ultralytics.nn.tasks DetectionModel; zoneinfo ZoneInfo
        """

    @Test func honestNamesAreExpected() {
        let wrong = Self.pairs(Self.honest).filter { Self.judgement($0.module, $0.name) != .expected }
        #expect(wrong.isEmpty, "\(wrong)")
    }

    /// Other names of the same modules, and of others, are neither.
    @Test func otherNamesAreUnknown() {
        let wrong = Self.pairs(Self.unknown).filter { Self.judgement($0.module, $0.name) != .unknown }
        #expect(wrong.isEmpty, "\(wrong)")
    }

    /// What reaches something dangerous through a harmless name, or is spelt as no writer does.
    @Test func detoursAreDangerous() {
        for (module, name) in [
            ("torch.distributed.checkpoint.filesystem", "os.system"), ("logging", "getLogger.__globals__"),
            ("pathlib", "Path.__subclasses__"), ("urllib.parse", "sys.modules"), (" os", "system"), ("os ", "system"),
            ("torch.fx.experimental.symbolic_shapes.ShapeEnv", "evaluate_guards_expression"),
            ("torch", "utils.collect_env.run"), ("uuid", "os"), ("numpy", "f2py.crackfortran.myeval"),
        ] {
            #expect(Self.judgement(module, name) == .dangerous, "\(module) \(name)")
        }
        for (module, name) in [("Pathlib", "PosixPath"), ("pathlib ", "PosixPath"), ("datetime", "datetime.now")] {
            #expect(Self.judgement(module, name) == .unknown, "\(module) \(name)")
        }
    }

    @Test(arguments: [
        ("arguments.pth", Scan.Verdict.expected), ("records.pth", .expected), ("records_legacy.pth", .expected),
        ("dtensor.pth", .expected), ("enum.pth", .unknown), ("plan.pkl", .unknown),
    ])
    func honestFiles(_ file: String, _ verdict: Scan.Verdict) {
        let scan = Scan(fixture("honest/\(file)"))
        #expect(scan.verdict == verdict, "\(scan.names.filter { $0.judgement != .expected })")
        #expect(scan.level == (verdict == .expected ? .clean : .unknown))
    }

    /// Names of Python 2 are judged as what Python 3 reads them as.
    @Test(arguments: [
        ("UserDict", "IterableUserDict", Judgement.expected), ("UserDict", "UserDict", .expected),
        ("UserList", "UserList", .expected),
        ("UserString", "UserString", .expected), ("__builtin__", "xrange", .expected),
        ("__builtin__", "basestring", .expected),
        ("copy_reg", "_reconstructor", .expected), ("commands", "getoutput", .dangerous),
        ("__builtin__", "eval", .dangerous),
        ("__builtin__", "reduce", .dangerous), ("cPickle", "loads", .dangerous), ("urllib", "urlopen", .dangerous),
        ("urllib2", "urlopen", .dangerous), ("itertools", "imap", .dangerous), ("whichdb", "whichdb", .dangerous),
        ("_socket", "fromfd", .dangerous), ("thread", "start_new_thread", .dangerous), ("ttk", "Style", .dangerous),
        ("urllib", "quote", .unknown), ("itertools", "izip", .unknown), ("exceptions", "ValueError", .unknown),
        ("User Dict", "UserDict", .unknown), ("UserDict", "DictMixin", .unknown),
        ("UserDict", "UserDict.__class__", .dangerous),
    ])
    func namesOfPythonTwo(_ module: String, _ name: String, _ judgement: Judgement) {
        let scan = Scan(ByteRegion([0x80, 2] + Array("c\(module)\n\(name)\n.".utf8)), file: "a.pkl")
        #expect(scan.names.map(\.judgement) == [judgement], "\(module).\(name) \(scan.names.map(\.reason))")
    }
}
