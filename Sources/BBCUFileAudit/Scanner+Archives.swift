import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorPickle

// Archives.
extension Scanner {
    /// Looks into every entry that any reader could find, and lists what is odd.
    mutating func lookAtArchive(_ region: ByteRegion, _ place: String, _ depth: Int) -> FileContent {
        let survey = ZipSurvey(region)
        examined(place, 0..<region.count, "a ZIP archive of \(survey.entries.count.counted("entry"))")
        for oddity in survey.oddities {
            find(
                oddity.isHarmless ? .note : .unknown, inside(place, oddity.entry ?? ""), oddity.offset, oddity.text)
        }
        if survey.furtherOddities > 0 {
            find(.unknown, place, 0, "\(survey.furtherOddities) further oddities of the archive")
        }
        if !survey.hasDirectory { find(.unknown, place, 0, "the archive has no directory: it is cut off, or hidden") }
        for text in survey.leftOut { notExamined(place, text) }
        let hasChecksums = survey.entries.contains { $0.crc32 != 0 }
        let isOuterExported = isExported
        defer { isExported = isOuterExported }
        isExported = survey.entries.contains { entry in
            PathText.hasEnding(entry.name, among: "archive_format", "serialized_exported_program.json")
        }
        // Pickles come first: they say which of the others are storages.
        for entry in survey.entries where Self.namesStorages(entry.name) {
            look(at: entry, of: survey, place, depth, hasChecksums: hasChecksums)
        }
        for entry in survey.entries where !Self.namesStorages(entry.name) {
            look(at: entry, of: survey, place, depth, hasChecksums: hasChecksums)
        }
        for gap in survey.gaps { lookAtGap(gap, of: survey, place, depth) }
        for comment in survey.comments {
            guard let bytes = part(comment, of: region, place) else { continue }
            lookAtSlack(bytes, place, "comment", at: comment.lowerBound, depth, role: .comment)
        }
        lookAtSlack(survey.slack, place, depth)
        return Self.content(survey.entries.map(\.name))
    }

    private static func namesStorages(_ name: String) -> Bool {
        PathText.hasEnding(name, among: ".pkl", "_config.json")
    }

    private static func content(_ names: [String]) -> FileContent {
        // PyTorch finds members without regard to capitals.
        let names = names.map { $0.lowercasedASCII }
        func has(_ name: String) -> Bool { names.contains { $0.isExactly(name) || $0.ends(with: "/" + name) } }
        if has("data.pkl") { return has("constants.pkl") ? .torchScript : .pyTorchZip }
        // torch.package: pickles and code, and the storages in `.data`.
        if has(".data/extern_modules") { return .pyTorchZip }
        if has("archive_format") || has("serialized_exported_program.json") { return .pt2 }
        return names.contains { $0.ends(with: ".npy") } ? .npz : .zip
    }

    func inside(_ place: String, _ name: String) -> String {
        place.isEmpty ? name : name.isEmpty ? place : place + "!" + name
    }

    private mutating func look(
        at entry: ZipSurvey.Entry, of survey: ZipSurvey, _ place: String, _ depth: Int, hasChecksums: Bool
    ) {
        let name = inside(place, entry.name)
        if entry.isEncrypted { return notExamined(name, "the entry is encrypted") }
        let limit = inflatedLimit
        guard let (data, isWhole) = survey.contents(of: entry, limit: limit) else {
            return notExamined(name, "its data cannot be read: compression method \(entry.method), or outside the file")
        }
        if !isWhole {
            if entry.size > limit {
                notExamined(name, "what is inflated beyond \(limit.counted("byte"))")
            } else {
                find(.unknown, name, entry.headerOffset, "the data are cut off, or cannot be inflated")
            }
        } else if data.count != entry.size {
            find(
                .unknown, name, entry.headerOffset,
                "\(data.count.counted("byte")) of data where \(entry.size) are stated")
        } else if hasChecksums, entry.crc32 == 0, CRC32.of(data) != 0 {
            // `torch.serialization.skip_data` leaves it out, and readers of PyTorch never ask for it.
            find(.note, name, entry.headerOffset, "the CRC-32 was left out")
        } else if hasChecksums, CRC32.of(data) != entry.crc32 {
            find(.unknown, name, entry.headerOffset, "the data are not those that the CRC-32 was computed of")
        }
        if entry.name.begins(with: "code/") || entry.name.includes("/code/") {
            return notExamined(name, "code, which only TorchScript's own interpreter runs")
        }
        if let storage = storage(named: entry.name, in: place) {
            return lookAtStorage(data, name, depth + 1, byteCount: storage.byteCount)
        }
        let reasons = scan.notExamined.count
        look(at: data, place: name, depth: depth + 1, role: entry.isLink ? .aside : .file)
        if isExported, ExportedProgram.isOne(entry.name) { lookAtExportedProgram(data, name) }
        if isExported, ExportedProgram.isConfiguration(entry.name) { takeConfiguration(data, name) }
        if let reason = PlainText.codeByName(entry.name), scan.notExamined.count == reasons {
            notExamined(name, reason)
        }
    }

