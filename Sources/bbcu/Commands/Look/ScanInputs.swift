import ArgumentParser
import BBCUFileAudit
import BBCUKit
import BBCUPlatform
import BBCUReporting
import TensorBytes

/// The files that `bbcu scan` examines: those that are named, and what lies below folders.
struct ScanInputs {
    /// What is looked at, in order.
    private(set) var found: [FolderListing.Found] = []
    /// Whether exactly one file was named, and no folder.
    let isSingle: Bool

    /// The files among them.
    var files: [String?] {
        found.map { if case .file(let path) = $0 { path } else { nil } }
    }

    /// Bytes of a list of names.
    private static let longestList = 1 << 28

    /// - Throws: where a folder or the list cannot be read.
    init(_ arguments: [String], from list: String?) throws {
        let names = try arguments + (list.map(Self.names(in:)) ?? [])
        isSingle = list == nil && names.count == 1 && names.allSatisfy { !FolderListing.isFolder($0) }
        for name in names {
            if FolderListing.isFolder(name) {
                found += try FolderListing.everything(below: name)
            } else {
                found.append(.file(name))
            }
        }
        guard !found.isEmpty else {
            throw InputError(
                file: names.first ?? list ?? "",
                found: names.isEmpty ? "the list is empty" : "no file lies below the folder",
                expected: "at least one file")
        }
    }

    /// The names in a list: one per line, or separated by NUL bytes if there is one.
    private static func names(in file: String) throws -> [String] {
        let bytes = try contents(of: file)
        let separator: UInt8 = bytes.contains(0) ? 0 : UInt8(ascii: "\n")
        return bytes.split(separator: separator).map { FileName.text(Array($0)) }
    }

    /// The patterns of `--allow` and `--allow-file`.
    static func allowed(_ patterns: [String], file: String?) throws -> AllowList {
        var all = patterns
        if let file {
            for (index, line) in try contents(of: file).split(
                separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
            ).enumerated() {
                let text = line.prefix { $0 != UInt8(ascii: "#") }.filter { $0 > 0x20 }
                guard !text.isEmpty else { continue }
                let pattern = FileName.text(Array(text))
                guard AllowList([pattern]) != nil else {
                    throw InputError(
                        file: file, found: "line \(index + 1): '\(pattern.printable(atMost: 80))'",
                        expected: "a name such as torch.Size, or one with .* at its end")
                }
                all.append(pattern)
            }
        }
        guard let list = AllowList(all) else {
            throw InputError(file: file ?? "", found: "a pattern", expected: "a name")
        }
        return list
    }

    private static func contents(of file: String) throws -> [UInt8] {
        guard file != "-" else { return try standardInput() }
        let region: ByteRegion
        do throws(BytesError) { region = try ByteRegion.mapping(file) } catch {
            guard error.code == .empty else { throw error }
            return []
        }
        guard region.count <= longestList else { throw tooLong(file) }
        return region.bytes
    }

    private static func standardInput() throws -> [UInt8] {
        let bytes: [UInt8]
        do { bytes = try StandardStream.allBytes(atMost: longestList) } catch {
            throw InputError(file: "standard input", found: error.text, expected: "a list of files")
        }
        guard bytes.count <= longestList else { throw tooLong("standard input") }
        return bytes
    }

    private static func tooLong(_ file: String) -> InputError {
        InputError(file: file, found: "a list of more than \(longestList.counted("byte"))", expected: "a shorter list")
    }
}

/// One run of `bbcu scan`: a file at a time, because reports are small and files are not.
struct ScanRun {
    var list: AllowList
    var summary: ScanSummary
    var showsEachFile = true
    var isSingle = false
    var showsDetails = false
    var keepsJSON = false
    var sarif: ScanSARIF?
    var keepsScans = false
    /// The reports in JSON.
    private var reports: [JSONValue] = []
    private var scans: [Scan] = []

    init(list: AllowList, summary: ScanSummary) { (self.list, self.summary) = (list, summary) }

    mutating func scan(_ inputs: ScanInputs) {
        let progress = Progress(label: "scan", unit: "file")
        var shown = ContinuousClock.now
        for (index, found) in inputs.found.enumerated() {
            if inputs.found.count > 1, shown.duration(to: .now) > .milliseconds(100) {
                shown = .now
                progress.show(index + 1, inputs.found.count)
            }
            var scan = examined(found)
            list.apply(to: &scan)
            summary.add(scan)
            if keepsJSON { reports.append(scan.json) }
            if keepsScans { scans.append(scan) }
            sarif?.add(scan)
            progress.clear()
            if showsEachFile { show(scan) }
            if let failure = scan.failure {
                Standard.error("bbcu: error: \(scan.file.printable()): \(failure.printable())")
            }
        }
    }

    private func examined(_ found: FolderListing.Found) -> Scan {
        let hashing = keepsJSON || sarif != nil
        switch found {
        case .file(let path): return isSingle ? Scan(path, hashing: hashing) : Scan(found: path, hashing: hashing)
        case .left(let path, let reason): return Scan(unopened: path, because: reason)
        }
    }

    private func show(_ scan: Scan) {
        if isSingle { return Standard.output(lines: scan.document.text) }
        // Of what was not examined, the line often says all.
        let isSaid = scan.names.isEmpty && scan.findings.isEmpty && scan.notExamined.count < 2
        let isGood = scan.level == .clean && scan.failure == nil
        Standard.output(lines: [scan.line] + (showsDetails || !isGood && !isSaid ? scan.details : []))
    }

    /// The report in JSON.
    var json: JSONValue { summary.json(files: reports, allowing: list) }

    /// The report of the file, or of all files.
    var document: ReportDocument {
        let json = json
        if isSingle, let scan = scans.first { return scan.document(json: json) }
        return summary.document(scans, allowing: list, json: json)
    }

    /// What follows the files: how the list of names was used, and the counts.
    var lastLines: [String] {
        if isSingle {
            let limit = summary.failOn == .unexamined ? [] : [summary.line]
            return list.lines + limit
        }
        return list.lines + [summary.line]
    }
}
