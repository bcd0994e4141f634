import BBCUPlatform
import TensorBytes

/// Names under which Python 2 knew what Python 3 has elsewhere. A pickle of protocol 0, 1 or 2 holds the old ones, also
/// if Python 3 wrote it, and Python 3 reads them as the new ones.
///
/// Source: CPython's `Lib/_compat_pickle.py` (`IMPORT_MAPPING`, `NAME_MAPPING`).
enum PythonTwoNames {
    /// A name of Python 3.
    struct Current {
        let module: String
        let name: String
        /// Whether the name itself is known to have moved, not only its module: the old one is none of Python 3's.
        let hasMoved: Bool
    }

    /// What Python 3 takes a name for; nil where that is the name itself.
    static func current(module: String, name: String) -> Current? {
        if let known = names[ExactName(module + "\n" + name)] {
            return Current(module: known.module, name: known.name, hasMoved: true)
        }
        let current = module.isExactly("exceptions") ? "builtins" : modules[ExactName(module)]
        return current.map { Current(module: $0, name: name, hasMoved: false) }
    }

    private static let modules: [ExactName: String] = {
        var modules: [ExactName: String] = [:]
        for line in moduleTable.linesOfText {
            let cells = line.parts(at: "|").map(\.words)
            for old in cells[0] { modules[ExactName(old)] = cells[1].joined() }
        }
        return modules
    }()

    private static let names: [ExactName: (module: String, name: String)] = {
        var names: [ExactName: (module: String, name: String)] = [:]
        for line in nameTable.linesOfText {
            let cells = line.parts(at: "|").map(\.words)
            for pair in cells[2] {
                let parts = pair.parts(at: "=")
                names[ExactName(cells[0].joined() + "\n" + parts[0])] = (cells[1].joined(), parts[parts.count - 1])
            }
        }
        return names
    }()

    /// Lines of `modules of Python 2 | module of Python 3`.
    private static let moduleTable = """
        dummy_thread | _dummy_thread
        markupbase | _markupbase
        thread | _thread
        __builtin__ | builtins
        UserDict UserList UserString | collections
        _abcoll | collections.abc
        ConfigParser | configparser
        copy_reg | copyreg
        anydbm whichdb | dbm
        dbhash | dbm.bsd
        dumbdbm | dbm.dumb
        gdbm | dbm.gnu
        dbm | dbm.ndbm
        htmlentitydefs | html.entities
        HTMLParser | html.parser
        httplib | http.client
        cookielib | http.cookiejar
        Cookie | http.cookies
        BaseHTTPServer CGIHTTPServer SimpleHTTPServer | http.server
        StringIO cStringIO | io
        cPickle | pickle
        Queue | queue
        repr | reprlib
        SocketServer | socketserver
        commands | subprocess
        test.test_support | test.support
        Tkinter | tkinter
        tkColorChooser | tkinter.colorchooser
        tkCommonDialog | tkinter.commondialog
        Tkconstants | tkinter.constants
        Dialog | tkinter.dialog
        Tkdnd | tkinter.dnd
        FileDialog tkFileDialog | tkinter.filedialog
        tkFont | tkinter.font
        tkMessageBox | tkinter.messagebox
        ScrolledText | tkinter.scrolledtext
        SimpleDialog tkSimpleDialog | tkinter.simpledialog
        Tix | tkinter.tix
        ttk | tkinter.ttk
        urlparse | urllib.parse
        urllib2 | urllib.request
        robotparser | urllib.robotparser
        _winreg | winreg
        _elementtree | xml.etree.ElementTree
        xmlrpclib | xmlrpc.client
        DocXMLRPCServer SimpleXMLRPCServer | xmlrpc.server
        """

    /// Lines of `module of Python 2 | module of Python 3 | names`, each as `old=new` where it has another name.
    private static let nameTable = """
        UserDict | collections | IterableUserDict=UserDict UserDict
        UserList | collections | UserList
        UserString | collections | UserString
        __builtin__ | builtins | xrange=range unichr=chr unicode=str long=int basestring=str
        __builtin__ | functools | reduce
        __builtin__ | sys | intern
        _multiprocessing | multiprocessing.connection | Connection
        _socket | socket | fromfd
        itertools | builtins | izip=zip imap=map ifilter=filter
        itertools | itertools | ifilterfalse=filterfalse izip_longest=zip_longest
        multiprocessing | multiprocessing.context | AuthenticationError BufferTooShort ProcessError TimeoutError
        multiprocessing.forking | multiprocessing.popen_fork | Popen
        multiprocessing.process | multiprocessing.context | Process
        socket | socket | _socketobject=SocketType
        urllib | urllib.error | ContentTooShortError
        urllib | urllib.parse | quote_plus quote unquote_plus unquote urlencode
        urllib | urllib.request | getproxies pathname2url url2pathname urlcleanup urlopen urlretrieve
        urllib2 | urllib.error | HTTPError URLError
        whichdb | dbm | whichdb
        """
}
