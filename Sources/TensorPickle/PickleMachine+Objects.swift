// Containers, classes, objects, and the memo.
extension PickleMachine {
    mutating func makeContainer(_ opcode: PickleOpcode) throws(PickleError) {
        switch opcode {
        case .emptyList: push(PickleNode(kind: .list))
        case .emptyTuple: push(PickleNode(kind: .tuple))
        case .emptyDict: push(PickleNode(kind: .dictionary))
        case .emptySet: push(PickleNode(kind: .set))
        case .list: push(PickleNode(kind: .list, elements: try popToMark()))
        case .tuple: push(PickleNode(kind: .tuple, elements: try popToMark()))
        case .frozenSet: push(PickleNode(kind: .frozenSet, elements: try popToMark()))
        case .dict: push(PickleNode(kind: .dictionary, items: try pairs(try popToMark())))
        default:
            var elements: [PickleValue] = []
            for _ in 0..<(opcode == .tuple1 ? 1 : opcode == .tuple2 ? 2 : 3) { elements.append(try pop()) }
            push(PickleNode(kind: .tuple, elements: elements.reversed()))
        }
    }

    mutating func fill(_ opcode: PickleOpcode) throws(PickleError) {
        var values: [PickleValue]
        switch opcode {
        case .append: values = [try pop()]
        case .setItem:
            let value = try pop()
            values = [try pop(), value]
        default: values = try popToMark()
        }
        let index = try topNode("something to put items into")
        switch (graph.nodes[index].kind, opcode) {
        case (.list, .append), (.list, .appends), (.set, .addItems), (.object, .append), (.object, .appends),
            (.object, .addItems):
            graph.nodes[index].elements += values
        case (.dictionary, .setItem), (.dictionary, .setItems), (.object, .setItem), (.object, .setItems):
            graph.nodes[index].items += try pairs(values)
        default:
            throw failure(.stack, found: "an object that holds no such items", expected: "a list, dictionary or set")
        }
    }

    private func pairs(_ values: [PickleValue]) throws(PickleError) -> [(key: PickleValue, value: PickleValue)] {
        guard values.count.isMultiple(of: 2) else {
            throw failure(.stack, found: "a key without a value", expected: "pairs")
        }
        return stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
    }

    mutating func makeReference(_ opcode: PickleOpcode) throws(PickleError) {
        switch opcode {
        case .global: push(PickleNode(kind: .global(module: try lineText(), name: try lineText())))
        case .stackGlobal:
            guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
                throw failure(.stack, found: "a class whose name is no string", expected: "a module and a name")
            }
            push(PickleNode(kind: .global(module: module, name: name)))
        case .persId: push(PickleNode(kind: .persistent(.string(try lineText()))))
        case .binPersId: push(PickleNode(kind: .persistent(try pop())))
        case .ext1: push(PickleNode(kind: .registered(Int(try byte()))))
        case .ext2: push(PickleNode(kind: .registered(Int(try integer(UInt16.self)))))
        case .ext4: push(PickleNode(kind: .registered(Int(try integer(Int32.self)))))
        default:
            push(PickleNode(kind: .buffer(bufferCount)))
            bufferCount += 1
        }
    }

    mutating func makeObject(_ opcode: PickleOpcode) throws(PickleError) {
        switch opcode {
        case .build:
            let state = try pop()
            graph.nodes[try topNode("an object to give a state to")].states.append(state)
        case .reduce, .newObj:
            let arguments = try pop()
            push(object(try pop(), arguments))
        case .newObjEx:
            let keywords = try pop()
            let arguments = try pop()
            push(object(try pop(), arguments, keywords))
        case .inst:
            let name = PickleNode(kind: .global(module: try lineText(), name: try lineText()))
            let arguments = try popToMark()
            push(object(append(name), tuple(arguments)))
        default:
            let values = try popToMark()
            guard let constructor = values.first else { throw missing("a class") }
            push(object(constructor, tuple(Array(values.dropFirst()))))
        }
    }

    private func object(
        _ constructor: PickleValue, _ arguments: PickleValue, _ keywords: PickleValue? = nil
    ) -> PickleNode {
        PickleNode(kind: .object(constructor: constructor, arguments: arguments, keywords: keywords))
    }

    private mutating func tuple(_ elements: [PickleValue]) -> PickleValue {
        append(PickleNode(kind: .tuple, elements: elements))
    }

    private mutating func append(_ node: PickleNode) -> PickleValue {
        graph.nodes.append(node)
        return .node(graph.nodes.count - 1)
    }

    mutating func remember(_ opcode: PickleOpcode) throws(PickleError) {
        let index: Int
        switch opcode {
        case .get, .put:
            let text = try lineText()
            guard let number = Int(text), number >= 0 else {
                throw failure(.argument, found: "the memo entry '\(text)'", expected: "a number")
            }
            index = number
        case .binGet, .binPut: index = Int(try byte())
        case .longBinGet, .longBinPut: index = Int(try integer(UInt32.self))
        default: index = memo.count
        }
        switch opcode {
        case .get, .binGet, .longBinGet:
            guard let value = memo[index] else {
                throw failure(
                    .memo, found: "memo entry \(index), which was never written", expected: "an earlier object")
            }
            push(value)
        default:
            memo[index] = try top()
            guard memo.count <= limits.memoEntries else {
                throw failure(.limit, found: "more than \(limits.memoEntries) memo entries", expected: "fewer")
            }
        }
    }
}
