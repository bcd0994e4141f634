import BBCUPlatform
import TensorBytes

/// Where a checkpoint's storages lie.
protocol StorageSource: Sendable {
    /// Bytes of a storage, or nil where there is none of that key. Reads nothing.
    func byteCount(of key: String) -> Int?
    /// The bytes of a storage.
    func bytes(of key: String) throws(CheckpointError) -> ByteRegion
    /// Whether a storage's numbers have their most significant byte first.
    func isBigEndian(_ key: String) -> Bool
    /// Every storage, used or not, and entries of the archive of which nothing is known. Reads nothing.
    var places: [StoragePlace] { get }
    /// The bytes of one of the places.
    func bytes(of place: StoragePlace) throws(CheckpointError) -> ByteRegion
}

extension StorageSource {
    func isBigEndian(_ key: String) -> Bool { false }

    func bytes(of place: StoragePlace) throws(CheckpointError) -> ByteRegion { try bytes(of: place.key ?? "") }
}

/// A storage of a file, or an entry of its archive that is none.
struct StoragePlace: Sendable, Hashable {
    /// The storage's key; nil for an entry that is no storage.
    var key: String?
    /// The archive's entry; nil if the file is no archive.
    var entry: String?
    /// Bytes of it.
    var byteCount: Int
}

/// Storages that lie in the file as they are, each a run of its bytes.
struct StoredRegions: StorageSource {
    var regions: ExactDictionary<ByteRegion> = [:]
    /// Keys of the storages whose most significant bytes come first.
    var bigEndian: Set<ExactName> = []

    func byteCount(of key: String) -> Int? { regions[key]?.count }

    func bytes(of key: String) throws(CheckpointError) -> ByteRegion {
        guard let region = regions[key] else {
            throw CheckpointError(
                .missingStorage, place: key, found: "no storage '\(key)' in the file", expected: "the tensor's values",
                advice: "the file is cut off or damaged: download it again")
        }
        return region
    }

    func isBigEndian(_ key: String) -> Bool { bigEndian.contains(ExactName(key)) }

    var places: [StoragePlace] {
        regions.sorted { ($0.value.start, ExactName($0.key)) < ($1.value.start, ExactName($1.key)) }
            .map { StoragePlace(key: $0.key, entry: nil, byteCount: $0.value.count) }
    }
}

/// Storages of a file, and those that lie inside its pickle.
struct LayeredStorages: StorageSource {
    let inside: StoredRegions
    let others: any StorageSource

    func byteCount(of key: String) -> Int? { inside.byteCount(of: key) ?? others.byteCount(of: key) }

    func bytes(of key: String) throws(CheckpointError) -> ByteRegion {
        if inside.byteCount(of: key) != nil { return try inside.bytes(of: key) }
        return try others.bytes(of: key)
    }

    func isBigEndian(_ key: String) -> Bool {
        inside.byteCount(of: key) != nil ? inside.isBigEndian(key) : others.isBigEndian(key)
    }

    var places: [StoragePlace] { inside.places + others.places }

    func bytes(of place: StoragePlace) throws(CheckpointError) -> ByteRegion {
        if let key = place.key, inside.byteCount(of: key) != nil { return try inside.bytes(of: key) }
        return try others.bytes(of: place)
    }
}
