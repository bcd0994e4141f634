// Calls: what they return, what is done with it, and what they ask for.
extension PickleTrace {
    /// The arguments of a call as far as they are kept, and how many there are.
    struct Arguments {
        var values: [Value]
        var count: Int
    }

    /// The elements of a tuple or list; nil for any other value.
    func elements(of value: Value) -> Arguments? {
        switch value {
        case .tuple(let index):
            guard tuples.indices.contains(index) else { return nil }
            let tuple = tuples[index]
            return Arguments(values: Array(tupleElements[tuple.start..<tuple.start + tuple.kept]), count: tuple.count)
        case .list(let index):
            guard lists.indices.contains(index) else { return nil }
            return lists[index]
        default: return nil
        }
    }

    mutating func makeTuple(_ values: [Value], _ count: Int) -> Value {
        guard count > 0 else { return .tuple(0) }
        guard tupleElements.count < limits.values else { return .tuple(-1) }
        tuples.append((tupleElements.count, values.count, count))
        tupleElements += values
        return .tuple(tuples.count - 1)
    }

    mutating func makeList(_ values: [Value], _ count: Int) -> Value {
        guard lists.count < Self.listLimit else { return .list(-1) }
        lists.append(Arguments(values: values, count: count))
        return .list(lists.count - 1)
    }

    static let listLimit = 1 << 17
    static let keptElements = 8
    static let oddityLimit = 1000
    private static let deepestCall = 8

    /// What a call returns. A class handed to NEWOBJ is always made an object of.
    mutating func result(
        of callee: Value, _ arguments: Arguments?, _ instruction: PickleInstruction, depth: Int = 0
    ) -> Value {
        switch callee {
        case .reference(let index):
            references[index].calls += 1
            if instruction.opcode == .reduce, isLatin1(arguments) { references[index].latin1Calls += 1 }
            describe(arguments, index)
            note(demandOf: index, arguments, instruction)
            if [.newObj, .newObjEx].contains(instruction.opcode), depth == 0 { return .instance(index) }
            return returned(by: index, arguments, instruction, depth)
        case .unknown, .instance, .result, .storage:
            note(instruction, "a call of what an earlier call returned, so that what runs cannot be known")
            return .unknown
        case .other, .text, .constant, .tuple, .list: return .other
        }
    }

    private mutating func returned(
        by index: Int, _ arguments: Arguments?, _ instruction: PickleInstruction, _ depth: Int
    ) -> Value {
        let kind = references[index].result
        switch kind {
        case .instance: return .instance(index)
        case .unknown: return .result(index)
        default: break
        }
        guard let arguments else { return .unknown }
        func argument(_ place: Int) -> Value {
            // With fewer arguments the call fails.
            place < arguments.values.count ? arguments.values[place] : place < arguments.count ? .unknown : .other
        }
        switch kind {
        case .argument(let place): return argument(place)
        case .instanceOfArgument:
            if case .reference(let type) = argument(0) { return .instance(type) }
            return .unknown
        case .copy:
            let value = argument(0)
            switch value {
            case .constant, .text, .tuple, .list, .other: return value
            default: return .instance(index)
            }
        case .number:
            let value = argument(0)
            if case .constant = value { return value }
            return .instance(index)
        case .callOfArgument:
            guard depth < Self.deepestCall else { return .unknown }
            let value = result(of: argument(0), elements(of: argument(2)), instruction, depth: depth + 1)
            if case .constant = argument(3) {} else { change(value, instruction) }
            return value
        case .instance, .unknown: return .unknown
        }
    }

    private func isLatin1(_ arguments: Arguments?) -> Bool {
        guard let arguments, arguments.count == 2, case .text = arguments.values[0],
            case .text(let encoding) = arguments.values[1]
        else { return false }
        return isText(at: encoding, "latin1")
    }

    /// A state, attributes or items for a value.
    mutating func change(_ value: Value, _ instruction: PickleInstruction) {
        switch value {
        case .reference(let index): references[index].isChanged = true
        case .result(let index): references[index].isResultChanged = true
        case .unknown, .storage:
            note(instruction, "a change of what an earlier call returned, which may be a class or function")
        case .instance, .other, .text, .constant, .tuple, .list: break
        }
    }

    mutating func note(_ instruction: PickleInstruction, _ text: String) {
        guard oddities.count < Self.oddityLimit else { return }
        oddities.append((instruction.offset, "\(instruction.opcode.name): \(text)"))
    }

    /// torch.package numbers its storages, the other formats name them.
    private func key(_ value: Value) -> String? {
        if case .text(let place) = value { return text(at: place) }
        return integer(value).map { String($0) }
    }

    /// Takes down a persistent identifier; the value that stands for it.
    mutating func identified(_ identifier: Value) -> Value {
        guard let parts = elements(of: identifier), parts.count >= 5, case .text(let kind) = parts.values[0],
            isText(at: kind, "storage"), case .reference(let type) = parts.values[1]
        else {
            otherIdentifiers += 1
            // Old formats name a class together with its source, and get the class back.
            for case .reference(let type) in (elements(of: identifier)?.values ?? []).prefix(2) {
                return .reference(type)
            }
            return .storage(-1)
        }
        storageIdentifiers += 1
        guard let key = key(parts.values[2]), case .named(let module, let name) = references[type].target,
            storages.count < limits.values
        else { return .storage(-1) }
        let storage = PickleStorage(key: key, type: module + "." + name, count: integer(parts.values[4]))
        if let index = storageIndices[storage] { return .storage(index) }
        storageIndices[storage] = storages.count
        storages.append(storage)
        return .storage(storages.count - 1)
    }
}
