import BBCUPlatform
import Synchronization
import TensorArchives
import TensorBytes

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
        /// Why the values could not be looked at, where they should have been, or are not read as numbers.
        public var problem: String?
    }

    /// Which tensors are shown, and what of them.
    public struct Request: Sendable {
        /// Compute CRC-32 of every tensor and SHA-256 of the file.
        public var checksums = false
        /// Compute statistics of every tensor.
        public var statistics = false
        /// The part of the tree whose tensors are shown, under names without it: keys joined by dots.
        public var root: String?
        /// A pattern of names: `*`, `?`, `[a-z]`.
        public var match: String?
        /// The order of the tensors.
        public var order = Order.file

        /// Everything, in the order of the file.
        public init(checksums: Bool = false, statistics: Bool = false) {
            self.checksums = checksums
            self.statistics = statistics
        }
    }

    /// The order of the tensors.
    public enum Order: String, Sendable, Hashable, CaseIterable {
        /// As in the file.
        case file
        /// The largest first; equal ones as in the file.
        case size
        /// By name, numbers by their value.
        case name
    }

    /// Sums over all tensors.
    public struct Totals: Encodable, Sendable, Hashable {
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
    public struct SharedStorage: Encodable, Sendable, Hashable {
        /// The storage's key in the file.
        public let key: String
        /// The names of the tensors.
        public let names: [String]

        private enum CodingKeys: String, CodingKey {
            case key = "storage"
            case names
        }
    }

    /// The hub's convention: `name-xxxxxxxx.pth` carries the first eight digits of the file's SHA-256.
    public struct HubSuffix: Encodable, Sendable, Hashable {
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
    /// Who wrote the file, as far as its structure shows.
    public let writer: String?
    /// The files beside this one that hold its tensors.
    public let shards: [Checkpoint.Shard]
    /// The names of source files in it, which nothing reads.
    public let code: [String]
    /// What comes behind the file's first object.
    public let later: [LaterObject]
    /// Storages that no tensor uses, and entries of the archive of which nothing is known; of the whole file.
    public let unlisted: [UnlistedStorage]
    /// Bytes that no tensor covers, of storages that tensors use; of the whole file.
    public let uncovered: [UncoveredBytes]
    /// What a reader should know and what is no error.
    public let notes: [String]
    /// What the file names and does not have, or does not have whole, as far as it was asked for.
    public let missing: [Checkpoint.Missing]
    /// Everything in the file, as an inert tree.
    public let root: CheckpointNode
    /// The tensors, in the order of the file.
    public let rows: [Row]
    /// Whether the whole file is shown, and not a part of it.
    public let isWhole: Bool
    /// Whether checksums were asked for.
    public let hasChecksums: Bool
    /// Whether statistics were asked for.
    public let hasStatistics: Bool
    /// The SHA-256 of the file, where checksums were asked for.
    public let sha256: String?
    /// The check of the file's name, where checksums were asked for and the name has such a suffix.
    public let hubSuffix: HubSuffix?

    /// Whether every check that was asked for holds, and nothing is missing.
    public var holds: Bool { missing.isEmpty && hubSuffix?.holds ?? true }

    /// Inspects a checkpoint. Without checksums and statistics no value is read. A tensor that is far larger than its
    /// storage, or that has no values, has neither, and says why.
    ///
    /// - Throws: what reading the values throws; `absentRoot` where the file has no such part.
    public init(_ checkpoint: Checkpoint, _ request: Request = Request()) throws(CheckpointError) {
        file = checkpoint.file
        format = checkpoint.format
        byteCount = checkpoint.byteCount
        writer = checkpoint.writer
        shards = checkpoint.shards
        code = checkpoint.code
        later = checkpoint.later
        unlisted = checkpoint.unlisted
        uncovered = checkpoint.uncovered
        notes = checkpoint.notes
        hasChecksums = request.checksums
        isWhole = request.root?.isEmpty ?? true
        hasStatistics = request.statistics
        let part = try request.root.map { root throws(CheckpointError) in try checkpoint.part(root) }
        root = part?.node ?? checkpoint.root
        let pattern = request.match.map { NamePattern($0) }
        missing = checkpoint.missing(under: request.root ?? "").filter { pattern?.matches($0.name) ?? true }
        rows = try Self.rows(try Self.selected(checkpoint, request, under: part?.path ?? []), checkpoint, request)
        let digest = request.checksums ? try checkpoint.sha256() : nil
        sha256 = digest
        hubSuffix = digest.flatMap { digest in
            Self.hubDigits(checkpoint.file).map { HubSuffix(digits: $0, holds: digest.begins(with: $0)) }
        }
    }

    /// The tensors asked for, each under its name and as the checkpoint has it.
    private static func selected(
        _ checkpoint: Checkpoint, _ request: Request, under path: [String]
    ) throws(CheckpointError) -> [(TensorEntry, TensorEntry)] {
        let pattern = request.match.map { NamePattern($0) }
        var selected: [(TensorEntry, TensorEntry)] = []
        for entry in checkpoint.allTensors where entry.path.starts(with: path, by: { $0.isExactly($1) }) {
            let shown = TensorEntry(path: Array(entry.path.dropFirst(path.count)), layout: entry.layout)
            if pattern?.matches(shown.name) ?? true { selected.append((shown, entry)) }
        }
        switch request.order {
        case .file: break
        case .size:
            let order = selected.indices.sorted {
                (selected[$1].0.byteCount, $0) < (selected[$0].0.byteCount, $1)
            }
            selected = order.map { selected[$0] }
        case .name:
            let order = selected.indices.sorted {
                selected[$0].0.name.isExactly(selected[$1].0.name)
                    ? $0 < $1 : NamePattern.precedes(selected[$0].0.name, selected[$1].0.name)
            }
            selected = order.map { selected[$0] }
        }
        return selected
    }

    /// Below this number of bytes another thread costs more than it saves.
    private static let leastBytesOfThreads = 1 << 23
    /// Read once, since a command may inspect many files.
    private static let mostThreads = HostLimits().processors

    /// The rows of the tensors; where there is much to read, several at a time.
    private static func rows(
        _ selected: [(TensorEntry, TensorEntry)], _ checkpoint: Checkpoint, _ request: Request
    ) throws(CheckpointError) -> [Row] {
        let byteCount = selected.reduce(0) { $0.adding($1.0.byteCount) ?? .max }
        guard request.checksums || request.statistics, byteCount >= leastBytesOfThreads else {
            var rows: [Row] = []
            for (entry, original) in selected { rows.append(try row(entry, original, checkpoint, request)) }
            return rows
        }
        let results = Mutex([Result<Row, CheckpointError>?](repeating: nil, count: selected.count))
        concurrently(selected.count, threads: mostThreads) { index in
            let result = Result { () throws(CheckpointError) in
                try row(selected[index].0, selected[index].1, checkpoint, request)
            }
            results.withLock { $0[index] = result }
        }
        var rows: [Row] = []
        for case let result? in results.withLock({ $0 }) { rows.append(try result.get()) }
        return rows
    }

    private static func row(
        _ entry: TensorEntry, _ original: TensorEntry, _ checkpoint: Checkpoint, _ request: Request
    ) throws(CheckpointError) -> Row {
        let problem = entry.layout.whyUninterpreted
        guard request.checksums || request.statistics && problem == nil else {
            return Row(entry: entry, crc32: nil, statistics: nil, problem: problem)
        }
        if let problem = checkpoint.whyUnreadable(entry.layout) {
            return Row(entry: entry, crc32: nil, statistics: nil, problem: problem)
        }
        let values = try checkpoint.values(original)
        return Row(
            entry: entry, crc32: request.checksums ? CRC32.of(values) : nil,
            statistics: request.statistics && problem == nil ? TensorStatistics(entry.dtype, values) : nil,
            problem: problem)
    }

    /// The eight hexadecimal digits between the last `-` and the extension of a file's name, or nil.
    static func hubDigits(_ path: String) -> String? {
        let name = PathText.lastPart(of: path)
        guard let stem = name.cut(atLast: ".")?.before, let digits = stem.cut(atLast: "-")?.behind else { return nil }
        let isHexadecimal = digits.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        return digits.utf8.count == 8 && isHexadecimal ? digits : nil
    }

    /// Sums over all tensors.
    public var totals: Totals {
        var storages: ExactDictionary<Int> = [:]
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
        var names: ExactDictionary<[String]> = [:]
        for row in rows where row.entry.layout.hasValues {
            names[row.entry.storageKey, default: []].append(row.entry.name)
        }
        return names.filter { $0.value.count > 1 }.map { SharedStorage(key: $0.key, names: $0.value) }
    }
}
