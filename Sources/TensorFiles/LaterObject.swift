import BBCUPlatform
import TensorBytes

/// What comes behind the first object of a file: Python reads it with another call of the same loader.
public struct LaterObject: Encodable, Sendable {
    /// Its place among the objects of the file: 2 for the one after the first.
    public let number: Int
    /// What stands before the names of its tensors: `#2`.
    public let name: String
    /// Where it begins, in bytes.
    public let offset: Int
    /// Bytes of it.
    public let byteCount: Int
    /// Its format; nil for bytes that are no checkpoint.
    public let format: CheckpointFormat?
    /// Everything in it; the bytes themselves where they are no checkpoint.
    public let root: CheckpointNode
    /// Its tensors; their paths begin with its name.
    public let tensors: [TensorEntry]
    /// Why its bytes are no checkpoint, in words.
    public let problem: String?

    private enum CodingKeys: String, CodingKey {
        case name, offset
        case byteCount = "bytes"
        case format, problem
    }

    /// What it is, in words.
    public var summary: String {
        let what = format?.rawValue ?? "no checkpoint (\(problem ?? "unknown"))"
        return "\(name) at byte \(offset): \(what), \(byteCount.counted("byte"))"
    }
}

extension Checkpoint {
    /// Objects behind the first that are listed one by one.
    static let mostLater = 100

    /// The tensors of all the file's objects: ``tensors``, then those of ``later``.
    public var allTensors: [TensorEntry] { later.isEmpty ? tensors : tensors + later.flatMap(\.tensors) }

    /// Reads what comes behind the first object, one after the other.
    mutating func findLater(_ reading: Reading) {
        guard var offset = end, offset < region.count else { return }
        var sources = LaterStorages(first: storages)
        let rootNames = Set(root.members.map { ExactName($0.name) })
        while offset < region.count {
            let number = later.count + 2
            var name = "#\(number)"
            while rootNames.contains(ExactName(name)) { name = "#" + name }
            let (object, used) = self.object(number, name, at: offset, &sources, reading)
            later.append(object)
            offset += used
        }
        storages = sources
        notes.append(
            "The file has \(region.count - (later.first?.offset ?? 0)) more bytes behind its first object: "
                + later.prefix(4).map(\.summary).joined(separator: "; ")
                + (later.count > 4 ? "; and \(later.count - 4) more" : ""))
    }

    private func object(
        _ number: Int, _ name: String, at offset: Int, _ sources: inout LaterStorages, _ reading: Reading
    ) -> (LaterObject, used: Int) {
        let left = region.count - offset
        let rest: ByteRegion
        do throws(BytesError) { rest = try region.slice(at: offset, count: left) } catch { rest = ByteRegion([]) }
        func unknown(_ problem: String) -> (LaterObject, Int) {
            (
                LaterObject(
                    number: number, name: name, offset: offset, byteCount: left, format: nil, root: .bytes(rest),
                    tensors: [], problem: problem), left
            )
        }
        guard number < Self.mostLater + 2 else { return unknown("more than \(Self.mostLater.counted("object"))") }
        do throws(CheckpointError) {
            let next = try Checkpoint.openFirst(rest, reading)
            let used = next.end ?? left
            let tensors = next.tensors.map { entry in
                var layout = entry.layout
                if layout.hasValues { layout.storageKey = sources.add(entry.storageKey, of: next.storages, name) }
                return TensorEntry(path: [name] + entry.path, layout: layout)
            }
            for place in next.storages.places {
                if let key = place.key { _ = sources.add(key, of: next.storages, name) }
            }
            return (
                LaterObject(
                    number: number, name: name, offset: offset, byteCount: used, format: next.format, root: next.root,
                    tensors: tensors, problem: nil), used
            )
        } catch { return unknown(error.found) }
    }
}

/// The storages of a file's first object, and those of later ones under keys that no storage of the first has.
struct LaterStorages: StorageSource {
    let first: any StorageSource
    private var others: ExactDictionary<(source: any StorageSource, key: String)> = [:]

    init(first: any StorageSource) { self.first = first }

    /// The key of a later object's storage.
    mutating func add(_ key: String, of source: any StorageSource, _ object: String) -> String {
        var name = object + "/" + key
        while first.byteCount(of: name) != nil { name = "#" + name }
        others[name] = (source, key)
        return name
    }

    func byteCount(of key: String) -> Int? {
        others[key].map { $0.source.byteCount(of: $0.key) } ?? first.byteCount(of: key)
    }

    func bytes(of key: String) throws(CheckpointError) -> ByteRegion {
        if let other = others[key] { return try other.source.bytes(of: other.key) }
        return try first.bytes(of: key)
    }

    func isBigEndian(_ key: String) -> Bool {
        others[key].map { $0.source.isBigEndian($0.key) } ?? first.isBigEndian(key)
    }

    var places: [StoragePlace] {
        first.places
            + others.keys.map { StoragePlace(key: $0, entry: nil, byteCount: byteCount(of: $0) ?? 0) }
    }

    func bytes(of place: StoragePlace) throws(CheckpointError) -> ByteRegion {
        if let key = place.key, others[key] != nil { return try bytes(of: key) }
        return try first.bytes(of: place)
    }
}
