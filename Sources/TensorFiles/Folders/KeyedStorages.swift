import BBCUPlatform
import TensorBytes

/// The storages of several sources, each under its own name and a slash: `NAME/KEY`.
struct KeyedStorages: StorageSource {
    private var sources: [ExactName: any StorageSource] = [:]

    /// The key in the whole of a key in the source `name`.
    static func key(_ name: String, _ key: String) -> String { name + "/" + key }

    mutating func add(_ source: any StorageSource, as name: String) { sources[ExactName(name)] = source }

    /// Whether a key is one of a source's, which may not have it all the same.
    func has(_ key: String) -> Bool { source(key) != nil }

    /// The source and its own key. A source's name may have slashes, and none is the beginning of another followed by one.
    private func source(_ key: String) -> (any StorageSource, String)? {
        let bytes = key.utf8
        for slash in bytes.indices where bytes[slash] == UInt8(ascii: "/") {
            let name = ExactName(String(decoding: bytes[..<slash], as: UTF8.self))
            guard let source = sources[name] else { continue }
            return (source, String(decoding: bytes[bytes.index(after: slash)...], as: UTF8.self))
        }
        return nil
    }

    /// Whether there is a source of this name.
    func hasSource(_ name: String) -> Bool { sources[ExactName(name)] != nil }

    func byteCount(of key: String) -> Int? { source(key).flatMap { $0.byteCount(of: $1) } }

    func bytes(of key: String) throws(CheckpointError) -> ByteRegion {
        guard let (source, key) = source(key) else {
            throw CheckpointError(
                .missingStorage, place: key, found: "no storage '\(key)'", expected: "the tensor's values")
        }
        return try source.bytes(of: key)
    }

    func isBigEndian(_ key: String) -> Bool { source(key).map { $0.isBigEndian($1) } ?? false }

    var places: [StoragePlace] {
        sources.sorted { $0.key < $1.key }.flatMap { name, source in
            source.places.map { place in
                StoragePlace(
                    key: place.key.map { Self.key(name.text, $0) },
                    entry: Self.key(name.text, place.entry ?? place.key ?? ""), byteCount: place.byteCount)
            }
        }
    }

    func bytes(of place: StoragePlace) throws(CheckpointError) -> ByteRegion {
        if let key = place.key { return try bytes(of: key) }
        guard let entry = place.entry, let (source, name) = source(entry) else { return try bytes(of: "") }
        return try source.bytes(of: StoragePlace(key: nil, entry: name, byteCount: place.byteCount))
    }
}
