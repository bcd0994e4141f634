import Bytes
import Checkpoints
import OrderedCollections
import Tensors

extension Difference {
    /// Compares two checkpoints. Of each, no more than one tensor is held at a time.
    ///
    /// - Throws: what reading a tensor throws, and `noRoot` where a root names nothing. A tensor that is only far
    ///   larger than its storage is listed as not compared.
    public init(_ a: Checkpoint, _ b: Checkpoint, _ options: DifferenceOptions = .init()) throws(DifferenceError) {
        let selectedA = try Selection(a, root: options.rootA, pattern: options.pattern)
        let selectedB = try Selection(b, root: options.rootB, pattern: options.pattern)
        let prefixes = KeyPrefixes(Array(selectedA.tensors.keys), Array(selectedB.tensors.keys))
        let tensorsA = selectedA.tensors(without: prefixes.a)
        let tensorsB = selectedB.tensors(without: prefixes.b)
        var comparing = Comparing(a: a, b: b, tolerance: options.tolerance)
        for (name, entry) in tensorsA {
            if let other = tensorsB[name] { try comparing.compare(name, entry, other) }
        }
        let lonelyA = tensorsA.filter { tensorsB[$0.key] == nil }
        let lonelyB = tensorsB.filter { tensorsA[$0.key] == nil }
        let pairs = try Renamings.find(lonelyA, in: a, lonelyB, in: b)
        let namesB = Set(pairs.values.map({ ExactName($0) }))
        self.a = Side(file: a.file, format: a.format, tensors: tensorsA.count, prefix: prefixes.a)
        self.b = Side(file: b.file, format: b.format, tensors: tensorsB.count, prefix: prefixes.b)
        self.options = options
        onlyInA = lonelyA.filter { pairs[$0.key] == nil }.map { Single(name: $0, description: $1.description) }
        onlyInB = lonelyB.filter { !namesB.contains(ExactName($0.key)) }.map {
            Single(name: $0, description: $1.description)
        }
        renamed = lonelyA.compactMap { name, entry in
            pairs[name].map { Renaming(nameInA: name, nameInB: $0, description: entry.description) }
        }
        changed = comparing.changed
        notCompared = comparing.notCompared
        equal = comparing.equal
        equalWithinTolerance = comparing.equalWithinTolerance
        let plain = ValueChange.between(
            selectedA.values(without: prefixes.a), selectedB.values(without: prefixes.b))
        values = plain
        let common = tensorsA.keys.filter { tensorsB[$0] != nil }
        let isReordered = !common.elementsEqual(tensorsB.keys.filter { tensorsA[$0] != nil }, by: { $0.isExactly($1) })
        notes =
            selectedA.notes(of: "A") + selectedB.notes(of: "B")
            + (isReordered ? ["the tensors that both have are in another order; that does not count"] : [])
    }
}

/// Why two checkpoints cannot be compared.
public enum DifferenceError: Error, CustomStringConvertible {
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
                + "file; `bbcu inspect` shows its structure"
        case .tooManyValues(let file):
            "\(file.printable(atMost: 1000)): more than \(PlainValues.most) values beside its tensors"
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
        let first: Tensor
        let second: Tensor
        do throws(CheckpointError) {
            first = try a.tensor(left)
            second = try b.tensor(right)
        } catch {
            guard error.code == .limit else { throw .checkpoint(error) }
            notCompared.append(Difference.Unread(name: name, reason: error.description))
            return
        }
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
}
