import BBCUPlatform
import TensorBytes

/// What a pickle refers to, found by following its opcodes as far as any unpickler could, and on behind faults at which
/// one would stop. Nothing is built: a value on the stack is only known as far as references need it.
///
/// An unpickler has done everything before a fault, so a pickle that breaks off gives what came before, and the fault.
package struct PickleTrace: Sendable {
    /// The references, in the order of their first appearance.
    package internal(set) var references: [PickleReference] = []
    /// Persistent identifiers that name a tensor's storage.
    package internal(set) var storageIdentifiers = 0
    /// Persistent identifiers of other forms.
    package internal(set) var otherIdentifiers = 0
    /// The storages that those name, in the order of their first appearance.
    package internal(set) var storages: [PickleStorage] = []
    /// What an honest writer does not do, so that its effect is unknown: the byte of the opcode, and words.
    package internal(set) var oddities: [(offset: Int, text: String)] = []
    /// Elements that calls ask memory for by only their number, all together.
    package internal(set) var demanded = 0
    /// Strings in the pickle that may be pickles themselves, each with the byte of its opcode.
    package internal(set) var strings: [(offset: Int, bytes: ByteRegion)] = []
    /// Whether more such strings were left out.
    package internal(set) var hasMoreStrings = false
    /// The first thing at which an unpickler fails, or nil.
    package internal(set) var fault: PickleError?
    /// Whether the pickle runs to its STOP.
    package internal(set) var isWhole = false
    /// Whether a limit ended the trace; what stands behind `end` is not known then.
    package internal(set) var isCut = false
    /// The byte after the last opcode that was followed.
    package internal(set) var end: Int
    /// The opcodes that were followed.
    package internal(set) var opcodes = 0
    /// The pickle's value where that is one integer, as little-endian two's complement.
    package internal(set) var integer: [UInt8]?

    let region: ByteRegion
    let limits: PickleTraceLimits
    var stack: [Value] = []
    var marks: [Int] = []
    /// Entries of the memo: those that were written in order, and the others.
    var memo: [Value] = []
    var sparseMemo: [Int: Value] = [:]
    var indices: [PickleReference.Target: Int] = [:]
    var storageIndices: [PickleStorage: Int] = [:]
    /// The first elements of every tuple, one tuple after the other; the first tuple is the empty one.
    var tupleElements: [Value] = []
    var tuples: [(start: Int, kept: Int, count: Int)] = [(0, 0, 0)]
    var lists: [Arguments] = []

    /// What is known of a value.
    enum Value: Sendable {
        /// Anything: its value is unknown.
        case unknown
        /// A dictionary or set.
        case other
        /// The text that the opcode at this byte pushes.
        case text(Int)
        /// The number, truth value, bytes or None that the opcode at this byte pushes.
        case constant(Int)
        case reference(Int)
        /// A new object of the class that a reference names, or one that the function always makes.
        case instance(Int)
        /// What a call of a reference returned, of which nothing is known.
        case result(Int)
        /// A storage that a persistent identifier names.
        case storage(Int)
        /// A tuple or list, by its place among those; -1 if its elements were not kept.
        case tuple(Int)
        case list(Int)
    }

    /// Follows the pickle that starts at a byte of the region.
    ///
    /// - Throws: `truncated` where the start lies outside the region.
    package static func run(
        _ region: ByteRegion, from start: Int = 0, limits: PickleTraceLimits = PickleTraceLimits()
    ) throws(PickleError) -> PickleTrace {
        var reader = try PickleInstructionReader(region, from: start)
        var trace = PickleTrace(region: region, limits: limits, start: start)
        trace.run(&reader)
        trace.release()
        return trace
    }

    private init(region: ByteRegion, limits: PickleTraceLimits, start: Int) {
        self.region = region
        self.limits = limits
        end = start
    }

    private mutating func run(_ reader: inout PickleInstructionReader) {
        while true {
            guard opcodes < limits.opcodes, stack.count < limits.values, marks.count < limits.values,
                memo.count + sparseMemo.count < limits.values, references.count < limits.references
            else {
                isCut = true
                return
            }
            let instruction: PickleInstruction
            do throws(PickleError) { instruction = try reader.next() } catch {
                fault = fault ?? error
                followUnfinishedGlobal()
                return
            }
            opcodes += 1
            end = instruction.end
            if instruction.opcode == .stop {
                isWhole = true
                finish(instruction)
                return
            }
            follow(instruction)
        }
    }

    private mutating func finish(_ instruction: PickleInstruction) {
        guard case .constant(let offset) = pop(instruction) else { return }
        switch argument(at: offset) {
        case .long(let bytes)?: integer = bytes.bytes
        // Protocols 0 and 1 write large numbers as text: a line of digits that ends with an L.
        case .line(let line)? where region[offset] == PickleOpcode.long.rawValue:
            let digits = Self.utf8(line)
            guard let number = UInt128(digits.without(suffix: "L") ?? digits) else { return }
            integer = (0..<16).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        default: break
        }
    }

    /// At the end of the data an unpickler takes a name that has no line feed, less its last character.
    private mutating func followUnfinishedGlobal() {
        guard fault?.code == .truncated, let byte = region[end], let opcode = PickleOpcode(rawValue: byte),
            opcode == .global || opcode == .inst, var cursor = try? ByteCursor(region, at: end + 1),
            let module = try? cursor.bytes(upTo: 0x0A), cursor.remaining > 1,
            let name = try? cursor.bytes(Swift.min(cursor.remaining - 1, Self.longestName))
        else { return }
        refer(.named(module: Self.utf8(module), name: Self.utf8(name)), end, opcode)
    }

    private mutating func release() {
        stack = []
        marks = []
        memo = []
        sparseMemo = [:]
        indices = [:]
        storageIndices = [:]
        tupleElements = []
        tuples = []
        lists = []
    }

    static let longestName = 1 << 16

    static func utf8(_ region: ByteRegion) -> String { String(decoding: region.bytes, as: UTF8.self) }

    func argument(at offset: Int) -> PickleArgument? { instruction(at: offset)?.argument }
}
