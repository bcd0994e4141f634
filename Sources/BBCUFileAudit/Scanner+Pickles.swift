import BBCUPlatform
import OrderedCollections
import TensorArchives
import TensorBytes
import TensorPickle

// Pickles: one, several in a row, and those inside their own strings.
extension Scanner {
    /// The number by which PyTorch knows its files of before 1.6, as a pickle writes it: 0x1950a86a20f9469cfc6c.
    static let magicNumber: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    private static let archiveStart = Array("PK\u{3}\u{4}".utf8)

    /// Follows the pickles that start the bytes; nil where there is none.
    ///
    /// - Parameter isPlain: whether the bytes are known to be something else as well.
    mutating func lookAtPickles(_ region: ByteRegion, _ place: String, _ depth: Int, isPlain: Bool) -> FileContent? {
        // An archive's first byte is PERSID to an unpickler, and every one of them refuses what that leads to.
        guard !region.starts(with: Self.archiveStart), let first = followed(region, from: 0) else { return nil }
        let isFirst = Self.isPickle(first, region, at: 0)
        guard isFirst || hasLaterPickle(behind: first, region, place) else { return nil }
        if isFirst, isPlain, first.references.isEmpty { return nil }
        if isTextByChance(first, region, place) { return nil }
        if isMagicNumber(first) {
            lookAtSaves(region, place, depth)
            return .pyTorchLegacy
        }
        var (trace, start, count) = (first, 0, 0)
        while true {
            count += 1
            record(trace, region, start, place, depth)
            guard trace.isWhole, trace.end < region.count, let next = followed(region, from: trace.end),
                Self.isPickle(next, region, at: trace.end), !isMagicNumber(next)
            else { break }
            (start, trace) = (trace.end, next)
        }
        if trace.isWhole, !isPlain { lookBehind(region, trace.end, place, depth, "the last pickle") }
        if count > 1 { find(.note, place, 0, "\(count.counted("pickle")) one after the other") }
        return .pickle
    }

    /// Whether a pickle that does something stands behind one that does nothing: a loader that is called again reads it.
    private mutating func hasLaterPickle(behind first: PickleTrace, _ region: ByteRegion, _ place: String) -> Bool {
        var trace = first
        while trace.isWhole, trace.fault == nil, trace.end < region.count {
            let start = trace.end
            guard let next = followed(region, from: start) else { return false }
            if Self.isPickle(next, region, at: start) { return !isTextByChance(next, region, place) }
            trace = next
        }
        return false
    }

    /// Whether a text only begins like a pickle: a line that starts with a c, and then another line. No unpickler gets
    /// past a call in it, nothing that it names is known to do harm, and it is not called a pickle.
    private func isTextByChance(_ trace: PickleTrace, _ region: ByteRegion, _ place: String) -> Bool {
        guard !trace.isWhole, !trace.isCut, region[0] != 0x80, !trace.references.isEmpty,
            trace.references.allSatisfy({ $0.calls == 0 && $0.judged.judgement == .unknown })
        else { return false }
        let name = (place.isEmpty ? scan.file : place).lowercasedASCII
        guard !Self.pickleEndings.contains(where: { name.ends(with: $0) }) else { return false }
        return PlainText.isText(region, allowsControls: false)
    }

    private static let pickleEndings = [
        ".pkl", ".pickle", ".p", ".pth", ".pt", ".bin", ".ckpt", ".dat", ".joblib", ".npy",
    ]

    func isMagicNumber(_ trace: PickleTrace) -> Bool {
        trace.isWhole && trace.integer.map { Self.trimmed($0) == Self.magicNumber } ?? false
    }

    /// What stands behind a part whose end is known is a file of its own.
    mutating func lookBehind(_ region: ByteRegion, _ end: Int, _ place: String, _ depth: Int, _ what: String) {
        guard end < region.count, let rest = part(end..<region.count, of: region, place) else { return }
        if rest.firstNonZero == nil {
            examined(place, end..<region.count, "zeros")
            // Zeros may be filling, and a reader may miss them.
            return find(.unknown, place, end, "\(rest.count.counted("zero", "follow")) \(what)")
        }
        find(.unknown, place, end, "\(rest.count.counted("byte", "follow")) \(what)")
        look(at: rest, place: inside(place, "bytes \(end) to \(region.count)"), depth: depth + 1)
    }

    /// Finds pickles between other bytes by how they start: those of a member in which numbers stand between them.
    mutating func lookAtInterleaved(_ region: ByteRegion, _ place: String, _ depth: Int) {
        var position = 0
        while position < region.count, let start = region.firstIndex(of: 0x80, in: position..<region.count) {
            position = start + 1
            guard let version = region[start + 1], (2...5).contains(version), let trace = followed(region, from: start),
                HiddenPickle.doesSomething(trace, region)
            else {
                if budget < 0 { return }
                continue
            }
            record(trace, region, start, place, depth)
            position = max(position, trace.end)
        }
        examined(place, 0..<region.count, "numbers between pickles")
    }

