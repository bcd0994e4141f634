import BBCUPlatform
import OrderedCollections
import TensorBytes
import TensorFiles

extension Difference {
    /// Compares two checkpoints. Of each, no more than one tensor is held at a time.
    ///
    /// - Throws: what reading a tensor throws, and `noRoot` where a root names nothing. A tensor that is only far
    ///   larger than its storage is listed as not compared.
    public init(_ a: Checkpoint, _ b: Checkpoint, _ options: DifferenceOptions = .init()) throws(DifferenceError) {
        let first = try ComparedSide("A", a, root: options.rootA, against: b, options)
        let second = try ComparedSide("B", b, root: options.rootB, against: a, options)
        let prefixes = KeyPrefixes(first.keys, second.keys)
        let (tensorsA, tensorsB) = (first.tensors(without: prefixes.a), second.tensors(without: prefixes.b))
        var comparing = Comparing(a: a, b: b, tolerance: options.tolerance)
        for (name, entry) in tensorsA {
            if let other = tensorsB[name] { try comparing.compare(name, entry, other) }
        }
        let lonelyA = tensorsA.filter { tensorsB[$0.key] == nil }
        let lonelyB = tensorsB.filter { tensorsA[$0.key] == nil }
        let pairs = try Renamings.find(lonelyA, in: a, lonelyB, in: b)
        let namesB = Set(pairs.values.map({ ExactName($0) }))
        self.a = first.side(tensors: tensorsA.count, prefix: prefixes.a)
        self.b = second.side(tensors: tensorsB.count, prefix: prefixes.b)
        self.options = options
        onlyInA = lonelyA.filter { pairs[$0.key] == nil }.map { Single(name: $0, description: $1.description) }
        onlyInB = lonelyB.filter { !namesB.contains(ExactName($0.key)) }.map {
            Single(name: $0, description: $1.description)
        }
        renamed = lonelyA.compactMap { name, entry in
            pairs[name].map { Renaming(nameInA: name, nameInB: $0, description: entry.description) }
        }
        (changed, equal) = (comparing.changed, comparing.equal)
        equalWithinTolerance = comparing.equalWithinTolerance
        let (valuesA, valuesB) = (first.values(without: prefixes.a), second.values(without: prefixes.b))
        values =
            ValueChange.between(valuesA, valuesB) + comparing.described
            + (try Self.code(first.selection, second.selection))
        unlisted = UnlistedDifference(first.unlisted, second.unlisted)
        let isEmpty = first.selection.isEmpty && second.selection.isEmpty
        notCompared =
            (isEmpty ? options.pattern.map { [Unread(name: $0.text, reason: Self.noMatch)] } ?? [] : [])
            + first.unread + second.unread + comparing.notCompared + PlainValues.unread(valuesA, valuesB)
            + unlisted.unread + first.missing(but: comparing.notCompared) + second.missing(but: comparing.notCompared)
        notes =
            first.selection.notes(of: "A") + second.selection.notes(of: "B")
            + Self.notes(tensorsA, tensorsB, equalUnlisted: unlisted.equal, options)
    }

    /// What does not count as a difference.
    private static func notes(
        _ a: ExactDictionary<TensorEntry>, _ b: ExactDictionary<TensorEntry>, equalUnlisted: Int,
        _ options: DifferenceOptions
    ) -> [String] {
        let isReordered = !a.keys.filter { b[$0] != nil }.elementsEqual(
            b.keys.filter { a[$0] != nil }, by: { $0.isExactly($1) })
        return (isReordered ? ["the tensors that both have are in another order; that does not count"] : [])
            + (equalUnlisted > 0
                ? ["storages or parts of storages that no tensor uses, equal by their bytes: \(equalUnlisted)"] : [])
            + (options.weightsOnly ? ["example inputs, constants and graphs were left out, as asked for"] : [])
    }

    private static let noMatch = "no name in A or B matches this pattern"

    /// The source files of TorchScript archives whose bytes differ.
    private static func code(_ a: Selection, _ b: Selection) throws(DifferenceError) -> [ValueChange] {
        let (filesA, filesB) = (try a.code(), try b.code())
        var changes: [ValueChange] = []
        for (name, text) in filesA where filesB[name] != text {
            changes.append(ValueChange(name: name, a: text, b: filesB[name]))
        }
        for (name, text) in filesB where filesA[name] == nil {
            changes.append(ValueChange(name: name, a: nil, b: text))
        }
        return changes
    }
}

/// One of the checkpoints, and what of it is compared.
private struct ComparedSide {
    let checkpoint: Checkpoint
    let root: String
    let selection: Selection
    private let beside: BesideStateDict

