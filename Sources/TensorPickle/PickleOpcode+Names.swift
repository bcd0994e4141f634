extension PickleOpcode {
    /// The opcode's name as CPython's `pickletools` spells it.
    package var name: String { Self.table[self]?.name ?? "" }

    /// The first protocol that has the opcode.
    package var introduced: Int { Self.table[self]?.version ?? 0 }

    /// The kind of argument that stands after the opcode.
    var argumentKind: ArgumentKind { Self.table[self]?.argument ?? .none }

    /// How an opcode's argument is written.
    enum ArgumentKind: Sendable {
        case none
        case unsigned1, unsigned2, unsigned4, unsigned8, signed4
        case float8
        /// A line of digits, of digits with an `L`, or of a decimal fraction.
        case integerLine, longLine, floatLine
        /// A line as it is, a quoted line, a line with `\u` escapes, and two lines.
        case line, quotedLine, unicodeLine, twoLines
        /// A length of so many bytes, then what it counts: a number, text of Python 2, text, bytes.
        case long1, long4
        case string1, string4
        case text1, text4, text8
        case bytes1, bytes4, bytes8, byteArray8
    }

    private typealias Row = (name: String, version: Int, argument: ArgumentKind)

    // Source: CPython's `Lib/pickletools.py`, the names, protocols and arguments of the opcodes.
    private static let table: [PickleOpcode: Row] = [
        .mark: ("MARK", 0, .none), .stop: ("STOP", 0, .none), .pop: ("POP", 0, .none),
        .popMark: ("POP_MARK", 1, .none), .dup: ("DUP", 0, .none), .float: ("FLOAT", 0, .floatLine),
        .int: ("INT", 0, .integerLine), .binInt: ("BININT", 1, .signed4), .binInt1: ("BININT1", 1, .unsigned1),
        .long: ("LONG", 0, .longLine), .binInt2: ("BININT2", 1, .unsigned2), .none: ("NONE", 0, .none),
        .persId: ("PERSID", 0, .line), .binPersId: ("BINPERSID", 1, .none), .reduce: ("REDUCE", 0, .none),
        .string: ("STRING", 0, .quotedLine), .binString: ("BINSTRING", 1, .string4),
        .shortBinString: ("SHORT_BINSTRING", 1, .string1), .unicode: ("UNICODE", 0, .unicodeLine),
        .binUnicode: ("BINUNICODE", 1, .text4), .append: ("APPEND", 0, .none), .build: ("BUILD", 0, .none),
        .global: ("GLOBAL", 0, .twoLines), .dict: ("DICT", 0, .none), .emptyDict: ("EMPTY_DICT", 1, .none),
        .appends: ("APPENDS", 1, .none), .get: ("GET", 0, .integerLine), .binGet: ("BINGET", 1, .unsigned1),
        .inst: ("INST", 0, .twoLines), .longBinGet: ("LONG_BINGET", 1, .unsigned4), .list: ("LIST", 0, .none),
        .emptyList: ("EMPTY_LIST", 1, .none), .obj: ("OBJ", 1, .none), .put: ("PUT", 0, .integerLine),
        .binPut: ("BINPUT", 1, .unsigned1), .longBinPut: ("LONG_BINPUT", 1, .unsigned4),
        .setItem: ("SETITEM", 0, .none), .tuple: ("TUPLE", 0, .none), .emptyTuple: ("EMPTY_TUPLE", 1, .none),
        .setItems: ("SETITEMS", 1, .none), .binFloat: ("BINFLOAT", 1, .float8),
        .proto: ("PROTO", 2, .unsigned1), .newObj: ("NEWOBJ", 2, .none), .ext1: ("EXT1", 2, .unsigned1),
        .ext2: ("EXT2", 2, .unsigned2), .ext4: ("EXT4", 2, .signed4), .tuple1: ("TUPLE1", 2, .none),
        .tuple2: ("TUPLE2", 2, .none), .tuple3: ("TUPLE3", 2, .none), .newTrue: ("NEWTRUE", 2, .none),
        .newFalse: ("NEWFALSE", 2, .none), .long1: ("LONG1", 2, .long1), .long4: ("LONG4", 2, .long4),
        .binBytes: ("BINBYTES", 3, .bytes4), .shortBinBytes: ("SHORT_BINBYTES", 3, .bytes1),
        .shortBinUnicode: ("SHORT_BINUNICODE", 4, .text1), .binUnicode8: ("BINUNICODE8", 4, .text8),
        .binBytes8: ("BINBYTES8", 4, .bytes8), .emptySet: ("EMPTY_SET", 4, .none),
        .addItems: ("ADDITEMS", 4, .none), .frozenSet: ("FROZENSET", 4, .none),
        .newObjEx: ("NEWOBJ_EX", 4, .none), .stackGlobal: ("STACK_GLOBAL", 4, .none),
        .memoize: ("MEMOIZE", 4, .none), .frame: ("FRAME", 4, .unsigned8),
        .byteArray8: ("BYTEARRAY8", 5, .byteArray8), .nextBuffer: ("NEXT_BUFFER", 5, .none),
        .readonlyBuffer: ("READONLY_BUFFER", 5, .none),
    ]
}
