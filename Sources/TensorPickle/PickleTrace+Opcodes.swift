import BBCUPlatform
import TensorBytes

// What an opcode does to the stack, the memo and the references.
extension PickleTrace {
    mutating func follow(_ instruction: PickleInstruction) {
        switch instruction.opcode {
        case .mark: marks.append(stack.count)
        case .proto, .frame, .readonlyBuffer: break
        case .string, .binString, .shortBinString, .unicode, .binUnicode, .shortBinUnicode, .binUnicode8:
            keepString(instruction)
            noteSetState(instruction)
            stack.append(.text(instruction.offset))
        case .binBytes, .shortBinBytes, .binBytes8, .byteArray8:
            keepString(instruction)
            stack.append(.constant(instruction.offset))
        case .pop: popOrUnmark(instruction)
        case .popMark: _ = popToMark(instruction)
        case .dup: stack.append(top(instruction))
        case .emptyTuple: stack.append(.tuple(0))
        case .emptyList: stack.append(makeList([], 0))
        case .emptyDict, .emptySet: stack.append(.other)
        case .nextBuffer: stack.append(.unknown)
        case .tuple1, .tuple2, .tuple3, .tuple, .list, .dict, .frozenSet: makeContainer(instruction)
        case .append, .setItem, .appends, .setItems, .addItems, .build: fill(instruction)
        case .global, .inst, .stackGlobal, .ext1, .ext2, .ext4: makeReference(instruction)
        case .reduce, .newObj, .newObjEx, .obj: call(instruction)
        case .persId, .binPersId: identify(instruction)
        case .get, .binGet, .longBinGet: recall(instruction)
        case .put, .binPut, .longBinPut, .memoize: remember(instruction)
        default: stack.append(.constant(instruction.offset))
        }
    }

