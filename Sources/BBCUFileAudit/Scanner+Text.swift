import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorPickle

/// What a text is for, which says how much of it is expected.
enum TextRole {
    /// The content of a file or a member.
    case file
    /// What stands beside: in an extra field, a header, or as the target of a link.
    case aside
    /// A comment, which may hold control characters.
    case comment
}

// Text: what of it is not called free of code, and the files that are written in it as base64.
extension Scanner {
    /// Text inside or outside an archive; false where the bytes are none.
    mutating func lookAtText(
        _ region: ByteRegion, _ place: String, _ depth: Int, role: TextRole = .file
    ) -> Bool {
        guard PlainText.isText(region, allowsControls: role == .comment) else { return false }
        let name = role == .file ? textName(of: place) : "aside.txt"
        if let reason = PlainText.code(in: region, name: name, isMember: !place.isEmpty) {
            notExamined(place, reason)
        } else if Self.runsAtStart(place), region.firstIndex(of: Array("import".utf8), in: 0..<region.count) != nil {
            notExamined(place, "a path file of Python, whose lines that begin with import are run")
        } else {
            examined(place, 0..<region.count, "text that is no pickle and no archive")
        }
        lookAtEncoded(region, place, depth)
        return true
    }

    /// The name that says what a text is: the member's, or of what is compressed by itself that of the stream without
    /// its ending.
    private func textName(of place: String) -> String {
        guard !place.isEmpty else { return PathText.name(of: scan.file) }
        let parts = place.parts(at: "!")
        let last = parts.last ?? place
        guard last == Self.inflatedName else { return PathText.name(of: last) }
        let outer = parts.dropLast().last { $0 != Self.inflatedName } ?? scan.file
        return PathText.name(of: PathText.withoutSuffix(outer))
    }

    /// What stands in a place for the name of what a stream inflates to.
    static let inflatedName = "inflated"

    /// Python's `site` runs lines of files of this name in its folders.
    private static func runsAtStart(_ place: String) -> Bool { PathText.hasEnding(place, among: ".pth") }

    /// Looks into the files that a text holds in base64 or in hexadecimal digits.
    mutating func lookAtEncoded(_ region: ByteRegion, _ place: String, _ depth: Int) {
        for run in EncodedText.runs(in: region) {
            guard spend(run.text.count) else { return notExamined(place, "base64 beyond the limit of work") }
            for encoding in EncodedText.Encoding.allCases {
                guard let bytes = encoding.decode(run.text), Self.isFile(ByteRegion(bytes)) else { continue }
                find(.unknown, place, run.offset, "a text in \(encoding.rawValue) is itself a file")
                let name = "\(encoding.rawValue) at byte \(run.offset)"
                look(at: ByteRegion(bytes), place: inside(place, name), depth: depth + 1)
            }
        }
    }

    /// Whether bytes that were encoded are a pickle, an archive, a compressed stream or a program.
    private static func isFile(_ region: ByteRegion) -> Bool {
        if ZipSurvey.looksLikeArchive(region) || TarSurvey.looksLikeArchive(region) || HiddenPickle.starts(region) {
            return true
        }
        // Two bytes of a signature are the start of any number by chance.
        if let signature = FileSignature.of(region), signature.length > 2,
            [.compression, .archive, .program].contains(signature.purpose)
        {
            return true
        }
        for wrapper in [DeflatedStream.Wrapper.gzip, .zlib]
        where DeflatedStream.inflate(region, wrapper, limit: 1 << 20).map({ $0.isWhole || $0.reachesLimit }) == true {
            return true
        }
        return PlainText.isText(region, allowsControls: false)
            && (region.starts(with: Array("#!".utf8)) || ProgramText.firstStatement(in: region, .plain) != nil)
    }
}
