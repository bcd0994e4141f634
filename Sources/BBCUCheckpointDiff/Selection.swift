import BBCUPlatform
import TensorBytes
import TensorFiles

/// The part of a checkpoint that is compared, under names without its root.
struct Selection {
    /// The tensors in the order of the file.
    let tensors: ExactDictionary<TensorEntry>
    private let checkpoint: Checkpoint
    private let plain: PlainValues
    /// Storages that no tensor uses: all of the file's, of a part those that it names. Then what tensors leave of theirs.
    let unlisted: [UnlistedDifference.Named]
    private let isWhole: Bool

    /// The part under a root, of which only what matches the pattern.
    init(_ checkpoint: Checkpoint, root: String, pattern: NamePattern?) throws(DifferenceError) {
        let front = root.isEmpty ? "" : root + "."
        func name(_ full: String) -> String? {
            let name: String? =
                root.isEmpty
                ? full : full.isExactly(root) ? "" : full.without(prefix: front)
            return name.flatMap { pattern?.matches($0) ?? true ? $0 : nil }
        }
        var tensors: ExactDictionary<TensorEntry> = [:]
        var counts: ExactDictionary<Int> = [:]
        for entry in checkpoint.allTensors {
            guard let name = name(entry.name) else { continue }
            // A key with a dot in it can give two tensors one name; the second is told apart by its number.
            let count = counts[name, default: 0] + 1
            counts[name] = count
            tensors[count == 1 ? name : "\(name) (\(count))"] = entry
        }
        let plain = try PlainValues(checkpoint)
        let exists =
            root.isEmpty
            || checkpoint.allTensors.contains { $0.name.isExactly(root) || $0.name.begins(with: front) }
            || plain.texts.keys.contains { $0.isExactly(root) || $0.begins(with: front) }
        guard exists else { throw .noRoot(file: checkpoint.file, root: root) }
        self.tensors = tensors
        self.checkpoint = checkpoint
        self.plain = plain.renamed(name)
        let isWhole = root.isEmpty && pattern == nil
        self.isWhole = isWhole
        let unused: [UnlistedDifference.Named] = checkpoint.unlisted.compactMap { storage in
            if let path = storage.path {
                return name(path).map { .init(name: $0, content: .storage(storage), checkpoint: checkpoint) }
            }
            return isWhole
                ? .init(name: storage.nameInAnyArchive, content: .storage(storage), checkpoint: checkpoint) : nil
        }
        let rests: [UnlistedDifference.Named] = checkpoint.uncovered.compactMap { rest in
            rest.names.lazy.compactMap(name).first.map {
                .init(name: UncoveredBytes.name(of: $0), content: .rest(rest), checkpoint: checkpoint)
            }
        }
        unlisted = unused + rests
    }

    /// Whether nothing was selected.
    var isEmpty: Bool { tensors.isEmpty && plain.isEmpty && unlisted.isEmpty }

    /// The tensors under their names without a prefix that all of them have, but for those beside the state dict.
    func tensors(without prefix: String, beside: BesideStateDict) -> ExactDictionary<TensorEntry> {
        let kept = tensors.filter { !beside.holds($0.key) }
        guard !prefix.isEmpty else { return kept }
        return ExactDictionary(
            kept.map { ($0.key.without(prefix: prefix) ?? $0.key, $0.value) },
            uniquingKeysWith: { first, _ in first })
    }

    /// What lies beside the state dict and is not compared.
    func unread(_ beside: BesideStateDict) -> [Difference.Unread] {
        beside.unread(
            tensors.keys.filter(beside.holds), values: plain.texts.keys.filter(beside.holds),
            unlisted.filter(beside.holds))
    }

    /// The values beside the tensors, under their names without a prefix where they have it.
    func values(without prefix: String, beside: BesideStateDict? = nil) -> PlainValues {
        plain.renamed { name in
            beside?.holds(name) == true ? nil : prefix.isEmpty ? name : name.without(prefix: prefix) ?? name
        }
    }

    /// What the source files of the whole are, in words that are equal where their bytes are.
    func code() throws(DifferenceError) -> ExactDictionary<String> {
        var texts: ExactDictionary<String> = [:]
        guard isWhole else { return texts }
        for name in checkpoint.code {
            do throws(CheckpointError) {
                let bytes = try checkpoint.bytes(ofCode: name)
                texts[name] = "\(bytes.count.counted("byte")) of SHA-256 \(bytes.sha256())"
            } catch { throw .checkpoint(error) }
        }
        return texts
    }

    /// What the reader of a comparison should know of the file.
    func notes(of side: String) -> [String] {
        checkpoint.notes.map { "\(side): \($0)" } + (tensors.isEmpty ? ["\(side): no tensors to compare"] : [])
    }
}

extension UnlistedStorage {
    /// The entry without the archive's own folder, which every writer names as it likes, or the key.
    fileprivate var nameInAnyArchive: String {
        entry?.cut(atFirst: "/")?.behind ?? name
    }
}

/// What stands in front of all names of one checkpoint and not of the other's, such as `module.` or `params.`.
struct KeyPrefixes: Equatable {
    /// More levels than any program puts in front.
    static let deepest = 6

    private(set) var a = ""
    private(set) var b = ""

    /// The prefixes without which most names are common, where none is as they are.
    init(_ keysA: [String], _ keysB: [String]) {
        let namesB = Set(keysB.map({ ExactName($0) }))
        guard !keysA.isEmpty, !keysB.isEmpty, !keysA.contains(where: { namesB.contains(ExactName($0)) }) else { return }
        var most = min(keysA.count, keysB.count) / 2
        for first in Self.prefixes(keysA) {
            let stripped = Set(keysA.compactMap { $0.without(prefix: first).map({ ExactName($0) }) })
            for second in Self.prefixes(keysB) {
                let common = keysB.count {
                    $0.without(prefix: second).map { stripped.contains(ExactName($0)) } ?? false
                }
                // Strictly more: of equally good prefixes the shortest comes first.
                guard common > most else { continue }
                (a, b, most) = (first, second, common)
            }
        }
    }

    /// The prefixes that all names have, the empty one first, each with its dot.
    private static func prefixes(_ keys: [String]) -> [String] {
        guard let first = keys.first else { return [""] }
        var prefixes = [""]
        let bytes = Array(first.utf8)
        for index in bytes.indices where bytes[index] == UInt8(ascii: ".") {
            let prefix = String(decoding: bytes[...index], as: UTF8.self)
            guard prefixes.count <= deepest, keys.allSatisfy({ $0.begins(with: prefix) }) else { break }
            prefixes.append(prefix)
        }
        return prefixes
    }
}
