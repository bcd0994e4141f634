import BBCUPlatform
import TensorBytes

extension Scan {
    /// How bad a file is, the best first: what `--fail-on` names.
    public enum Level: String, Encodable, Sendable, Hashable, CaseIterable, Comparable {
        /// Everything was looked at, and every name is expected or allowed; or there is only text.
        case clean
        /// A part was not looked at.
        case unexamined
        /// A name of which nothing is known.
        case unknown
        /// Something odd that cannot be called harmless.
        case finding
        /// A dangerous name, or something odd that does harm.
        case dangerous

        /// The order of ``allCases``.
        public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// How bad the file is.
    public var level: Level {
        if has(.dangerous) || has(.danger) { return .dangerous }
        if has(.unknown as Severity) { return .finding }
        if has(.unknown as Judgement) { return .unknown }
        return verdict == .unreadable || !notExamined.isEmpty ? .unexamined : .clean
    }

    /// What decides about the level, in a few words: the worst name, else the first finding or reason.
    public var worst: String {
        if let failure { return failure }
        let name = names.first { $0.allowedBy == nil && $0.judgement.rawValue == level.rawValue }
        let finding = findings.first { level == .dangerous ? $0.severity == .danger : $0.severity != .note }
        switch level {
        case .dangerous, .unknown: return name?.fullName ?? finding?.text ?? ""
        case .finding: return finding?.text ?? ""
        case .unexamined: return notExamined.first?.reason ?? "an unknown format"
        case .clean: return ""
        }
    }
}

extension Scan.Name {
    /// The full name, or what stands for one that cannot be known.
    public var fullName: String {
        if module.isEmpty { return name.isEmpty ? "(made while loading)" : name }
        return module + "." + name
    }
}

/// Names that somebody has looked at and allows.
public struct AllowList: Sendable {
    /// A name, or all names below one, and how often it was used.
    public struct Pattern: Encodable, Sendable {
        /// The full name, or `NAME.*`.
        public let text: String
        /// The names that it allowed, counted once for each file.
        public internal(set) var uses = 0

        private enum CodingKeys: String, CodingKey {
            case text = "pattern"
            case uses
        }
    }

    /// The patterns in their order.
    public private(set) var patterns: [Pattern]

    /// A list of the patterns; nil for an empty one, a lone `*` or one with a `*` elsewhere than at its end.
    public init?(_ patterns: [String]) {
        for pattern in patterns {
            let name = pattern.utf8.suffix(2).elementsEqual(".*".utf8) ? pattern.utf8.dropLast(2) : pattern.utf8[...]
            guard !name.isEmpty, !name.contains(UInt8(ascii: "*")) else { return nil }
        }
        self.patterns = patterns.map { Pattern(text: $0) }
    }

    /// Marks the names of an audit that the list allows.
    public mutating func apply(to scan: inout Scan) {
        guard !patterns.isEmpty else { return }
        for index in scan.names.indices where scan.names[index].judgement != .expected {
            // A name that is only made while loading has none to allow.
            guard !scan.names[index].name.isEmpty else { continue }
            let name = Array(scan.names[index].fullName.utf8)
            guard let match = patterns.firstIndex(where: { Self.matches($0.text, name) }) else { continue }
            patterns[match].uses += 1
            scan.names[index].allowedBy = patterns[match].text
        }
    }

    private static func matches(_ pattern: String, _ name: [UInt8]) -> Bool {
        let bytes = Array(pattern.utf8)
        guard bytes.last == UInt8(ascii: "*") else { return bytes == name }
        return name.count >= bytes.count && name.starts(with: bytes.dropLast())
    }
}

/// What became of several files.
public struct ScanSummary: Sendable {
    /// The files, and what else was found below folders.
    public private(set) var files = 0
    /// How many are of each level; text that was skipped is not among the clean ones.
    public private(set) var levels: [Scan.Level: Int] = [:]
    /// Text.
    public private(set) var skipped = 0
    /// How many could not be opened.
    public private(set) var unopened = 0
    /// The outcome for all.
    public private(set) var verdict = Scan.Verdict.skipped
    /// The level at which a file fails.
    public let failOn: Scan.Level
    private var hasFailed = false
    private var hasExamined = false
    private var hasUnreadable = false

    /// Nothing yet.
    public init(failOn: Scan.Level = .unexamined) { self.failOn = failOn }

    /// Counts a file.
    public mutating func add(_ scan: Scan) {
        files += 1
        verdict = files == 1 ? scan.verdict : Scan.Verdict.worst(of: [verdict, scan.verdict])
        if scan.failure != nil { unopened += 1 }
        if scan.verdict != .skipped, scan.verdict != .unreadable { hasExamined = true }
        if scan.verdict == .skipped { skipped += 1 } else { levels[scan.level, default: 0] += 1 }
        guard scan.level >= failOn || scan.failure != nil else { return }
        if scan.verdict == .unreadable { hasUnreadable = true } else { hasFailed = true }
    }

    /// The status that the command ends with: 1 if a file fails, else 2 if one cannot be read or nothing was examined
    /// at all, else 0.
    public var exitStatus: Int {
        if hasFailed { return 1 }
        return hasUnreadable || !hasExamined ? 2 : 0
    }

    /// The report on several files; `Schemas/scan.schema.json` describes it.
    public func json(files reports: [JSONValue], allowing list: AllowList) -> JSONValue {
        func count(_ level: Scan.Level) -> Int { levels[level, default: 0] }
        let counts = JSONMembers([
            "files": files, "dangerous": count(.dangerous), "finding": count(.finding), "unknown": count(.unknown),
            "unexamined": count(.unexamined), "clean": count(.clean), "skipped": skipped, "unopened": unopened,
        ])
        return JSONMembers([
            "verdict": verdict, "fail_on": failOn, "exit": exitStatus, "summary": counts, "allow": list.patterns,
            "files": reports,
        ]).json
    }
}
