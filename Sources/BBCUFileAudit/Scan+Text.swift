import BBCUPlatform
import OrderedCollections
import TensorBytes
import TensorPickle

// Text: what is skipped, what is code by its name, and what of JSON leads to code.
extension Scan {
    /// Compares the name's ending with the content. Where nothing was made out that an audit follows, the name does not
    /// contradict it: a file that should be a model was not examined.
    mutating func compareName() {
        findings.removeAll { $0 == nameFinding }
        notExamined.removeAll { $0 == nameUnexamined }
        extensionAgrees = kind.agrees(withName: file)
        guard extensionAgrees == false else { return }
        let text = "the name's ending does not agree with the content, which is \(kind.rawValue)"
        guard kind.isReadable else {
            // Another reason for the whole file says more.
            guard !notExamined.contains(where: \.place.isEmpty) else { return }
            let reason = NotExamined(place: "", reason: text)
            nameUnexamined = reason
            notExamined.append(reason)
            return
        }
        let finding = Finding(severity: .unknown, place: "", offset: 0, text: text)
        nameFinding = finding
        findings.append(finding)
        let order = Severity.allCases
        findings = findings.enumerated().sorted { left, right in
            let (first, second) = (
                order.firstIndex(of: left.element.severity), order.firstIndex(of: right.element.severity)
            )
            return (first ?? 0, left.offset) < (second ?? 0, right.offset)
        }.map(\.element)
    }

    /// Finds out whether the file is text that is skipped, and notes what is a program by its name.
    mutating func lookAtText(_ region: ByteRegion) {
        defer {
            if notExamined.isEmpty, let reason = codeReason(region) {
                notExamined.append(NotExamined(place: "", reason: reason))
            }
        }
        switch kind {
        case .unknown, .json, .html: guard names.isEmpty else { return }
        case .pickle: break
        default: return
        }
        guard let text = TextReader.read(region, isMarkup: Self.markup.contains(ending)) else { return }
        if kind == .pickle {
            guard Self.callsNothing(region) else { return }
            (names, findings, notExamined, examined, pickles) = ([], [], [], [], [])
            (storageIdentifiers, otherIdentifiers) = (0, 0)
        }
        isText = true
        if kind != .html { kind = text.isJSON ? .json : .text }
        examined = [
            Examined(place: "", range: 0..<region.count, how: "text that is no pickle and no archive", lastPlace: "")
        ]
        compareName()
        names = text.keys.map { Name($0, place: "") }
    }

    /// Text in which JSON stands as an example.
    private static let markup: Set<String> = ["md", "markdown", "rst", "txt"]

    private var ending: String {
        let name = file.utf8.split(separator: UInt8(ascii: "/")).last ?? ""[...].utf8
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return "" }
        return String(decoding: name[name.index(after: dot)...], as: UTF8.self).lowercasedASCII
    }

    /// Why the file is a program, whatever else it is.
    private func codeReason(_ region: ByteRegion) -> String? {
        region.starts(with: Array("#!".utf8))
            ? "a script, by its first line" : PlainText.codeByName(PathText.name(of: file))
    }

    /// Whether a reader of pickles fails before it has called anything, and nothing that it imported is known to be
    /// dangerous: a list of words can begin with the letters of a name.
    private static func callsNothing(_ region: ByteRegion) -> Bool {
        guard let whole = try? PickleTrace.run(region), !whole.isWhole, !whole.isCut, let fault = whole.fault,
            !whole.references.contains(where: { $0.judged.judgement == .dangerous })
        else { return false }
        let end = fault.offset ?? whole.end
        guard end > 0 else { return true }
        guard let start = try? region.slice(at: 0, count: end), let before = try? PickleTrace.run(start) else {
            return false
        }
        return !before.references.contains { $0.calls > 0 || $0.isChanged }
    }
}

extension Scan.Name {
    /// A key of JSON by which a loader runs code.
    init(_ key: TextReader.Key, place: String) {
        self.init(
            module: "", name: key.name, judgement: .unknown, reason: key.reason, count: key.count, isCalled: false,
            place: place, offset: key.offset, opcode: "KEY")
    }
}

extension Scanner {
    /// Lists the keys of JSON by which a loader runs code, in a member of an archive.
    mutating func lookAtKeys(_ region: ByteRegion, _ place: String) {
        guard let text = TextReader.read(region, isMarkup: false) else { return }
        for key in text.keys {
            let name = Key(module: "", name: key.name)
            if names[name] == nil {
                names[name] = Scan.Name(key, place: place)
            } else {
                names[name]?.count += key.count
            }
        }
    }
}