    mutating func followed(_ region: ByteRegion, from start: Int) -> PickleTrace? {
        guard budget >= 0, let trace = try? PickleTrace.run(region, from: start) else { return nil }
        _ = spend(trace.end - start + 1)
        return trace
    }

    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        while bytes.last == 0 { bytes.removeLast() }
        return bytes
    }

    /// Whether an unpickler would do anything with the bytes: they run to a STOP and make more than a plain value, or
    /// name something that could be imported before they break off.
    static func isPickle(_ trace: PickleTrace, _ region: ByteRegion, at start: Int) -> Bool {
        let hasVersion = region[start] == 0x80 && region[start + 1].map { $0 <= 5 } == true
        if trace.isWhole, trace.fault == nil {
            if hasVersion || trace.integer != nil { return true }
            // One that names something does something, however short. Without a version and without a name, numbers
            // can look like a pickle of a few opcodes.
            let isNamed = trace.references.contains { reference in
                if case .registered = reference.target { false } else { true }
            }
            return isNamed || (trace.end == region.count && (trace.opcodes > 2 || !trace.references.isEmpty))
        }
        // What is too long to follow is no number that looks like a pickle.
        if trace.isCut { return true }
        // A name that the end of the data cuts off stands where the fault is.
        let reached = trace.references.filter { $0.offset <= trace.fault?.offset ?? .max }
        if hasVersion, trace.opcodes > 2 || start == 0 { return trace.isWhole || !reached.isEmpty }
        return reached.contains { reference in
            guard case .named(let module, let name) = reference.target else { return false }
            return isImportable(module) && isImportable(name)
        }
    }

    static func isImportable(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
                || $0 == 0x2E
        }
    }

    /// Takes down what a pickle refers to, then looks into its strings.
    mutating func record(
        _ trace: PickleTrace, _ region: ByteRegion, _ start: Int, _ place: String, _ depth: Int
    ) {
        guard scan.pickles.count < Self.pickleLimit else {
            if !hasMorePickles { notExamined(place, "strings of pickles beyond the first \(Self.pickleLimit)") }
            hasMorePickles = true
            // What they name still counts.
            for reference in trace.references { record(reference, place) }
            return
        }
        scan.pickles.append(PicklePlace(place: place, region: region, start: start, end: trace.end))
        examined(place, start..<trace.end, "a pickle, \(trace.opcodes.counted("opcode"))")
        scan.storageIdentifiers += trace.storageIdentifiers
        scan.otherIdentifiers += trace.otherIdentifiers
        for reference in trace.references { record(reference, place) }
        take(trace.storages, of: place)
        for oddity in trace.oddities { find(.unknown, place, oddity.offset, oddity.text) }
        if trace.demanded > PickleTrace.largestDemand, !trace.oddities.contains(where: { $0.text.includes("is asked") })
        {
            find(
                .unknown, place, start, "calls ask for \(trace.demanded.counted("element")) that the file does not hold"
            )
        }
        if let fault = trace.fault {
            find(.unknown, place, fault.offset ?? start, "the pickle is broken: \(fault.found)")
        }
        if trace.isCut { notExamined(place, "the pickle behind byte \(trace.end): a limit is reached") }
        if trace.hasMoreStrings { notExamined(place, "further strings that may be pickles: a limit is reached") }
        for (offset, bytes) in trace.strings {
            guard depth < Self.deepest else { continue }
            lookAtString(bytes, place, offset, depth)
        }
    }

    /// A string may be a file of its own: `torch.storage._load_from_bytes` loads one.
    private mutating func lookAtString(_ bytes: ByteRegion, _ place: String, _ offset: Int, _ depth: Int) {
        let inside = (place.isEmpty ? "" : place + ", ") + "string at byte \(offset)"
        if ZipSurvey.looksLikeArchive(bytes) || FileContent.plain(bytes) == .gzip || FileContent.plain(bytes) == .zlib {
            find(.unknown, place, offset, "a string is itself a file")
            look(at: bytes, place: inside, depth: depth + 1)
            return
        }
        guard let inner = followed(bytes, from: 0), Self.isPickle(inner, bytes, at: 0),
            !inner.references.isEmpty || bytes[0] == 0x80 || isMagicNumber(inner)
        else { return }
        find(.unknown, place, offset, "a string is itself a pickle")
        guard isMagicNumber(inner) else { return record(inner, bytes, 0, inside, depth + 1) }
        lookAtSaves(bytes, inside, depth + 1)
    }

    private mutating func record(_ reference: PickleReference, _ place: String) {
        let (judgement, reason) = reference.judged
        let key: Key
        switch reference.target {
        case .named(let module, let name): key = Key(module: module, name: name)
        case .registered(let code): key = Key(module: "", name: "extension \(code)")
        case .computed: key = Key(module: "", name: "")
        }
        if var known = names[key] {
            known.count += reference.count
            known.isCalled = known.isCalled || reference.calls > 0
            known.call = known.call ?? reference.call
            let order = Judgement.allCases
            if (order.firstIndex(of: judgement) ?? 0) < (order.firstIndex(of: known.judgement) ?? 0) {
                (known.judgement, known.reason) = (judgement, reason)
            }
            names[key] = known
            return
        }
        guard names.count < Self.nameLimit || judgement == .dangerous else {
            notExamined(place, "further names beyond \(Self.nameLimit)")
            return
        }
        names[key] = Scan.Name(
            module: key.module.text, name: key.name.text, judgement: judgement, reason: reason, count: reference.count,
            isCalled: reference.calls > 0, call: reference.call, place: place, offset: reference.offset,
            opcode: reference.opcode.name)
    }
}
