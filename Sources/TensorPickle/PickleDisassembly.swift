import BBCUPlatform
import TensorBytes

/// A pickle's opcodes one after the other, annotated as CPython's `pickletools.dis` does: the nesting of marks, the
/// mark an opcode goes back to, the memo entry that MEMOIZE fills. Nothing is executed.
///
/// A broken pickle gives everything up to the fault, and then the fault. Where `pickletools` only complains and an
/// unpickler goes on (a memo entry that is written twice), the disassembly goes on too.
package struct PickleDisassembly: Sequence, IteratorProtocol, Sendable {
    /// One opcode.
    package struct Line: Sendable {
        /// The opcode with its place.
        package let instruction: PickleInstruction
        /// How many marks are open where it stands.
        package let depth: Int
        /// The byte of the mark that the opcode goes back to, or nil.
        package let mark: Int?
        /// The memo entry that MEMOIZE fills, or nil.
        package let memoIndex: Int?
    }

    /// Why the pickle breaks off, once the last line was given; nil where it ended in its STOP.
    package private(set) var fault: PickleError?
    /// The highest protocol that an opcode so far belongs to; -1 before the first.
    package private(set) var highestVersion = -1
    /// The byte after the last line.
    package private(set) var end: Int
    private var reader: PickleInstructionReader
    private var isDone = false
    /// For every value on the stack nothing but whether it is a mark, and then its byte.
    private var marks: [(offset: Int, height: Int)] = []
    private var height = 0
    private var memo: Set<Int> = []

    /// The disassembly of the pickle that starts at a byte of the region.
    ///
    /// - Throws: `truncated` where the start lies outside the region.
    package init(_ region: ByteRegion, from start: Int = 0) throws(PickleError) {
        reader = try PickleInstructionReader(region, from: start)
        end = start
    }

    /// The next line; nil after STOP, and at a fault.
    package mutating func next() -> Line? {
        guard !isDone, fault == nil else { return nil }
        do throws(PickleError) {
            let instruction = try reader.next()
            isDone = instruction.opcode == .stop
            let depth = marks.count
            let memoIndex = instruction.opcode == .memoize ? memo.count : nil
            let mark = try apply(instruction)
            highestVersion = Swift.max(highestVersion, instruction.opcode.introduced)
            end = instruction.end
            return Line(instruction: instruction, depth: depth, mark: mark, memoIndex: memoIndex)
        } catch {
            fault = error
            return nil
        }
    }

    /// Follows an opcode's effect on the height of the stack; the mark it goes back to, if any.
    private mutating func apply(_ instruction: PickleInstruction) throws(PickleError) -> Int? {
        let opcode = instruction.opcode
        if opcode == .mark {
            marks.append((instruction.offset, height))
            return nil
        }
        if opcode == .pop, let last = marks.last, last.height == height {
            marks.removeLast()
            return last.offset
        }
        try useMemo(instruction)
        guard let effect = opcode.stackEffect else {
            guard let last = marks.popLast() else { throw fault(instruction, "no mark to go back to") }
            let taken = height - last.height
            height = last.height
            guard opcode != .obj || taken > 0 else { throw fault(instruction, "no class after the mark") }
            let below = opcode.valuesBelowMark
            guard height - (marks.last?.height ?? 0) >= below else { throw fault(instruction, "nothing to fill") }
            height += opcode == .popMark || below > 0 ? 0 : 1
            return last.offset
        }
        guard height - (marks.last?.height ?? 0) >= effect.pops else {
            throw fault(instruction, "too few values on the stack")
        }
        height += effect.pushes - effect.pops
        return nil
    }

    private mutating func useMemo(_ instruction: PickleInstruction) throws(PickleError) {
        switch instruction.opcode {
        case .memoize: memo.insert(memo.count)
        case .put, .binPut, .longBinPut: memo.insert(instruction.memoIndex ?? -1)
        case .get, .binGet, .longBinGet:
            guard memo.contains(instruction.memoIndex ?? -1) else {
                throw fault(instruction, "a memo entry that was never written")
            }
        default: break
        }
    }

    private func fault(_ instruction: PickleInstruction, _ found: String) -> PickleError {
        PickleError(.stack, offset: instruction.offset, found: "\(instruction.opcode.name): \(found)")
    }
}

extension PickleInstruction {
    /// The memo entry that the argument names, as leniently as an unpickler reads it; nil where it names none.
    var memoIndex: Int? {
        switch argument {
        case .integer(let index): index
        case .line(let line): Int(PickleText.lenientDigits(line))
        default: nil
        }
    }
}

extension PickleOpcode {
    /// How many values the opcode takes and gives; nil for one that goes back to a mark.
    var stackEffect: (pops: Int, pushes: Int)? {
        switch self {
        case .mark, .proto, .frame: (0, 0)
        case .stop, .pop: (1, 0)
        case .put, .binPut, .longBinPut, .memoize, .readonlyBuffer, .binPersId, .tuple1: (1, 1)
        case .dup: (1, 2)
        case .tuple2, .reduce, .build, .newObj, .stackGlobal, .append: (2, 1)
        case .tuple3, .newObjEx, .setItem: (3, 1)
        case .appends, .setItems, .addItems, .list, .tuple, .dict, .frozenSet, .popMark, .inst, .obj: nil
        default: (0, 1)
        }
    }

    /// Values that must lie below the mark the opcode goes back to.
    var valuesBelowMark: Int {
        switch self {
        case .appends, .setItems, .addItems: 1
        default: 0
        }
    }
}
