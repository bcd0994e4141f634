import BBCUPlatform
import OrderedCollections
import TensorBytes
import TensorFiles

/// Pairs tensors of equal content whose names differ.
enum Renamings {
    /// What has to be equal: the content by its SHA-256.
    private struct Content: Hashable {
        let description: TensorDescription
        let digest: String
    }

    /// Tensors of one content: their names in A and in B, in the order of the files.
    private struct Group {
        var a: [String] = []
        var b: [String] = []
        var isConstant = false
    }

    /// For names of A the names of B under which the same tensor is found.
    ///
    /// - Throws: what reading a tensor throws. One that is far larger than its storage is nowhere found again.
    static func find(
        _ a: ExactDictionary<TensorEntry>, in checkpointA: Checkpoint,
        _ b: ExactDictionary<TensorEntry>, in checkpointB: Checkpoint
    ) throws(DifferenceError) -> ExactDictionary<String> {
        let known = Set(a.values.map(\.description)).intersection(b.values.map(\.description))
        var groups: OrderedDictionary<Content, Group> = [:]
        for (name, entry) in a where known.contains(entry.description) {
            guard let (content, isConstant) = try content(entry, checkpointA) else { continue }
            groups[content, default: Group()].a.append(name)
            groups[content]?.isConstant = isConstant
        }
        for (name, entry) in b where known.contains(entry.description) {
            guard let (content, _) = try content(entry, checkpointB) else { continue }
            groups[content]?.b.append(name)
        }
        var pairs: ExactDictionary<String> = [:]
        for group in groups.values where !group.b.isEmpty {
            for (left, right) in paired(group.a, group.b, isConstant: group.isConstant)
            where try isSame(a[left], checkpointA, b[right], checkpointB) {
                pairs[left] = right
            }
        }
        return pairs
    }

    private static func content(
        _ entry: TensorEntry, _ checkpoint: Checkpoint
    ) throws(DifferenceError) -> (Content, isConstant: Bool)? {
        guard let tensor = try tensor(entry, checkpoint) else { return nil }
        let size = tensor.dtype.byteCount
        let isConstant = zip(tensor.bytes, tensor.bytes.dropFirst(size)).allSatisfy { $0 == $1 }
        return (
            Content(description: tensor.description, digest: ByteRegion(tensor.bytes).sha256()), isConstant
        )
    }

    /// A tensor's values, or nil where it is far larger than its storage.
    private static func tensor(_ entry: TensorEntry, _ checkpoint: Checkpoint) throws(DifferenceError) -> Tensor? {
        do throws(CheckpointError) {
            return try checkpoint.tensor(entry)
        } catch {
            if error.isOfOneTensor { return nil }
            throw .checkpoint(error)
        }
    }

    private static func isSame(
        _ a: TensorEntry?, _ checkpointA: Checkpoint, _ b: TensorEntry?, _ checkpointB: Checkpoint
    ) throws(DifferenceError) -> Bool {
        guard let a, let b, let left = try tensor(a, checkpointA) else { return false }
        do throws(CheckpointError) {
            guard
                try checkpointA.quantizationText(a.layout) == checkpointB.quantizationText(b.layout)
            else { return false }
        } catch { throw .checkpoint(error) }
        return try left == tensor(b, checkpointB)
    }

    /// Pairs names of tensors that are all equal: those whose last components agree furthest first, in order.
    ///
    /// A constant tensor, such as a bias of zeros, says nothing about where it came from. Its names are paired only
    /// where components agree, and only with as many in A as in B; elsewhere it stays absent and new.
    static func paired(_ a: [String], _ b: [String], isConstant: Bool) -> [(String, String)] {
        var pairs: [(String, String)] = []
        var restA = a.map(Self.components)
        var restB = b.map(Self.components)
        let deepest = min(16, restA.map(\.count).max() ?? 0)
        for depth in stride(from: deepest, through: isConstant ? 1 : 0, by: -1) {
            var found: [[ExactName]: (a: [Int], b: [Int])] = [:]
            for (index, name) in restA.enumerated() where name.count >= depth {
                found[Array(name.suffix(depth)), default: ([], [])].a.append(index)
            }
            for (index, name) in restB.enumerated() where name.count >= depth {
                found[Array(name.suffix(depth))]?.b.append(index)
            }
            var usedA: Set<Int> = []
            var usedB: Set<Int> = []
            for (left, right) in found.values where !isConstant || left.count == right.count {
                for (first, second) in zip(left, right) {
                    pairs.append((Self.name(restA[first]), Self.name(restB[second])))
                    usedA.insert(first)
                    usedB.insert(second)
                }
            }
            restA = restA.indices.filter { !usedA.contains($0) }.map { restA[$0] }
            restB = restB.indices.filter { !usedB.contains($0) }.map { restB[$0] }
        }
        return pairs
    }

    private static func components(_ name: String) -> [ExactName] { name.parts(at: ".").map({ ExactName($0) }) }

    private static func name(_ components: [ExactName]) -> String {
        components.map(\.text).joined(separator: ".")
    }
}
