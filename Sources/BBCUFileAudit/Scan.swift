import BBCUPlatform
import TensorBytes
import TensorFiles
import TensorPickle

/// What an audit of one file found: every name its pickles refer to, and everything odd about the file. Nothing of the
/// file was loaded.
public struct Scan: JSONModel, Sendable {
    /// The path, as it was given.
    public internal(set) var file: String
    /// Bytes of the file.
    public internal(set) var byteCount = 0
    /// What the file is, by its content.
    public internal(set) var kind = FileContent.unknown
    /// Whether the name's ending agrees with the content; nil where the ending promises nothing.
    public internal(set) var extensionAgrees: Bool?
    /// What was said of the name before more was known of the content.
    var nameFinding: Finding?
    var nameUnexamined: NotExamined?
    /// What was looked at, in order.
    public internal(set) var examined: [Examined] = []
    /// The names, dangerous ones first.
    public internal(set) var names: [Name] = []
    /// What is odd, the worst first.
    public internal(set) var findings: [Finding] = []
    /// What was not looked at.
    public internal(set) var notExamined: [NotExamined] = []
    /// Persistent identifiers that name a tensor's storage.
    public internal(set) var storageIdentifiers = 0
    /// Persistent identifiers of other forms.
    public internal(set) var otherIdentifiers = 0
    /// Where pickles were found.
    package internal(set) var pickles: [PicklePlace] = []
    /// Why the file could not be read at all; nil where it could.
    public internal(set) var failure: String?
    /// Whether the bytes are UTF-8 text that no pickle reader gets past a first call in.
    public internal(set) var isText = false
    /// The SHA-256 of the bytes, where it was asked for.
    public internal(set) var sha256: String?

    init(file: String) { self.file = file }

    /// A part of the file, and how it was looked at.
    public struct Examined: Encodable, Sendable, Hashable {
        /// The entry, member or string; empty for the file itself.
        public let place: String
        /// The bytes of the place.
        public let range: Range<Int>
        /// How it was looked at, in words.
        public let how: String
        /// How many entries in a row the item stands for.
        public internal(set) var count = 1
        /// The last of them.
        public internal(set) var lastPlace: String

        public func encode(to encoder: any Encoder) throws {
            try encoder.encode([
                "place": place, "last_place": lastPlace, "count": count, "from": range.lowerBound,
                "to": range.upperBound, "how": how,
            ])
        }
    }

    /// A name that pickles of the file refer to.
    public struct Name: Encodable, Sendable {
        /// The module; empty where it cannot be known.
        public let module: String
        /// The name in the module; empty where it cannot be known.
        public let name: String
        /// What is thought of it.
        public internal(set) var judgement: Judgement
        /// Why.
        public internal(set) var reason: String
        /// How often it is referred to.
        public internal(set) var count: Int
        /// Whether it is called anywhere.
        public internal(set) var isCalled: Bool
        /// A call of it with those of its arguments that are constants, at most 80 characters; nil if it is not called.
        public internal(set) var call: String?
        /// Where it is referred to first: the entry, member or string; empty for the file itself.
        public let place: String
        /// The byte of the opcode, counted from the start of the place.
        public let offset: Int
        /// The opcode, as `pickletools` spells it; `KEY` for a key of JSON.
        public let opcode: String
        /// The pattern by which the name was allowed, or nil: an allowed name does not count for the verdict.
        public internal(set) var allowedBy: String?

        private enum CodingKeys: String, CodingKey {
            case module, name, judgement, reason, count
            case isCalled = "called"
            case call, place, offset, opcode, allowedBy
        }
    }

    /// Something odd.
    public struct Finding: Encodable, Sendable, Hashable {
        /// How bad it is.
        public let severity: Severity
        /// The entry, member or string; empty for the file itself.
        public let place: String
        /// The byte, counted from the start of the place.
        public let offset: Int
        /// What it is, in words.
        public let text: String
    }

