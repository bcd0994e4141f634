/// Classes and functions that are dangerous in modules that also have harmless ones, each with its source.
enum DangerousNames {
    /// Lines of `modules | names | source`; `*` stands for every name. What lies below a name is as dangerous as it is.
    ///
    /// The sources are those of ``DangerousModules``; `source code` is the package's own, in which it
    /// evaluates or compiles what it is given, imports or unpickles by it, starts a process, or opens a file.
    static let table = """
        _codecs | register lookup lookup_error register_error decode unregister | CPython
        _posixsubprocess | fork_exec | GHSA-m6fh-58r7-x697
        accelerate | notebook_launcher | documentation
        argparse | FileType | CPython
        asyncio.unix_events | _UnixSubprocessTransport._start | GHSA-q77w-mwjj-7mqx
        base64 | main test | CPython
        builtins,__builtin__,__builtins__ | __build_class__ copyright credits license | fickling
        builtins,__builtin__,__builtins__ | eval exec compile open getattr apply breakpoint __import__ | picklescan
        builtins,__builtin__,__builtins__ | execfile raw_input reload | modelaudit
        builtins,__builtin__,__builtins__ | file help map filter memoryview type super classmethod | fickling
        builtins,__builtin__,__builtins__ | globals locals setattr delattr vars dir exit quit input | modelaudit
        builtins,__builtin__,__builtins__ | staticmethod property hasattr __loader__ __spec__ | fickling
        bz2 | open BZ2File | nltk
        cProfile | run | GHSA-49gj-c84q-6qm9
        cProfile | runctx | GHSA-9w88-8rmg-7g2p
        cloudpickle.cloudpickle | _builtin_type _make_function _function_setstate _make_cell | picklescan
        cloudpickle.cloudpickle | _make_empty_cell subimport | picklescan
        code | InteractiveInterpreter InteractiveInterpreter.runcode | GHSA-cj3c-v495-4xqh
        collections | namedtuple | CPython
        copyreg,copy_reg | add_extension remove_extension | modelaudit
        copyreg,copy_reg | pickle constructor dispatch_table clear_extension_cache _extension_registry | CPython
        ctypes | CDLL WinDLL | GHSA-4675-36f9-wf6r
        dask._compatibility | import_optional_dependency | source code
        dask.array.core | from_npy_stack | source code
        dask.utils | import_required get_meta_library | source code
        dataclasses | make_dataclass _create_fn | CPython
        distributed.protocol.pickle | loads | source code
        distutils.file_util | write_file | picklescan
        django.utils.module_loading | import_string | documentation
        doctest | debug_script | GHSA-fqq6-7vqf-w3fg
        encodings | search_function normalize_encoding | CPython
        ensurepip | _run_pip | GHSA-xp4f-hrf8-rxw7
        fsspec | open open_files filesystem | source code
        fsspec.core | open url_to_fs | source code
        fsspec.registry | _import_class | source code
        gettext | c2py install translation find | CPython
        gzip | open GzipFile | nltk
        hickle | load | documentation
        huggingface_hub | hf_hub_download snapshot_download | documentation
        hydra._internal.utils | _locate | documentation
        hydra.utils,hydra._internal.instantiate._instantiate2 | get_class get_object _locate | CVE-2025-23304
        hydra.utils,hydra._internal.instantiate._instantiate2 | instantiate call get_method | CVE-2025-23304
        idlelib.autocomplete | AutoComplete.fetch_completions | GHSA-7cq8-mj8x-j263
        idlelib.autocomplete | AutoComplete.get_entity | GHSA-6w4w-5w54-rjvr
        idlelib.calltip | Calltip.fetch_tip | GHSA-8r4j-24qv-fmq9
        idlelib.calltip | get_entity | GHSA-9xph-j2h6-g47v
        idlelib.debugobj | ObjectTreeItem ObjectTreeItem.SetText | GHSA-3vg9-h568-4w9m
        idlelib.pyshell | ModifiedInterpreter.runcode | GHSA-3gf5-cxq9-w223
        idlelib.pyshell | ModifiedInterpreter.runcommand | GHSA-j343-8v2j-ff7w
        idlelib.run | Executive.runcode | GHSA-m869-42cg-3xwr
        imaplib | IMAP4_stream | picklescan
        io,_io | FileIO open | fickling
        io,_io | OpenWrapper _WindowsConsoleIO | CPython
        io,_io | open_code | nltk
        itertools | starmap accumulate takewhile dropwhile filterfalse groupby | modelaudit
        keras,keras.src,tensorflow.keras | models.load_model saving.load_model | source code
        keras.layers,keras.src.layers.core.lambda_layer | Lambda | CVE-2024-3660
        keras.layers.core.lambda_layer,tensorflow.keras.layers | Lambda | CVE-2024-3660
        keras.models,keras.saving,keras.src.saving.saving_api | load_model model_from_json | source code
        keras.models,keras.saving,keras.src.saving.saving_api | model_from_config load_weights | source code
        keras.src.saving.serialization_lib,keras.saving | _retrieve_class_or_fn | CVE-2025-1550
        keras.src.saving.serialization_lib,keras.saving | deserialize_keras_object | CVE-2025-1550
        keras.src.saving.serialization_lib,keras.saving | enable_unsafe_deserialization | CVE-2025-1550
        keras.src.utils.data_utils | get_file | source code
        keras.src.utils.file_utils,keras.utils.data_utils | get_file | source code
        keras.src.utils.module_utils | LazyModule | source code
        keras.src.utils.python_utils,keras.utils,keras.src.utils.generic_utils | func_load get_file | source code
        keras.src.utils.torch_utils | TorchModuleWrapper.from_config TorchModuleWrapper | source code
        lib2to3.pgen2.grammar | Grammar.loads | GHSA-f54q-57x4-jg88
        lib2to3.pgen2.pgen | ParserGenerator.make_label | GHSA-p9w7-82w4-7q8m
        lightning.fabric.utilities.cloud_io,lightning_fabric.utilities.cloud_io | _load load | source code
        logging | FileHandler | picklescan
        logging.config | dictConfig fileConfig listen | modelaudit
        lzma | open LZMAFile | nltk
        monty.serialization,monty.json | MontyDecoder loadfn | source code
        nemo.core.classes.common | typecheck safe_instantiate | CVE-2025-23304
        nemo.utils.model_utils | import_class_by_path | CVE-2025-23304
        netrc | netrc | CPython
        networkx.lazy_imports | attach _lazy_import | source code
        networkx.readwrite.gpickle,networkx | read_gpickle | source code
        networkx.utils.decorators | argmap.compile | source code
        nltk | download | source code
        nltk.data | load | source code
        nltk.decorators | new_wrapper | source code
        nltk.pathsec | spawn_trusted | source code
        numba | jit njit vectorize cfunc | documentation
        numpy | load save fromfile memmap loadtxt genfromtxt savetxt fromregex DataSource savez | nltk
        numpy | open_memmap fromfunction fromiter | source code
        numpy | savez_compressed | nltk
        numpy | vectorize apply_along_axis apply_over_axes frompyfunc piecewise | nltk
        numpy._core.function_base,numpy.core.function_base | add_newdoc | source code
        numpy.core,numpy._core | _ufunc_reconstruct | source code
        numpy.core.memmap,numpy._core.memmap | memmap | nltk
        numpy.core.multiarray,numpy._core.multiarray | fromfile _load_from_filelike | nltk
        numpy.core.numeric,numpy._core.numeric | fromfunction fromfile | source code
        numpy.core.umath,numpy._core.umath | frompyfunc | nltk
        numpy.f2py.crackfortran | getlincoef | picklescan
        numpy.f2py.crackfortran | myeval | GHSA-3329-ghmp-jmv5
        numpy.f2py.crackfortran | param_eval | GHSA-cffc-mxrf-mhh4
        numpy.lib._utils_impl,numpy.lib.utils | _makenamedict info lookfor source safe_eval | source code
        numpy.lib.format,numpy.lib._format_impl | read_array write_array open_memmap read_magic | nltk
        numpy.lib.function_base,numpy.lib._function_base_impl | vectorize piecewise | nltk
        numpy.lib.npyio,numpy.lib._npyio_impl | fromregex recfromtxt recfromcsv NpzFile DataSource fromfile | nltk
        numpy.lib.npyio,numpy.lib._npyio_impl | load save savez savez_compressed loadtxt genfromtxt savetxt | nltk
        numpy.lib.shape_base,numpy.lib._shape_base_impl | apply_along_axis apply_over_axes | nltk
        numpy.ma.core | fromfile | nltk
        numpy.ma.mrecords | openfile fromtextfile | nltk
        numpy.rec,numpy.core.records,numpy._core.records | fromfile | nltk
        numpy.testing._private.utils | runstring | GHSA-fj43-3qmq-673f
        omegaconf | OmegaConf.load | documentation
        optparse | Values.read_module Values.read_file | CPython
        pandas | eval to_pickle ExcelWriter | source code
        pandas | read_csv read_table read_fwf read_json read_html read_xml read_excel read_hdf read_parquet | nltk
        pandas | read_gbq read_clipboard HDFStore ExcelFile read_pickle | nltk
        pandas | read_orc read_feather read_stata read_sas read_spss read_sql read_sql_query read_sql_table | nltk
        pandas._libs.parsers | TextReader | nltk
        pandas.core.frame | DataFrame.eval DataFrame.query DataFrame.apply DataFrame.to_pickle | source code
        pandas.core.frame | DataFrame.to_csv | source code
        pandas.plotting._core | _load_backend | source code
        pathlib,pathlib._local | Path.chmod Path.lchmod Path.symlink_to Path.hardlink_to Path.link_to | CPython
        pathlib,pathlib._local | Path.expanduser Path.home Path.cwd Path.stat Path.lstat Path.exists | CPython
        pathlib,pathlib._local | Path.glob Path.rglob Path.walk Path.iterdir Path.resolve Path.absolute | CPython
        pathlib,pathlib._local | Path.is_file Path.is_dir Path.owner Path.group Path.copy Path.copy_into | CPython
        pathlib,pathlib._local | Path.move Path.move_into Path.readlink Path.samefile | CPython
        pathlib,pathlib._local | Path.open Path.read_text Path.read_bytes Path.write_text Path.write_bytes | CPython
        pathlib,pathlib._local | Path.unlink Path.rmdir Path.mkdir Path.rename Path.replace Path.touch | CPython
        pathlib,pathlib._local | PosixPath.copy PosixPath.move WindowsPath.open WindowsPath.read_text | CPython
        pathlib,pathlib._local | PosixPath.glob PosixPath.rglob PosixPath.walk PosixPath.iterdir | CPython
        pathlib,pathlib._local | PosixPath.open PosixPath.read_text PosixPath.read_bytes | CPython
        pathlib,pathlib._local | PosixPath.rmdir PosixPath.mkdir PosixPath.rename PosixPath.replace | CPython
        pathlib,pathlib._local | PosixPath.touch PosixPath.chmod PosixPath.symlink_to PosixPath.hardlink_to | CPython
        pathlib,pathlib._local | PosixPath.write_text PosixPath.write_bytes PosixPath.unlink | CPython
        pathlib,pathlib._local | WindowsPath.move | CPython
        pathlib,pathlib._local | WindowsPath.read_bytes WindowsPath.write_text WindowsPath.write_bytes | CPython
        pathlib,pathlib._local | WindowsPath.replace WindowsPath.touch WindowsPath.chmod | CPython
        pathlib,pathlib._local | WindowsPath.rglob WindowsPath.walk WindowsPath.iterdir WindowsPath.copy | CPython
        pathlib,pathlib._local | WindowsPath.symlink_to WindowsPath.hardlink_to WindowsPath.glob | CPython
        pathlib,pathlib._local | WindowsPath.unlink WindowsPath.rmdir WindowsPath.mkdir WindowsPath.rename | CPython
        pexpect | run spawn | fickling
        pip | main | CVE-2025-1716
        pkgutil | resolve_name | GHSA-vvpj-8cmc-gx39
        plistlib | load readPlist | CPython
        profile | Profile.run | GHSA-x696-vm39-cp64
        profile | Profile.runctx | GHSA-6vqj-c2q5-j97w
        profile | run | GHSA-7wx9-6375-f5wh
        pty | spawn | GHSA-vqmv-47xg-9wpr
        pycuda.compiler,cupy.cuda.compiler,cupy | ElementwiseKernel | documentation
        pycuda.compiler,cupy.cuda.compiler,cupy | SourceModule RawKernel RawModule | documentation
        pymatgen.symmetry.settings | JonesFaithfulTransformation from_transformation_str | CVE-2024-23346
        pytorch_lightning.utilities.cloud_io | _load load | source code
        re,_sre | sub subn Scanner | modelaudit
        scipy | LowLevelCallable | nltk
        scipy._lib._bunch | _make_tuple_bunch | source code
        scipy._lib._ccallback | LowLevelCallable | nltk
        scipy._lib._testutils | _test_cython_extension | source code
        scipy._lib._uarray._backend | unpickle_function | source code
        scipy.optimize._nonlin | _nonlin_wrapper | source code
        scipy.sparse,scipy.sparse._matrix_io | load_npz save_npz | nltk
        scipy.stats._distn_infrastructure | rv_generic._attach_argparser_methods | source code
        sklearn.datasets | fetch_20newsgroups load_files | nltk
        sklearn.datasets | fetch_openml load_svmlight_file load_svmlight_files dump_svmlight_file | nltk
        sklearn.datasets._openml | fetch_openml | nltk
        sklearn.datasets._svmlight_format_io | load_svmlight_file load_svmlight_files dump_svmlight_file | nltk
        sklearn.datasets._twenty_newsgroups | fetch_20newsgroups | source code
        sklearn.utils.estimator_checks | check_estimators_pickle | source code
        skops.io | load loads | documentation
        srsly | pickle_loads read_pickle | documentation
        string | Template.substitute Formatter.vformat | modelaudit
        sympy | sympify parse_expr lambdify S | source code
        sympy.core.cache | lazy_function | source code
        sympy.core.sympify | sympify | source code
        sympy.external.importtools | import_module | source code
        sympy.polys.monomials | MonomialOps._build | source code
        sympy.utilities.matchpy_connector | Replacer._get_lambda | source code
        sympy.utilities.source | get_class | source code
        symtable | symtable | CPython
        tensorflow | py_function numpy_function load_op_library load_library saved_model.load | documentation
        tensorflow.keras.models | load_model model_from_json model_from_config load_weights | source code
        tensorflow.keras.utils,keras.utils.generic_utils | func_load get_file | source code
        tensorflow.python.saved_model.load | load | documentation
        tensorflow.saved_model | load | documentation
        timeit | timeit | GHSA-v7x6-rv5q-mhwc
        tokenize | open | CPython
        torch | load compile | fickling
        torch | save from_file import_ir_module import_ir_module_from_buffer classes ops _ops | source code
        torch._C | import_ir_module import_ir_module_from_buffer _jit_get_operation PyTorchFileReader | source code
        torch._dynamo.guards | GuardBuilder.get | GHSA-86cj-95qr-2p4f
        torch._export | aot_load | source code
        torch._export.serde.serialize | deserialize_torch_artifact deserialize | source code
        torch._functorch._aot_autograd.autograd_cache | AOTAutogradCache.try_load | source code
        torch._functorch._aot_autograd.codegen | _compile_and_exec_source | source code
        torch._functorch.compilers | get_inputs | source code
        torch._functorch.config,torch._dynamo.config,torch._inductor.config | load_config | GHSA-vv6j-3g6g-2pvj
        torch._guards | Source.get_value ChainedSource.get_value | source code
        torch._higher_order_ops.triton_kernel_wrap | triton_kernel_wrapper_mutation_dense | source code
        torch._inductor.codecache | compile_file | picklescan
        torch._library.infer_schema | infer_schema | source code
        torch._precompile | _make_inlined_forward _runnable_from_pair | source code
        torch._utils | _import_dotted_name _augment_memory_snapshot_stack_traces | source code
        torch.cuda._memory_viz | format_flamegraph | source code
        torch.distributed._tools.memory_tracker | MemoryTracker.load | source code
        torch.distributed.checkpoint.default_planner | DefaultLoadPlanner.load_bytes | source code
        torch.distributed.checkpoint.filesystem | FileSystemReader.read_data | source code
        torch.distributed.checkpoint.filesystem | FileSystemReader.read_metadata | source code
        torch.distributed.checkpoint.format_utils | BroadcastingTorchSaveReader.read_data | source code
        torch.distributed.checkpoint.format_utils | torch_save_to_dcp dcp_to_torch_save | source code
        torch.distributed.distributed_c10d | _tensor_to_object _object_to_tensor | source code
        torch.distributed.elastic.multiprocessing | start_processes subprocess_handler api redirects | source code
        torch.distributed.elastic.rendezvous.api | basichandlers | fickling
        torch.distributed.flight_recorder.components.loader | read_dump | source code
        torch.distributed.optim.zero_redundancy_optimizer | _broadcast_object | source code
        torch.export | load | source code
        torch.export.pt2_archive._package | load_pt2 _load_state_dict _load_constants | source code
        torch.fx._lazy_graph_module | _make_graph_module | source code
        torch.fx.experimental.proxy_tensor | fake_signature | source code
        torch.fx.experimental.rewriter | AST_Rewriter.rewrite | source code
        torch.fx.experimental.symbolic_shapes | ShapeEnv.deserialize_symexpr | source code
        torch.fx.experimental.symbolic_shapes | ShapeEnv.evaluate_guards_expression | GHSA-f4x7-rfwp-v3xw
        torch.fx.graph_module | _deserialize_graph_module | source code
        torch.fx.graph_module | _exec_with_source _forward_from_src _method_from_src reduce_graph_module | source code
        torch.fx.graph_module | reduce_package_graph_module reduce_deploy_graph_module | source code
        torch.fx.operator_schemas | _torchscript_type_to_python_type | source code
        torch.jit.annotations | parse_type_line | CVE-2022-45907
        torch.jit.unsupported_tensor_ops | execWrapper | GHSA-vr7h-p6mm-wpmh
        torch.library | Library.impl custom_op | source code
        torch.multiprocessing | spawn start_processes Process Pool | source code
        torch.multiprocessing.queue | ConnectionWrapper.recv | source code
        torch.onnx | export | source code
        torch.package | PackageImporter | source code
        torch.package.importer | _SysImporter.import_module sys_importer | source code
        torch.serialization | _load _legacy_load save _save _legacy_save load_module _open_file | source code
        torch.serialization | _open_file_like | source code
        torch.serialization | _open_zipfile_reader add_safe_globals safe_globals clear_safe_globals | source code
        torch.serialization | load | picklescan
        torch.storage | UntypedStorage.from_file TypedStorage.from_file | source code
        torch.storage | _load_from_bytes | fickling
        torch.utils._config_module | ConfigModule load_config | GHSA-vv6j-3g6g-2pvj
        torch.utils._pytree | enum_object_hook treespec_loads _defaultdict_deserialize | source code
        torch.utils.benchmark | Timer | source code
        torch.utils.bottleneck.__main__ | run_autograd_prof | GHSA-4whj-rm5r-c2v8
        torch.utils.data | DataLoader | source code
        torch.utils.data.dataloader | DataLoader | source code
        torch.utils.data.datapipes.datapipe | _DataPipeSerializationWrapper | source code
        torch.utils.data.datapipes.utils.decoder | basichandlers | GHSA-h3qp-7fh3-f8h4
        torchvision.io | read_image read_file write_file read_video | documentation
        trace | Trace.run | GHSA-5qwp-399c-mjwf
        trace | Trace.runctx | GHSA-g344-hcph-8vgg
        tracemalloc | Snapshot.load Snapshot.dump | CPython
        transformers | pipeline Pipeline | source code
        transformers.exporters.utils | import_dotted_path | source code
        transformers.modeling_utils | load_state_dict PreTrainedModel.from_pretrained | source code
        transformers.models.rag.retrieval_rag | LegacyIndex | CVE-2023-6730
        transformers.pipelines | pipeline | source code
        transformers.pipelines.audio_classification | ffmpeg_read | source code
        transformers.pipelines.audio_utils | ffmpeg_read | source code
        transformers.testing_utils | run_command torchrun execute_subprocess_async | source code
        transformers.utils.generic | maybe_replace_from_package | source code
        transformers.utils.import_utils | _LazyModule _is_package_available | source code
        types | CodeType | picklescan
        types | FunctionType LambdaType MethodType ModuleType CellType | nltk
        types | new_class prepare_class resolve_bases coroutine | CPython
        typing | NamedTuple ForwardRef _eval_type | CPython
        uuid | _get_command_stdout | GHSA-5hwf-rc88-82xm
        warnings | _getcategory filterwarnings | CPython
        wave,aifc,sunau | open | CPython
        weakref | finalize WeakMethod | CPython
        werkzeug.utils | import_string find_modules | documentation
        xml.dom.domreg | getDOMImplementation registerDOMImplementation | CPython
        xml.etree.ElementTree | parse iterparse ElementInclude | CPython
        xml.sax | make_parser parse | CPython
        xml.sax.saxutils | prepare_input_source | CPython
        zope.dottedname.resolve | resolve | documentation
        """
}