    /// A part of the bytes; one that is not there is taken down as not examined.
    mutating func part(_ range: Range<Int>, of region: ByteRegion, _ place: String) -> ByteRegion? {
        do throws(BytesError) { return try region.slice(at: range.lowerBound, count: range.count) } catch {
            notExamined(place, "bytes \(range.lowerBound) to \(range.upperBound): \(error.found)")
            return nil
        }
    }

    /// Bytes between entries: some loader may look at them.
    private mutating func lookAtGap(_ gap: Range<Int>, of survey: ZipSurvey, _ place: String, _ depth: Int) {
        guard let bytes = part(gap, of: survey.region, place) else { return }
        let name = inside(place, "bytes \(gap.lowerBound) to \(gap.upperBound)")
        if bytes.firstNonZero == nil {
            find(.note, place, gap.lowerBound, "\(gap.count.counted("zero", "that belong")) to no entry")
            return
        }
        find(.unknown, place, gap.lowerBound, "\(gap.count.counted("byte", "that belong")) to no entry")
        // What starts the file was looked at as that already.
        if gap.lowerBound > 0 { lookAtPieces(bytes, name, depth) }
    }

    private mutating func lookAtPieces(_ bytes: ByteRegion, _ place: String, _ depth: Int) {
        if lookAtPickles(bytes, place, depth + 1, isPlain: false) == nil { lookAtInterleaved(bytes, place, depth + 1) }
    }

    /// Looks into every file of a tar archive; two of PyTorch's own hold pickles between numbers.
    mutating func lookAtTar(_ region: ByteRegion, _ place: String, _ depth: Int) {
        let survey = TarSurvey(region)
        examined(place, 0..<survey.end, "a tar archive of \(survey.members.count.counted("file"))")
        for oddity in survey.oddities { find(.unknown, place, oddity.offset, oddity.text) }
        lookAtSlack(survey.slack, place, depth)
        if survey.isSlackCut { notExamined(place, "padding and records beyond the first \(survey.slack.count)") }
        if survey.isCut { notExamined(place, "files beyond the first \(survey.members.count)") }
        let isPyTorch = Set(survey.members.map { ExactName($0.name) }).isSuperset(of: ["storages", "tensors", "pickle"])
        for member in survey.members {
            let name = inside(place, member.name)
            if isPyTorch, member.name == "storages" || member.name == "tensors" {
                lookAtTurns(member.data, name, depth + 1, isOfStorages: member.name == "storages")
            } else {
                look(at: member.data, place: name, depth: depth + 1)
            }
        }
        guard let rest = part(survey.end..<region.count, of: region, place) else { return }
        let firstByte = rest.firstNonZero
        let hasRest = firstByte != nil
        if let firstByte {
            find(.unknown, place, survey.end, "\(rest.count.counted("byte", "follow")) the last file of the archive")
            // Blocks of zeros end an archive.
            let start = survey.end + firstByte / 512 * 512
            if let behind = part(start..<region.count, of: region, place) {
                look(at: behind, place: inside(place, "bytes \(start) to \(region.count)"), depth: depth + 1)
            }
        }
        // A reader that finds other headers, or goes on behind the end, finds other files.
        if hasRest || !survey.oddities.isEmpty { lookAtInterleaved(region, place, depth + 1) }
    }
}

extension ByteRegion {
    /// The first byte that is not zero, or nil.
    var firstNonZero: Int? {
        var position = 0
        // Short runs at a time: most gaps are a few bytes.
        while position < count {
            let step = Swift.min(4096, count - position)
            // What cannot be read is not called zeros.
            guard let part = try? slice(at: position, count: step) else { return position }
            if let index = part.bytes.firstIndex(where: { $0 != 0 }) { return position + index }
            position += step
        }
        return nil
    }
}