    mutating func pop(_ instruction: PickleInstruction) -> Value {
        guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
            fail(instruction, .stack, "a value is taken from an empty stack")
            return .other
        }
        return value
    }

    private mutating func top(_ instruction: PickleInstruction) -> Value {
        let value = pop(instruction)
        stack.append(value)
        return value
    }

    /// Takes the last mark and what lies above it; at most eight values are handed back, the count always.
    private mutating func popToMark(_ instruction: PickleInstruction) -> (values: [Value], count: Int) {
        guard let height = marks.popLast(), height <= stack.count else {
            fail(instruction, .stack, "there is no mark to go back to")
            return ([], 0)
        }
        let values = Array(stack[height...].prefix(Self.keptElements))
        let count = stack.count - height
        stack.removeSubrange(height...)
        return (values, count)
    }

    private mutating func popOrUnmark(_ instruction: PickleInstruction) {
        if marks.last == stack.count { marks.removeLast() } else { _ = pop(instruction) }
    }

    private mutating func makeContainer(_ instruction: PickleInstruction) {
        var values: [Value] = []
        var count = 0
        switch instruction.opcode {
        case .tuple1: values = [pop(instruction)]
        case .tuple2, .tuple3:
            for _ in 0..<(instruction.opcode == .tuple2 ? 2 : 3) { values.append(pop(instruction)) }
            values.reverse()
        default: (values, count) = popToMark(instruction)
        }
        count = max(count, values.count)
        switch instruction.opcode {
        case .tuple1, .tuple2, .tuple3, .tuple: stack.append(makeTuple(values, count))
        case .list: stack.append(makeList(values, count))
        default: stack.append(.other)
        }
    }

    func isText(at offset: Int, _ text: String) -> Bool {
        switch argument(at: offset) {
        case .text(let region), .string(let region): region.count == text.utf8.count && region.bytes == Array(text.utf8)
        default: self.text(at: offset) == text
        }
    }

    private mutating func fill(_ instruction: PickleInstruction) {
        var added = Arguments(values: [], count: 0)
        var state = Value.other
        switch instruction.opcode {
        case .append: added = Arguments(values: [pop(instruction)], count: 1)
        case .build: state = pop(instruction)
        case .setItem:
            _ = pop(instruction)
            _ = pop(instruction)
        default:
            let (values, count) = popToMark(instruction)
            added = Arguments(values: values, count: count)
        }
        let filled = top(instruction)
        note(state: state, of: filled, instruction)
        guard case .list(let index) = filled else { return change(filled, instruction) }
        guard lists.indices.contains(index) else { return }
        // Elements that are not kept leave a gap behind which none may be kept.
        let room = lists[index].values.count == lists[index].count ? Self.keptElements - lists[index].values.count : 0
        lists[index].values += added.values.prefix(max(0, room))
        lists[index].count += added.count
    }

    private mutating func call(_ instruction: PickleInstruction) {
        let callee: Value
        var arguments: Arguments?
        switch instruction.opcode {
        case .obj:
            let (values, count) = popToMark(instruction)
            callee = values.first ?? .other
            arguments = Arguments(values: Array(values.dropFirst()), count: max(0, count - 1))
        case .newObjEx:
            _ = pop(instruction)
            arguments = elements(of: pop(instruction))
            callee = pop(instruction)
        default:
            arguments = elements(of: pop(instruction))
            callee = pop(instruction)
        }
        stack.append(result(of: callee, arguments, instruction))
    }

    private mutating func identify(_ instruction: PickleInstruction) {
        guard instruction.opcode == .binPersId else {
            otherIdentifiers += 1
            return stack.append(.storage(-1))
        }
        stack.append(identified(pop(instruction)))
    }

    private mutating func recall(_ instruction: PickleInstruction) {
        let index = instruction.memoIndex ?? -1
        if memo.indices.contains(index) {
            stack.append(memo[index])
        } else if let value = sparseMemo[index] {
            stack.append(value)
        } else {
            fail(instruction, .memo, "a memo entry is asked for that was never written")
            stack.append(.other)
        }
    }

    private mutating func remember(_ instruction: PickleInstruction) {
        let value = top(instruction)
        let count = memo.count + sparseMemo.count
        let index = instruction.opcode == .memoize ? count : instruction.memoIndex ?? -1
        if memo.indices.contains(index) {
            memo[index] = value
        } else if index == memo.count, sparseMemo[index] == nil {
            memo.append(value)
        } else {
            // CPython's memo is a table that is made as long as the largest number.
            if index - count > Self.largestDemand {
                note(instruction, "the memo is made \(index.counted("entry")) long")
            }
            sparseMemo[index] = value
        }
    }

    mutating func fail(_ instruction: PickleInstruction, _ code: PickleCode, _ found: String) {
        guard fault == nil else { return }
        fault = PickleError(code, offset: instruction.offset, found: "\(instruction.opcode.name): \(found)")
    }
}

// References and strings.
extension PickleTrace {
    private mutating func makeReference(_ instruction: PickleInstruction) {
        let target: PickleReference.Target
        switch (instruction.opcode, instruction.argument) {
        case (_, .pair(let module, let name)):
            guard module.count <= Self.longestName, name.count <= Self.longestName else {
                target = .computed
                break
            }
            target = .named(module: Self.utf8(module), name: Self.utf8(name))
        case (_, .integer(let code)): target = .registered(code)
        default:
            let (name, module) = (pop(instruction), pop(instruction))
            // Without its two values nothing is looked up.
            guard fault?.offset != instruction.offset else { return stack.append(.other) }
            guard case .text(let nameOffset) = name, case .text(let moduleOffset) = module,
                let name = text(at: nameOffset), let module = text(at: moduleOffset)
            else {
                target = .computed
                break
            }
            target = .named(module: module, name: name)
        }
        refer(target, instruction.offset, instruction.opcode)
        guard instruction.opcode == .inst, let last = stack.popLast() else { return }
        let (values, count) = popToMark(instruction)
        stack.append(result(of: last, Arguments(values: values, count: count), instruction))
    }

