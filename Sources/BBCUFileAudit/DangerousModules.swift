/// Modules of which every name is dangerous, each with its source, and names in them that are not.
enum DangerousModules {
    /// Lines of `modules | * | source`: every name of the modules, and of the modules inside them. A line of
    /// `name | - | why` takes a name, or a module, out of the module that it lies in: it is judged like any other.
    ///
    /// The sources: `picklescan` 1.0.5 (github.com/mmaitre314/picklescan, scanner.py), `fickling` 0.1.12
    /// (github.com/trailofbits/fickling, fickle.py and analysis.py), `modelaudit` 0.2.54
    /// (github.com/promptfoo/modelaudit, suspicious_symbols.py), `nltk` 3.10 (github.com/nltk/nltk, picklesec.py),
    /// advisories by their number (GHSA: GitHub's, CVE: nvd.nist.gov), `CPython`: its documentation, by which the module
    /// runs code or reaches files, processes, the network or the interpreter, and `documentation`: the package's own.
    static let table = """
        os,posix,nt,sys,subprocess,commands,runpy,shutil,socket,ssl,pty,bdb,pdb,cProfile | * | picklescan
        profile,timeit,pickle,_pickle,pip,pydoc,test,venv,webbrowser,asyncio,aiohttp | * | picklescan
        httplib,ctypes,requests,uuid,_osx_support,_aix_support,_pyrepl,numpy.f2py | * | picklescan
        numpy.testing,urllib.request | * | picklescan
        code,codeop,doctest,importlib,_frozen_importlib,_frozen_importlib_external,_imp | * | fickling
        pkgutil,zipimport,gc,site,unittest,inspect,_operator,operator,functools,http,urllib | * | fickling
        urllib2,smtplib,imaplib,ftplib,poplib,telnetlib,nntplib,_ctypes,dill,cloudpickle | * | fickling
        joblib,tempfile,filecmp,distutils,pexpect,ensurepip,idlelib,lib2to3,socketserver | * | fickling
        xmlrpc,signal,_signal,threading,_thread,atexit,sqlite3,_sqlite3,fileinput,glob | * | fickling
        platform,linecache,difflib,compileall,py_compile,mmap,select,selectors,logging,syslog | * | fickling
        tarfile,zipfile,shelve,trace,multiprocessing,_posixsubprocess,torch.hub,torch._dynamo | * | fickling
        torch._inductor,torch.jit,numpy.distutils | * | fickling
        marshal,posixpath,ntpath,concurrent.futures | * | modelaudit
        genericpath,popen2,_functools,_socket,_ssl,cffi,dbm,numpy.ctypeslib,numpy.compat | * | nltk
        pandas.io,pandas.compat,scipy.io,scipy.datasets,nltk.tokenize.repp,nltk.internals | * | nltk
        torch.utils.collect_env | * | GHSA-f745-w6jp-hpxx
        torch.utils.bottleneck | * | GHSA-4r9r-ch6f-vxmx
        torch.distributed.rpc | * | CVE-2024-5480
        _multiprocessing,imp,sitecustomize,usercustomize,modulefinder,antigravity,_pyio,dbhash | * | CPython
        gdbm,anydbm,whichdb,thread,dummy_threading,_dummy_thread,SocketServer,BaseHTTPServer | * | CPython
        CGIHTTPServer,SimpleHTTPServer,xmlrpclib,SimpleXMLRPCServer,smtpd,asyncore,asynchat | * | CPython
        cPickle,codecs,turtle,tkinter,Tkinter,winreg,_winreg,msvcrt,_winapi,resource,fcntl | * | CPython
        termios,tty,readline,rlcompleter,pipes,cgitb,cgi,crypt,faulthandler,_bootsubprocess | * | CPython
        mailcap,pickletools,_testcapi,_xxsubinterpreters,_interpreters,curses,wsgiref,_msi | * | CPython
        msilib,nis,ossaudiodev,spwd,grp,pwd | * | CPython
        paramiko,fabric,invoke,plumbum,sh,yaml,ruamel.yaml,jinja2,mako | * | documentation
        tornado.template,IPython,ipykernel,setuptools,pkg_resources,_distutils_hack | * | documentation
        _cffi_backend,jsonpickle,_pytest,pytest,nose,httpx,urllib3,websockets,bpy | * | documentation
        numexpr,execnet,torch.utils.cpp_extension,torch.utils.model_zoo | * | documentation
        torch.package.package_importer,transformers.dynamic_module_utils | * | documentation
        sympy.parsing,sympy.utilities.autowrap,sympy.utilities.lambdify | * | documentation
        sympy.utilities._compilation,sympy.plotting,pandas.core.computation | * | documentation
        PIL.ImageMath,tensorflow.python.lib,tensorflow.python.platform,tensorflow.io | * | documentation
        _types | * | CPython
        mailbox | * | CPython
        getpass | * | CPython
        pyclbr | * | CPython
        tabnanny | * | CPython
        zipapp | * | CPython
        sysconfig | * | CPython
        torch.distributed.nn.api.remote_module | * | CVE-2024-48063
        torch.distributed.nn.jit | * | source code
        torch.distributed.elastic.rendezvous.etcd_server | * | source code
        torch.distributed.run,torch.distributed.launch | * | source code
        torch.distributed.launcher | * | source code
        torch.fx._graph_pickler | * | source code
        torch._ops | * | source code
        torch.ops | * | source code
        torch.classes,torch._classes | * | source code
        torch._strobelight,torch.utils._strobelight | * | source code
        torch.multiprocessing.spawn | * | source code
        torch.multiprocessing.pool | * | source code
        torch.cuda.profiler,torch.cuda.jiterator | * | source code
        torch.utils._content_store | * | source code
        torch.utils.model_dump | * | source code
        torch.utils.data.datapipes.iter.callable | * | source code
        torch.utils.data._utils.worker | * | source code
        torch.utils.benchmark.utils | * | source code
        torch.utils._get_clean_triton | * | source code
        torch.utils._cpp_extension_versioner,torch.utils.hipify | * | source code
        torch.onnx.utils,torch.onnx.verification | * | source code
        torch.testing._internal | * | source code
        torch.contrib._tensorboard_vis | * | source code
        torch.nn.attention._fa3,torch.nn.attention._fa4 | * | source code
        torchvision.datasets.utils | * | documentation
        numpy.lib._datasource,numpy.DataSource | * | nltk
        keras.src.legacy.saving | * | source code
        tensorflow.python.framework.load_library | * | documentation
        tensorflow.python.ops.script_ops | * | documentation
        sympy.printing.preview | * | source code
        sympy.testing.runtests | * | source code
        transformers.integrations.hub_kernels | * | source code
        huggingface_hub.file_download | * | documentation
        accelerate.utils.launch | * | documentation
        celery.utils.imports | * | documentation
        twisted.python.reflect | * | documentation
        cherrypy.lib.reprconf | * | documentation
        ray.cloudpickle,srsly.cloudpickle,pyspark.cloudpickle | * | documentation
        pyspark.serializers,sklearn.externals.joblib,sklearn.externals._joblib | * | documentation
        klepto | * | documentation
        triton.runtime.build,triton.compiler.compiler,triton.runtime.jit | * | documentation
        llvmlite.binding | * | documentation
        ptyprocess | * | documentation
        win32api,win32com.client,pythoncom,clr | * | documentation
        urllib.parse | - | quoting and splitting of addresses
        logging.getLogger | - | how loggers are pickled
        logging.Logger | - | how loggers are pickled
        logging.LogRecord | - | a record of values
        torch._dynamo.eval_frame.OptimizedModule | - | a compiled module that was saved whole
        torch._dynamo.decorators._DimRange | - | two numbers
        torch.jit._pickle | - | lists of TorchScript's own pickles
        http.cookiejar.Cookie | - | a record of values
        http.cookies | - | records of values
        inspect.Parameter | - | a record of values
        inspect.Signature | - | a record of values
        inspect._ParameterKind | - | a number
        pkg_resources.extern.packaging | - | versions as values
        setuptools._vendor.packaging | - | versions as values
        setuptools.extern.packaging | - | versions as values
        http.HTTPStatus | - | a number
        signal.Signals | - | a number
        socket.AddressFamily | - | a number
        """
}
