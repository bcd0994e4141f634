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
        let selectedA = try Selection(a, root: options.rootA, pattern: options.pattern)
        let selectedB = try Selection(b, root: options.rootB, pattern: options.pattern)
        let besideA = BesideStateDict(
            a, comparedWith: b, root: options.rootA, side: "A", isLeftOut: options.weightsOnly)
        let besideB = BesideStateDict(
            b, comparedWith: a, root: options.rootB, side: "B", isLeftOut: options.weightsOnly)
        let prefixes = KeyPrefixes(
            selectedA.tensors.keys.filter { !besideA.holds($0) }, selectedB.tensors.keys.filter { !besideB.holds($0) })
        let tensorsA = selectedA.tensors(without: prefixes.a, beside: besideA)
        let tensorsB = selectedB.tensors(without: prefixes.b, beside: besideB)
        var comparing = Comparing(a: a, b: b, tolerance: options.tolerance)
        for (name, entry) in tensorsA {
            if let other = tensorsB[name] { try comparing.compare(name, entry, other) }
        }
        let lonelyA = tensorsA.filter { tensorsB[$0.key] == nil }
        let lonelyB = tensorsB.filter { tensorsA[$0.key] == nil }
        let pairs = try Renamings.find(lonelyA, in: a, lonelyB, in: b)
        let namesB = Set(pairs.values.map({ ExactName($0) }))
        self.a = Side(
            file: a.file, format: a.format, tensors: tensorsA.count, prefix: prefixes.a, root: options.rootA)
        self.b = Side(
            file: b.file, format: b.format, tensors: tensorsB.count, prefix: prefixes.b, root: options.rootB)
        self.options = options
        onlyInA = lonelyA.filter { pairs[$0.key] == nil }.map { Single(name: $0, description: $1.description) }
        onlyInB = lonelyB.filter { !namesB.contains(ExactName($0.key)) }.map {
            Single(name: $0, description: $1.description)
        }
        renamed = lonelyA.compactMap { name, entry in
            pairs[name].map { Renaming(nameInA: name, nameInB: $0, description: entry.description) }
        }
        changed = comparing.changed
        equal = comparing.equal
        equalWithinTolerance = comparing.equalWithinTolerance
        let valuesA = selectedA.values(without: prefixes.a, beside: besideA)
        let valuesB = selectedB.values(without: prefixes.b, beside: besideB)
        values = ValueChange.between(valuesA, valuesB) + comparing.described + (try Self.code(selectedA, selectedB))
        unlisted = UnlistedDifference(
            selectedA.unlisted.filter { !besideA.holds($0) }, selectedB.unlisted.filter { !besideB.holds($0) })
        let isEmpty = selectedA.isEmpty && selectedB.isEmpty
        notCompared =
            (isEmpty ? options.pattern.map { [Unread(name: $0.text, reason: Self.noMatch)] } ?? [] : [])
            + selectedA.unread(besideA) + selectedB.unread(besideB)
            + comparing.notCompared + PlainValues.unread(valuesA, valuesB) + unlisted.unread
            + Self.missing(in: a, under: options.rootA, but: comparing.notCompared)
            + Self.missing(in: b, under: options.rootB, but: comparing.notCompared)
        let common = tensorsA.keys.filter { tensorsB[$0] != nil }
        let isReordered = !common.elementsEqual(tensorsB.keys.filter { tensorsA[$0] != nil }, by: { $0.isExactly($1) })
        notes =
            selectedA.notes(of: "A") + selectedB.notes(of: "B")
            + (isReordered ? ["the tensors that both have are in another order; that does not count"] : [])
            + (unlisted.equal > 0
                ? ["storages or parts of storages that no tensor uses, equal by their bytes: \(unlisted.equal)"]
                : [])
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

    /// What a checkpoint names and does not have, but for what is listed as not compared already.
    private static func missing(in checkpoint: Checkpoint, under root: String, but known: [Unread]) -> [Unread] {
        let names = Set(known.map { ExactName($0.name) })
        return checkpoint.missing(under: root).filter { !names.contains(ExactName($0.name)) }.map {
            Unread(name: $0.name, reason: "\(checkpoint.file.printable(atMost: 200)): \($0.reason)")
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

    init(a: Checkpoint, b: Checkpoint, tolerance: Double) {
        self.a = a
        self.b = b
        self.tolerance = tolerance
    }

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