    mutating func refer(_ target: PickleReference.Target, _ offset: Int, _ opcode: PickleOpcode) {
        if let index = indices[target] {
            references[index].count += 1
            stack.append(.reference(index))
            return
        }
        indices[target] = references.count
        stack.append(.reference(references.count))
        var reference = PickleReference(target: target, offset: offset, opcode: opcode)
        reference.result = PickleResult.of(target)
        references.append(reference)
    }

    /// The text that the opcode at a byte pushes, or nil where it is too long for a name, or none.
    func text(at offset: Int) -> String? {
        guard var reader = try? PickleInstructionReader(region, from: offset), let instruction = try? reader.next(),
            let bytes = instruction.string, bytes.count <= Self.longestName
        else { return nil }
        switch instruction.opcode {
        case .unicode: return PickleText.rawUnicodeEscape(bytes.bytes)
        case .string: return PickleText.unquoted(bytes.bytes).flatMap { String(validating: $0, as: UTF8.self) }
        default: return String(validating: bytes.bytes, as: UTF8.self)
        }
    }

    /// BUILD calls an attribute of this name: an object that was given one makes the next BUILD a call.
    private mutating func noteSetState(_ instruction: PickleInstruction) {
        guard let bytes = instruction.string, (12...16).contains(bytes.count),
            text(at: instruction.offset) == "__setstate__"
        else { return }
        note(instruction, "the name __setstate__, through which a state becomes a call")
    }

    /// Hands back a string that may be a pickle.
    private mutating func keepString(_ instruction: PickleInstruction) {
        guard let bytes = instruction.string, bytes.count >= 4, bytes.mayBePickle else { return }
        guard strings.count < limits.strings else {
            hasMoreStrings = true
            return
        }
        strings.append((instruction.offset, instruction.opcode.plainBytes(bytes)))
    }
}

extension PickleInstruction {
    /// The bytes of a string or of bytes, as they lie in the pickle.
    fileprivate var string: ByteRegion? {
        switch argument {
        case .text(let region), .string(let region), .bytes(let region), .byteArray(let region): region
        case .line(let region): region
        default: nil
        }
    }
}

extension PickleOpcode {
    /// The bytes that a string stands for; a text of characters below 256 stands for the bytes of its characters, as
    /// protocol 2 writes bytes.
    fileprivate func plainBytes(_ region: ByteRegion) -> ByteRegion {
        switch self {
        case .unicode:
            let scalars = PickleText.rawUnicodeEscape(region.bytes).unicodeScalars
            let bytes = scalars.compactMap { UInt8(exactly: $0.value) }
            return bytes.count == scalars.count ? ByteRegion(bytes) : region
        case .string: return PickleText.unquoted(region.bytes).map { ByteRegion($0) } ?? region
        case .binUnicode, .shortBinUnicode, .binUnicode8:
            let bytes = region.bytes
            guard bytes.contains(where: { $0 >= 0x80 }), let text = String(validating: bytes, as: UTF8.self) else {
                return region
            }
            let plain = text.unicodeScalars.compactMap { UInt8(exactly: $0.value) }
            return plain.count == text.unicodeScalars.count ? ByteRegion(plain) : region
        default: return region
        }
    }
}

extension ByteRegion {
    /// Whether a pickle that refers to anything could lie in the bytes, or in the bytes that they are a text of: it
    /// starts with PROTO, or holds a byte that such a pickle cannot be without.
    fileprivate var mayBePickle: Bool {
        if self[0] == 0x80 || (self[0] == 0xC2 && self[1] == 0x80) { return true }
        // A file within the string: a ZIP archive, or a compressed stream.
        if starts(with: [0x50, 0x4B]) || starts(with: [0x1F, 0x8B]) || self[0] == 0x78 { return true }
        // A line feed, an escaped one, STACK_GLOBAL, EXT1, EXT2, EXT4.
        return contains { $0 == 0x0A || $0 == 0x5C || $0 == 0x93 || (0x82...0x84).contains($0) }
    }
}
