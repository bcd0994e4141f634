import BBCUPlatform
import TensorArchives
import TensorBytes

/// What is left of a damaged file: which tensors are intact, which are damaged and which are absent.
///
/// Every value is read and, where the file has checksums, checked.
public struct Salvage: Sendable {
    /// The state of a tensor or of an archive's entry.
    public enum Condition: Encodable, Sendable, Hashable {
        /// All there, and right as far as the file's own checksums tell.
        case intact
        /// There, and wrong: why.
        case damaged(String)
        /// Not in the file, or only in part: why.
        case absent(String)

        /// One word: `intact`, `damaged` or `absent`.
        public var name: String {
            switch self {
            case .intact: "intact"
            case .damaged: "damaged"
            case .absent: "absent"
            }
        }

        /// Why, where it is not intact.
        public var reason: String? {
            switch self {
            case .intact: nil
            case .damaged(let reason), .absent(let reason): reason
            }
        }

        public func encode(to encoder: any Encoder) throws {
            try encoder.encode(["condition": name, "reason": reason])
        }
    }

    /// An entry of the archive, and its state.
    public struct Part: Encodable, Sendable, Hashable {
        /// The entry's name.
        public let name: String
        /// Its state.
        public let condition: Condition

        public func encode(to encoder: any Encoder) throws { try encoder.encode(["name": name], with: condition) }
    }

    /// The file's tensors, and the state of each.
    public let tensors: [(entry: TensorEntry, condition: Condition)]
    /// The archive's entries; empty for a file that is no archive.
    public let parts: [Part]
    /// The intact tensors as a checkpoint; nil where the file's structure itself is lost.
    public let checkpoint: Checkpoint?
    /// What else is known.
    public let notes: [String]

    /// Whether nothing is damaged or absent.
    public var isWhole: Bool {
        checkpoint?.later.isEmpty == true && tensors.allSatisfy { $0.condition == .intact }
            && parts.allSatisfy { $0.condition == .intact }
    }

    /// What is left of the file as JSON; `Schemas/salvage.schema.json` describes it.
    public func json(file: String) -> JSONValue {
        let tensors = tensors.map { entry, condition in
            JSONMembers(
                ["name": entry.name], with: condition, entry.description, JSONMembers(["bytes": entry.byteCount]))
        }
        return JSONMembers([
            "file": file, "format": checkpoint?.format, "whole": isWhole, "tensors": tensors, "entries": parts,
            "notes": notes + (checkpoint?.notes ?? []),
        ]).json
    }

    /// Finds what is left of a file.
    ///
    /// - Throws: what `Checkpoint.open` throws, where nothing is left.
    public init(_ path: String, limits: ReadingLimits = ReadingLimits()) throws(CheckpointError) {
        let path = try CheckpointFolder.locate(path).path
        let region = try Checkpoint.map(path)
        do throws(CheckpointError) {
            try self.init(region, Reading(file: path, limits: limits, isSalvaging: true))
        } catch { throw error.inFile(path) }
    }

    /// Finds what is left of a file that lies in memory.
    ///
    /// - Throws: what `Checkpoint.open` throws, where nothing is left.
    public init(bytes region: ByteRegion, limits: ReadingLimits = ReadingLimits()) throws(CheckpointError) {
        try self.init(region, Reading(file: "", limits: limits, isSalvaging: true))
    }

    private init(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) {
        let kind = FileKind(region)
        guard kind == .zip || kind == .unknown || kind == .zeros else {
            let checkpoint = try Checkpoint.open(region, reading)
            self.init(checkpoint, parts: Self.absentParts(of: checkpoint), notes: [])
            return
        }
        var notes: [String] = []
        var lost: [Part] = []
        var archive: ZipArchive
        do throws(ZipError) {
            archive = try ZipArchive.read(region, largestCount: reading.limits.entries)
        } catch {
            notes.append("The archive's directory cannot be used: \(error.found). Its entries were looked for instead.")
            let salvage = try CheckpointError.archive { () throws(ZipError) in
                try ZipSalvage.read(region, largestCount: reading.limits.entries)
            }
            archive = salvage.archive
            lost = salvage.lost.map { Part(name: $0.name, condition: .absent($0.reason)) }
        }
        archive.largestInflated = reading.limits.inflatedBytes
        let parts = Self.conditions(of: archive) + lost
        do throws(CheckpointError) {
            let checkpoint = try ZipCheckpoint.open(archive, region, reading)
            self.init(checkpoint, parts: parts + Self.absentParts(of: checkpoint), notes: notes)
        } catch {
            notes.append("The tensors' names are lost: \(error)")
            self.init(parts: parts, notes: notes)
        }
    }

    /// What is left of an archive whose structure is lost.
    private init(parts: [Part], notes: [String]) {
        (tensors, self.parts, checkpoint, self.notes) = ([], parts, nil, notes)
    }

    private init(_ whole: Checkpoint, parts: [Part], notes: [String]) {
        var known: ExactDictionary<Condition> = [:]
        var tensors: [(entry: TensorEntry, condition: Condition)] = []
        for entry in whole.tensors {
            let key = entry.storageKey
            let isLooked = entry.byteCount > 0 || whole.unreadable[key] != nil
            let condition = isLooked ? known[key] ?? Self.condition(of: entry, in: whole) : .intact
            if entry.layout.hasValues, entry.byteCount > 0 { known[key] = condition }
            tensors.append((entry, condition))
        }
        var intact = whole
        intact.tensors = tensors.filter { $0.condition == .intact }.map(\.entry)
        let later = whole.later.map { "Not looked at: \($0.summary)" }
        (self.tensors, self.parts, checkpoint, self.notes) = (tensors, parts, intact, notes + later)
    }

    /// What a checkpoint names and does not have, but for the tensors that are listed anyway.
    private static func absentParts(of checkpoint: Checkpoint) -> [Part] {
        let listed = Set(checkpoint.tensors.map { ExactName($0.name) })
        return checkpoint.missing.filter { !listed.contains(ExactName($0.name)) }.map {
            Part(name: $0.name, condition: .absent($0.reason))
        }
    }

    private static func conditions(of archive: ZipArchive) -> [Part] {
        archive.entries.map { entry in
            do throws(ZipError) {
                _ = try archive.contents(of: entry.name)
                return Part(name: entry.name, condition: .intact)
            } catch {
                return Part(name: entry.name, condition: .damaged(Self.reason(error)))
            }
        }
    }

    private static func condition(of entry: TensorEntry, in checkpoint: Checkpoint) -> Condition {
        if let reason = checkpoint.unreadable[entry.storageKey] { return .absent(reason) }
        guard entry.layout.hasValues, entry.byteCount > 0 else { return .intact }
        guard let available = checkpoint.storages.byteCount(of: entry.storageKey) else {
            return .absent("its storage '\(entry.storageKey)' is not in the file")
        }
        guard available >= entry.layout.storageByteCount else {
            return .damaged("its storage has \(available) of \(entry.layout.storageByteCount.counted("byte"))")
        }
        do throws(CheckpointError) {
            _ = try checkpoint.storages.bytes(of: entry.storageKey)
            return .intact
        } catch {
            return .damaged(Self.reason(error))
        }
    }

    private static func reason<Code>(_ error: ReadingError<Code>) -> String {
        error.found + (error.expected.map { ", expected " + $0 } ?? "")
    }
}
