import BBCUPlatform
import TensorBytes
import TensorFiles

/// How the storages differ that no tensor of two checkpoints uses, and the bytes that no tensor covers in the others. They
/// are compared by their bytes.
public struct UnlistedDifference: Encodable, Sendable, Hashable {
    /// A storage of one of the checkpoints.
    public struct Single: Encodable, Sendable, Hashable {
        /// The path, the archive's entry or the key.
        public let name: String
        /// Bytes of it.
        public let byteCount: Int

        private enum CodingKeys: String, CodingKey {
            case name
            case byteCount = "bytes"
        }
    }

    /// A storage that both have, with other bytes.
    public struct Change: Encodable, Sendable, Hashable {
        /// The path, the archive's entry or the key in A.
        public let name: String
        /// Bytes of it in A.
        public let bytesA: Int
        /// Bytes of it in B.
        public let bytesB: Int
    }

    /// The number of storages whose bytes are equal.
    public internal(set) var equal = 0
    /// Those of one name whose bytes differ.
    public internal(set) var changed: [Change] = []
    /// Those that only A has.
    public internal(set) var onlyInA: [Single] = []
    /// Those that only B has.
    public internal(set) var onlyInB: [Single] = []
    /// The storages whose bytes cannot be read.
    var unread: [Difference.Unread] = []

    private enum CodingKeys: CodingKey { case equal, changed, onlyInA, onlyInB }

    /// Whether nothing differs.
    public var isSame: Bool { changed.isEmpty && onlyInA.isEmpty && onlyInB.isEmpty }

    /// Compares what two checkpoints have: storages of one name first, then those of equal bytes.
    init(_ a: [Named], _ b: [Named]) {
        var restA = readable(a, side: "A")
        var restB = readable(b, side: "B")
        pair(&restA, &restB) { [ExactName($0.name), ExactName($0.digest)] }
        pair(&restA, &restB) { [ExactName($0.digest)] }
        var byName = Dictionary(
            restB.map { (ExactName($0.name), $0.byteCount) }, uniquingKeysWith: { first, _ in first })
        var common: Set<ExactName> = []
        for storage in restA {
            guard let byteCount = byName.removeValue(forKey: ExactName(storage.name)) else {
                onlyInA.append(Single(name: storage.name, byteCount: storage.byteCount))
                continue
            }
            common.insert(ExactName(storage.name))
            changed.append(Change(name: storage.name, bytesA: storage.byteCount, bytesB: byteCount))
        }
        // Of several of one name the first was compared.
        for storage in restB where common.remove(ExactName(storage.name)) == nil {
            onlyInB.append(Single(name: storage.name, byteCount: storage.byteCount))
        }
    }

    /// A storage, or the bytes that no tensor covers of one, under the name by which it is compared.
    struct Named {
        let name: String
        let content: Content
        let checkpoint: Checkpoint

        enum Content {
            case storage(UnlistedStorage)
            case rest(UncoveredBytes)
        }

        func bytes() throws(CheckpointError) -> ByteRegion {
            switch content {
            case .storage(let storage): try checkpoint.bytes(of: storage)
            case .rest(let rest): try checkpoint.bytes(of: rest)
            }
        }
    }

    private struct Read {
        let name: String
        let byteCount: Int
        let digest: String
    }

    private mutating func readable(_ storages: [Named], side: String) -> [Read] {
        var result: [Read] = []
        for named in storages {
            do throws(CheckpointError) {
                let bytes = try named.bytes()
                result.append(Read(name: named.name, byteCount: bytes.count, digest: bytes.sha256()))
            } catch { unread.append(.init(name: named.name, reason: "\(side): \(error.description)")) }
        }
        return result
    }

    /// Takes out what is equal in both.
    private mutating func pair(_ a: inout [Read], _ b: inout [Read], by key: (Read) -> [ExactName]) {
        var places: [[ExactName]: [Int]] = [:]
        for (place, storage) in b.enumerated().reversed() { places[key(storage), default: []].append(place) }
        var used: Set<Int> = []
        a.removeAll { storage in
            guard let place = places[key(storage)]?.popLast() else { return false }
            used.insert(place)
            return true
        }
        equal += used.count
        b = b.indices.filter { !used.contains($0) }.map { b[$0] }
    }
}
