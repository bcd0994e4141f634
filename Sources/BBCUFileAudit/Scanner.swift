import BBCUPlatform
import OrderedCollections
import TensorArchives
import TensorBytes
import TensorPickle

/// Looks into a file for everything that a loader could find in it, and collects what there is. It reads every byte a
/// bounded number of times and never fails: what it cannot look into it lists.
struct Scanner {
    /// Archives and pickles within each other.
    static let deepest = 8
    /// Different names that are listed; more are counted as not examined.
    static let nameLimit = 10_000
    static let findingLimit = 1_000
    /// Pickles whose places are kept.
    static let pickleLimit = 100_000
    /// What looking at a few bytes costs, in bytes.
    static let leastWork = 1024
    /// Bytes that one entry may inflate to: in proportion to the file, whatever it says of itself.
    var inflatedLimit: Int { min(1 << 30, max(64 << 20, budget)) }

    struct Key: Hashable {
        let module: ExactName
        let name: ExactName

        init(module: String, name: String) { (self.module, self.name) = (ExactName(module), ExactName(name)) }
    }

    var scan: Scan
    var names: OrderedDictionary<Key, Scan.Name> = [:]
    /// Bytes that may still be followed as pickles: nested ones can repeat each other.
    var budget: Int
    private var isExhausted = false
    var hasMorePickles = false
    /// Whether the archive that is looked into is one of `torch.export`.
    var isExported = false
    /// The members that pickles and configurations name as storages, by the bytes of their places.
    var storages: [[UInt8]: StorageSize] = [:]

    private init(file: String, byteCount: Int) {
        scan = Scan(file: file)
        scan.byteCount = byteCount
        budget = (byteCount.times(8) ?? .max).adding(16 << 20) ?? .max
    }

    /// The audit of a file's bytes.
    ///
    /// - Parameter pieces: the parts that a plan names, each a file of its own.
    static func scan(_ region: ByteRegion, file: String, pieces: [Range<Int>] = []) -> Scan {
        var scanner = Scanner(file: file, byteCount: region.count)
        if !scanner.lookAtPieces(region, pieces) { scanner.scan.kind = scanner.look(at: region, place: "", depth: 0) }
        scanner.finish()
        scanner.scan.lookAtText(region)
        return scanner.scan
    }

    private mutating func finish() {
        scan.compareName()
        if isExhausted {
            scan.notExamined.append(
                .init(place: "", reason: "pickles within pickles beyond the limit of work: they repeat each other"))
        }
        let order = Judgement.allCases
        scan.names = names.values.enumerated().sorted { left, right in
            let (first, second) = (
                order.firstIndex(of: left.element.judgement), order.firstIndex(of: right.element.judgement)
            )
            return (first ?? 0, left.offset) < (second ?? 0, right.offset)
        }.map(\.element)
        let severities = Scan.Severity.allCases
        scan.findings = scan.findings.enumerated().sorted { left, right in
            let (first, second) = (
                severities.firstIndex(of: left.element.severity), severities.firstIndex(of: right.element.severity)
            )
            return (first ?? 0, left.offset) < (second ?? 0, right.offset)
        }.map(\.element)
    }

    /// Looks at bytes that could be a file of their own, and says what they are. They may be several things at once.
    @discardableResult
    mutating func look(at region: ByteRegion, place: String, depth: Int, role: TextRole = .file) -> FileContent {
        guard region.count > 0 else { return .unknown }
        guard depth <= Self.deepest else {
            notExamined(place, "more than \(Self.deepest.counted("archive")) within each other")
            return .unknown
        }
        // Ends of archives can claim each other's bytes as comments, many times over.
        guard spend(region.count + Self.leastWork) else {
            notExamined(place, "beyond the limit of work")
            return .unknown
        }
        var content = FileContent.plain(region)
        let isArchive = ZipSurvey.looksLikeArchive(region)
        switch content {
        case .npy: lookAtArrays(region, place, depth)
        case .safetensors: lookAtTensors(region, place, depth)
        case .gzip: lookAtCompressed(region, .gzip, place, depth)
        case .zlib: if !lookAtCompressed(region, .zlib, place, depth) { content = nil }
        case .hdf5, .gguf: notExamined(place, Self.unknownFormat(region))
        default: break
        }
        // The keys of a file of its own are listed at the end.
        if !place.isEmpty, content == .json || place.utf8.suffix(5).elementsEqual(".json".utf8) {
            lookAtKeys(region, place)
        }
        // A tar archive starts with a name, which can be made to look like the start of anything.
        if TarSurvey.looksLikeArchive(region) {
            if let content { isTwofold(content, "tar", place) }
            content = .tar
            lookAtTar(region, place, depth)
        }
        let isPlain = content != nil
        if let stream = lookAtPickles(region, place, depth, isPlain: isPlain) {
            if let content { isTwofold(content, "pickle", place) } else { content = stream }
        }
        if isArchive {
            if let content { isTwofold(content, "ZIP archive", place) }
            content = lookAtSeries(region, place, depth) ?? lookAtArchive(region, place, depth)
        }
        switch content {
        case nil: content = lookAtRest(region, place, depth, role: role)
        case .json, .html: if !lookAtText(region, place, depth) { notExamined(place, Self.unknownFormat(region)) }
        default: break
        }
        return content ?? .unknown
    }

    /// What is none of the formats that are followed: text, a deflate stream, or not examined.
    private mutating func lookAtRest(
        _ region: ByteRegion, _ place: String, _ depth: Int, role: TextRole
    ) -> FileContent? {
        if lookAtText(region, place, depth, role: role) { return nil }
        if lookAtCompressed(region, .deflate, place, depth) { return .deflate }
        notExamined(place, Self.unknownFormat(region))
        return nil
    }

    static func unknownFormat(_ region: ByteRegion) -> String {
        FileSignature.of(region).map { "unknown format (\($0.name))" } ?? "unknown format"
    }

    mutating func isTwofold(_ content: FileContent, _ other: String, _ place: String) {
        find(.unknown, place, 0, "the bytes are a \(content.rawValue) file and a \(other) at once")
    }

    mutating func examined(_ place: String, _ range: Range<Int>, _ how: String) {
        if let last = scan.examined.last, last.how == how, !place.isEmpty, !last.place.isEmpty,
            Self.folder(last.lastPlace) == Self.folder(place)
        {
            scan.examined[scan.examined.count - 1].count += 1
            scan.examined[scan.examined.count - 1].lastPlace = place
            return
        }
        guard scan.examined.count < Self.findingLimit else { return }
        scan.examined.append(.init(place: place, range: range, how: how, lastPlace: place))
    }

    private static func folder(_ place: String) -> String {
        PathText.folder(of: place)
    }

    mutating func notExamined(_ place: String, _ reason: String) {
        guard scan.notExamined.count < Self.findingLimit else { return }
        scan.notExamined.append(.init(place: place, reason: reason))
    }

    mutating func find(_ severity: Scan.Severity, _ place: String, _ offset: Int, _ text: String) {
        guard scan.findings.count < Self.findingLimit else {
            notExamined("", "further findings beyond \(Self.findingLimit)")
            return
        }
        scan.findings.append(.init(severity: severity, place: place, offset: offset, text: text))
    }

    /// Takes work from the budget; false where there is none left.
    mutating func spend(_ count: Int) -> Bool {
        budget -= count
        if budget < 0 { isExhausted = true }
        return budget >= 0
    }
}