    init(
        _ letter: String, _ checkpoint: Checkpoint, root: String, against other: Checkpoint,
        _ options: DifferenceOptions
    ) throws(DifferenceError) {
        self.checkpoint = checkpoint
        self.root = root
        selection = try Selection(checkpoint, root: root, pattern: options.pattern)
        beside = BesideStateDict(
            checkpoint, comparedWith: other, root: root, side: letter, isLeftOut: options.weightsOnly)
    }

    var keys: [String] { selection.tensors.keys.filter { !beside.holds($0) } }
    var unlisted: [UnlistedDifference.Named] { selection.unlisted.filter { !beside.holds($0) } }
    var unread: [Difference.Unread] { selection.unread(beside) }

    func tensors(without prefix: String) -> ExactDictionary<TensorEntry> {
        selection.tensors(without: prefix, beside: beside)
    }

    func values(without prefix: String) -> PlainValues { selection.values(without: prefix, beside: beside) }

    func side(tensors: Int, prefix: String) -> Difference.Side {
        .init(file: checkpoint.file, format: checkpoint.format, root: root, prefix: prefix, tensors: tensors)
    }

    /// What the checkpoint names and does not have, but for what is listed as not compared already.
    func missing(but known: [Difference.Unread]) -> [Difference.Unread] {
        let names = Set(known.map { ExactName($0.name) })
        return checkpoint.missing(under: root).filter { !names.contains(ExactName($0.name)) }.map {
            .init(name: $0.name, reason: "\(checkpoint.file.printable(atMost: 200)): \($0.reason)")
        }
    }
}

extension Advice {
    package static let inspect = Advice("its listing shows its structure")
}

/// Why two checkpoints cannot be compared.
public enum DifferenceError: DescribedError {
    /// A checkpoint's tensor cannot be read.
    case checkpoint(CheckpointError)
    /// A root names nothing in the file.
    case noRoot(file: String, root: String)
    /// The file holds more values than any checkpoint.
    case tooManyValues(file: String)

    /// One line: the file, what was found, what was expected.
    public var description: String {
        switch self {
        case .checkpoint(let error): error.description
        case .noRoot(let file, let root):
            "\(file.printable(atMost: 1000)): found nothing at '\(root.printable(atMost: 160))', expected a part of the "
                + "file; \(Advice.inspect)"
        case .tooManyValues(let file):
            "\(file.printable(atMost: 1000)): more than \(PlainValues.most.counted("value")) beside its tensors"
        }
    }
}

/// The comparison of tensors of one name, and what it has found so far.
private struct Comparing {
    let a: Checkpoint
    let b: Checkpoint
    let tolerance: Double
    var changed: [Difference.Change] = []
    var notCompared: [Difference.Unread] = []
    /// What the files record of tensors beside their values, and differs.
    var described: [ValueChange] = []
    var equal = 0
    var equalWithinTolerance = 0

    /// Whether the same 4-bit numbers are counted one by one in one file and in pairs in the other.
    private static func isRepacked(_ a: Tensor, _ b: Tensor) -> Bool {
        let dtypes: [DType] = [.float4E2M1FN, .float4E2M1FNX2]
        return a.dtype != b.dtype && dtypes.contains(a.dtype) && dtypes.contains(b.dtype)
            && a.components == b.components
    }

    mutating func compare(_ name: String, _ left: TensorEntry, _ right: TensorEntry) throws(DifferenceError) {
        guard left.layout.hasValues || right.layout.hasValues else {
            compareDescriptions(name, left, right)
            return
        }
        let first: Tensor
        let second: Tensor
        do throws(CheckpointError) {
            first = try a.tensor(left)
            second = try b.tensor(right)
            note(name + " (quantization)", try a.quantizationText(left.layout), try b.quantizationText(right.layout))
        } catch {
            guard error.isOfOneTensor else { throw .checkpoint(error) }
            notCompared.append(Difference.Unread(name: name, reason: error.description))
            return
        }
        note(
            name + " (whole shape)", left.layout.wholeShape.map(TensorShape.text),
            right.layout.wholeShape.map(TensorShape.text))
        if first == second || Self.isRepacked(first, second) {
            equal += 1
            return
        }
        let measures = ValueMeasures(first, second, tolerance: tolerance)
        if left.description == right.description, let measures, measures.differing == 0 {
            equal += 1
            equalWithinTolerance += 1
            return
        }
        changed.append(
            Difference.Change(
                name: name, a: left.description, b: right.description, measures: measures,
                relations: Relation.search(first, second)))
    }

    /// Of tensors that were saved without values there is nothing else.
    private mutating func compareDescriptions(_ name: String, _ left: TensorEntry, _ right: TensorEntry) {
        guard left.description != right.description else {
            equal += 1
            return
        }
        changed.append(
            Difference.Change(name: name, a: left.description, b: right.description, measures: nil, relations: []))
    }

    private mutating func note(_ name: String, _ left: String?, _ right: String?) {
        if left != right { described.append(ValueChange(name: name, a: left, b: right)) }
    }
}
