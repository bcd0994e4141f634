import BBCUPlatform
import TensorBytes

/// Runs a pickle's opcodes on a stack, as an unpickler does, and builds inert values: nothing is imported or called.
///
/// Source of the opcodes' meaning: CPython's `Lib/pickle.py` and `Lib/pickletools.py`.
package struct PickleMachine {
    let limits: PickleLimits
    var cursor: ByteCursor
    var graph = PickleGraph()
    var stack: [PickleValue] = []
    /// The heights of the stack at which marks lie.
    var marks: [Int] = []
    var memo: [Int: PickleValue] = [:]
    var bufferCount = 0
    /// The byte of the opcode that is run, for errors.
    var opcodeOffset = 0

    /// Runs one pickle, up to its STOP.
    ///
    /// - Parameter start: where the pickle starts; further pickles may follow it.
    /// - Throws: a `PickleError` with the byte of the opcode that failed.
    package static func run(
        _ region: ByteRegion, from start: Int = 0, limits: PickleLimits = PickleLimits()
    ) throws(PickleError) -> PickleGraph {
        let cursor: ByteCursor
        do throws(BytesError) { cursor = try ByteCursor(region, at: start) } catch { throw error.recoded(.truncated) }
        var machine = PickleMachine(limits: limits, cursor: cursor)
        return try machine.run()
    }

    private mutating func run() throws(PickleError) -> PickleGraph {
        var opcodes = 0
        let memoryLimit = limits.leastMemory.adding(cursor.remaining.times(limits.memoryPerByte) ?? .max) ?? .max
        while true {
            opcodeOffset = cursor.position
            let byte = try byte()
            guard let opcode = PickleOpcode(rawValue: byte) else {
                throw failure(.opcode, found: "the byte \(byte), which is no pickle opcode", expected: "a pickle")
            }
            opcodes += 1
            guard opcodes <= limits.opcodes else {
                throw failure(
                    .limit, found: "more than \(limits.opcodes.counted("opcode"))", expected: "a smaller pickle")
            }
            if opcode == .stop { break }
            try step(opcode)
            // Items count with the opcode that pushed them, memo entries with the one that wrote them.
            guard graph.nodes.count * MemoryLayout<PickleNode>.stride + opcodes * 48 <= memoryLimit else {
                throw failure(
                    .limit, found: "objects that take more than \(memoryLimit.counted("byte")) of memory",
                    expected: "memory in proportion to the pickle's size")
            }
        }
        graph.root = try pop()
        graph.end = cursor.position
        return graph
    }

    private mutating func step(_ opcode: PickleOpcode) throws(PickleError) {
        switch opcode {
        case .proto, .frame: try header(opcode)
        case .none, .newTrue, .newFalse, .int, .binInt, .binInt1, .binInt2, .long, .long1, .long4, .float, .binFloat:
            push(try number(opcode))
        case .string, .binString, .shortBinString, .unicode, .binUnicode, .shortBinUnicode, .binUnicode8,
            .binBytes, .shortBinBytes, .binBytes8, .byteArray8:
            push(try text(opcode))
        case .emptyList, .emptyTuple, .emptyDict, .emptySet, .list, .tuple, .tuple1, .tuple2, .tuple3, .dict,
            .frozenSet:
            try makeContainer(opcode)
        case .append, .appends, .addItems, .setItem, .setItems: try fill(opcode)
        case .global, .stackGlobal, .ext1, .ext2, .ext4, .persId, .binPersId, .nextBuffer: try makeReference(opcode)
        case .reduce, .newObj, .newObjEx, .inst, .obj, .build: try makeObject(opcode)
        case .get, .binGet, .longBinGet, .put, .binPut, .longBinPut, .memoize: try remember(opcode)
        case .mark, .pop, .popMark, .dup: try shuffle(opcode)
        case .stop, .readonlyBuffer: break
        }
    }

    private mutating func header(_ opcode: PickleOpcode) throws(PickleError) {
        if opcode == .proto {
            graph.version = Int(try byte())
            guard graph.version <= 5 else {
                throw failure(.version, found: "pickle protocol \(graph.version)", expected: "0 to 5")
            }
        } else {
            // How far to read ahead: of no use where everything is mapped, but it must not lie.
            let count = try integer(UInt64.self)
            guard count <= UInt64(cursor.remaining) else {
                throw failure(
                    .truncated,
                    found:
                        "the pickle ends early: \((count - UInt64(cursor.remaining)).counted("byte")) of a frame are missing",
                    expected: "the rest of the pickle")
            }
        }
    }
}

// The stack.
extension PickleMachine {
    mutating func push(_ value: PickleValue) { stack.append(value) }

    /// Takes the top value; nothing below the last mark can be taken.
    mutating func pop() throws(PickleError) -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.popLast() else { throw missing("a value") }
        return value
    }

    func top() throws(PickleError) -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.last else { throw missing("a value") }
        return value
    }

    /// Takes the last mark and everything above it.
    mutating func popToMark() throws(PickleError) -> [PickleValue] {
        guard let height = marks.popLast(), height <= stack.count else { throw missing("a mark") }
        let values = Array(stack[height...])
        stack.removeSubrange(height...)
        return values
    }

    mutating func shuffle(_ opcode: PickleOpcode) throws(PickleError) {
        switch opcode {
        case .mark:
            guard marks.count < limits.marks else {
                throw failure(.limit, found: "more than \(limits.marks) open marks", expected: "less nesting")
            }
            marks.append(stack.count)
        case .pop where marks.last == stack.count: marks.removeLast()
        case .pop: _ = try pop()
        case .popMark: _ = try popToMark()
        default: push(try top())
        }
    }

    /// The number of the node that the top value refers to.
    func topNode(_ what: String) throws(PickleError) -> Int {
        guard case .node(let index) = try top() else {
            throw failure(.stack, found: "a plain value on the stack", expected: what)
        }
        return index
    }

    mutating func push(_ node: PickleNode) {
        graph.nodes.append(node)
        stack.append(.node(graph.nodes.count - 1))
    }

    func missing(_ what: String) -> PickleError {
        failure(.stack, found: "nothing on the stack", expected: what)
    }

    func failure(_ code: PickleCode, found: String, expected: String? = nil) -> PickleError {
        let advice: Advice =
            switch code {
            case .limit: "that is a limit of this reader and no damage; ReadingLimits sets it"
            case .version: "this version does not know it"
            case .truncated: "the file is cut off or damaged: download it again"
            default: "the pickle is damaged or not one"
            }
        return PickleError(code, offset: opcodeOffset, found: found, expected: expected, advice: advice)
    }
}
