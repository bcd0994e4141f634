import Bytes
import Containers
import Tensors

/// What is in a checkpoint, as a value that reports are made of.
public struct Inspection: Sendable {
    /// A tensor, and what was computed of its values.
    public struct Row: Sendable {
        /// The tensor.
        public let entry: TensorEntry
        /// CRC-32 of the contiguous little-endian values, where checksums were asked for.
        public let crc32: UInt32?
        /// Statistics of the values, where they were asked for; nil too for a dtype without real values.
        public let statistics: TensorStatistics?
    }

    /// Sums over all tensors.
    public struct Totals: Sendable, Hashable {
        /// The number of tensors; one with two names counts twice.
        public let tensors: Int
        /// The number of elements of all tensors.
        public let elements: Int
        /// Bytes of all tensors.
        public let bytes: Int
        /// The number of different storages.
        public let storages: Int
        /// Bytes of the different storages: what the file really holds.
        public let storageBytes: Int
    }

    /// A storage that several tensors lie in.
    public struct SharedStorage: Sendable, Hashable {
        /// The storage's key in the file.
        public let key: String
        /// The names of the tensors.
        public let names: [String]
    }

    /// The hub's convention: `name-xxxxxxxx.pth` carries the first eight digits of the file's SHA-256.
    public struct HubSuffix: Sendable, Hashable {
        /// The digits in the file's name.
        public let digits: String
        /// Whether the file's SHA-256 starts with them.
        public let holds: Bool
    }

    /// The path as it was given.
    public let file: String
    /// The file's format.
    public let format: CheckpointFormat
    /// Bytes of the file.
    public let byteCount: Int
    /// What a reader should know and what is no error.
    public let notes: [String]
    /// Everything in the file, as an inert tree.
    public let root: CheckpointNode
    /// The tensors, in the order of the file.
    public let rows: [Row]
    /// Whether checksums were asked for.
    public let hasChecksums: Bool
    /// Whether statistics were asked for.
    public let hasStatistics: Bool
    /// The SHA-256 of the file, where checksums were asked for.
    public let sha256: String?
    /// The check of the file's name, where checksums were asked for and the name has such a suffix.
    public let hubSuffix: HubSuffix?

    /// Whether every check that was asked for holds.
    public var holds: Bool { hubSuffix?.holds ?? true }

    /// Inspects a checkpoint. Without checksums and statistics no value is read.
    ///
    /// - Throws: what reading the values throws.
    public init(_ checkpoint: Checkpoint, checksums: Bool = false, statistics: Bool = false) throws(CheckpointError) {
        file = checkpoint.file
        format = checkpoint.format
        byteCount = checkpoint.byteCount
        notes = checkpoint.notes
        root = checkpoint.root
        hasChecksums = checksums
        hasStatistics = statistics
        var rows: [Row] = []
        rows.reserveCapacity(checkpoint.tensors.count)
        for entry in checkpoint.tensors {
            guard checksums || statistics else {
                rows.append(Row(entry: entry, crc32: nil, statistics: nil))
                continue
            }
            let tensor = try checkpoint.tensor(entry)
            rows.append(
                Row(
                    entry: entry, crc32: checksums ? CRC32.of(tensor.bytes) : nil,
                    statistics: statistics ? TensorStatistics(tensor) : nil))
        }
        self.rows = rows
        let digest = checksums ? try checkpoint.sha256() : nil
        sha256 = digest
        hubSuffix = digest.flatMap { digest in
            Self.hubDigits(checkpoint.file).map { HubSuffix(digits: $0, holds: digest.hasPrefix($0)) }
        }
    }

    /// The eight hexadecimal digits between the last `-` and the extension of a file's name, or nil.
    static func hubDigits(_ path: String) -> String? {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: ".") else { return nil }
        let stem = name[..<dot]
        guard let dash = stem.lastIndex(of: "-") else { return nil }
        let digits = stem[stem.index(after: dash)...]
        let isHexadecimal = digits.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        return digits.utf8.count == 8 && isHexadecimal ? String(digits) : nil
    }

    /// Sums over all tensors.
    public var totals: Totals {
        var storages: [String: Int] = [:]
        var elements = 0
        var bytes = 0
        for row in rows {
            if row.entry.layout.hasValues { storages[row.entry.storageKey] = row.entry.layout.storageByteCount }
            // Saturating: overlapping views can claim more than any file holds.
            elements = elements.adding(row.entry.layout.elementCount) ?? .max
            bytes = bytes.adding(row.entry.byteCount) ?? .max
        }
        return Totals(
            tensors: rows.count, elements: elements, bytes: bytes, storages: storages.count,
            storageBytes: storages.values.reduce(0) { $0.adding($1) ?? .max })
    }

    /// The storages that several names share, in the order of the file.
    public var sharedStorages: [SharedStorage] {
        var names: [String: [String]] = [:]
        var order: [String] = []
        for row in rows where row.entry.layout.hasValues {
            if names[row.entry.storageKey] == nil { order.append(row.entry.storageKey) }
            names[row.entry.storageKey, default: []].append(row.entry.name)
        }
        return order.compactMap { key in
            guard let sharing = names[key], sharing.count > 1 else { return nil }
            return SharedStorage(key: key, names: sharing)
        }
    }
}