    /// How bad a finding is.
    public enum Severity: String, Encodable, Sendable, Hashable, CaseIterable {
        /// It does harm.
        case danger
        /// It cannot be called harmless.
        case unknown
        /// It is harmless, and worth knowing.
        case note
    }

    /// A part of the file that was not looked at.
    public struct NotExamined: Encodable, Sendable, Hashable {
        /// The entry, member or string; empty for the file itself.
        public let place: String
        /// Why, in words.
        public let reason: String
    }

    /// The outcome.
    public enum Verdict: String, Encodable, Sendable, Hashable, CaseIterable {
        /// A dangerous name, or a finding that does harm.
        case dangerous
        /// A name or a part of the file of which nothing is known.
        case unknown
        /// Nothing can be read as a pickle or an archive, nor as a format that holds no code.
        case unreadable
        /// Every name is expected or allowed, and everything was looked at.
        case expected
        /// Text that no pickle reader gets past a first call in.
        case skipped
    }

    /// The outcome of the audit.
    public var verdict: Verdict {
        if failure != nil { return .unreadable }
        if has(.dangerous) || has(.danger) { return .dangerous }
        if has(.unknown as Judgement) || has(.unknown as Severity) { return .unknown }
        if isText, notExamined.isEmpty { return .skipped }
        if isText || !kind.isReadable { return .unreadable }
        return notExamined.isEmpty ? .expected : .unknown
    }

    /// The audit as an element of `files` in `Schemas/scan.schema.json`.
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "file": file, "content": kind, "bytes": byteCount, "size": byteCount, "sha256": sha256,
            "name_agrees": extensionAgrees, "verdict": verdict, "level": level, "failure": failure, "names": names,
            "findings": findings, "not_examined": notExamined, "examined": examined,
        ])
    }

    /// Whether there is a name of this judgement that was not allowed.
    func has(_ judgement: Judgement) -> Bool {
        names.contains { $0.judgement == judgement && $0.allowedBy == nil }
    }

    /// Whether there is a finding of this severity.
    func has(_ severity: Severity) -> Bool { findings.contains { $0.severity == severity } }
}

/// Where a pickle lies.
package struct PicklePlace: Sendable {
    /// The entry, member or string; empty for the file itself.
    package let place: String
    /// The bytes of the place.
    package let region: ByteRegion
    /// Where the pickle starts in them.
    package let start: Int
    /// The byte after what could be followed of it.
    package let end: Int
}

extension Scan.Verdict {
    /// The outcome for several files: danger or an unknown name wins over what cannot be read, and that over what is
    /// expected.
    public static func worst(of verdicts: [Scan.Verdict]) -> Scan.Verdict {
        allCases.first { verdicts.contains($0) } ?? .expected
    }
}

extension Scan {
    /// Audits a file. It is mapped, never loaded; what cannot be opened has `failure` set.
    ///
    /// - Parameter hashing: whether ``sha256`` is computed too.
    public init(_ path: String, hashing: Bool = false) {
        do throws(BytesError) {
            let region = try ByteRegion.mapping(path)
            self = Scanner.scan(region, file: path, pieces: DistributedPlaces.ranges(of: path))
            if hashing { sha256 = region.sha256() }
        } catch {
            self.init(file: path)
            failure = error.found
        }
    }

    /// Audits bytes under a file's name.
    public init(_ region: ByteRegion, file: String) { self = Scanner.scan(region, file: file) }

    /// Stands for what was found below a folder and not opened.
    package init(unopened path: String, because reason: String) {
        self.init(file: path)
        notExamined = [NotExamined(place: "", reason: reason)]
    }

    /// Audits a file that was found below a folder or named in a list: one without bytes has nothing in it.
    package init(found path: String, hashing: Bool) {
        do throws(BytesError) { _ = try ByteRegion.mapping(path) } catch {
            guard error.code == .empty else {
                self.init(path, hashing: hashing)
                return
            }
            self.init(file: path)
            (kind, isText) = (.text, true)
            if hashing { sha256 = ByteRegion([]).sha256() }
            return
        }
        self.init(path, hashing: hashing)
    }
}
