import BBCUExecution
import BBCUPlatform
import TensorBytes
import TensorFiles

/// The report of a running evaluation, kept in a file if one was named, so that a run that is stopped can go on.
public struct EvaluationLedger {
    /// What is known so far.
    public private(set) var report: EvaluationReport
    /// How many items were taken from the file.
    public private(set) var reusedCount = 0
    private var earlier: EarlierResults
    private let file: String?
    /// Held while the run lasts.
    private let lock: FileLock?
    private var lastWrite: ContinuousClock.Instant?
    private var writeSeconds = 0.0

    /// Reads the file where it is there, and keeps other processes from it.
    ///
    /// - Parameters:
    ///   - files: finds and hashes the files of an item.
    /// - Throws: ``EvaluationError`` where it is no report, or another run's; `BytesError` where it cannot be read, or
    ///   another process works on it.
    public init(
        _ subject: EvaluationSubject, shard: Shard, items: [EvaluationItem], file: String?,
        files: (EvaluationItem) throws -> EvaluationRun.Files
    ) throws {
        report = EvaluationReport(subject, shard: shard, shardItems: ItemList(names: items.map(\.name)))
        self.file = file
        lock = try file.map { file throws(BytesError) in try FileLock(file) }
        var saved: EvaluationReport?
        if let file, FolderListing.isFile(file) {
            saved = try EvaluationReport(
                try ByteRegion.mapping(file, atMost: ByteRegion.largestReport).bytes, file: file)
        }
        earlier = EarlierResults(saved, for: subject)
        if let file, let saved { try requireSameRun(file, saved, items, files) }
    }

    /// Refuses a file whose results this run would drop: hours of work may be in it.
    private func requireSameRun(
        _ file: String, _ saved: EvaluationReport, _ items: [EvaluationItem],
        _ files: (EvaluationItem) throws -> EvaluationRun.Files
    ) throws {
        func refuse(_ found: String) -> EvaluationError {
            EvaluationError(
                .otherRun, file: file, found: "found " + found,
                expected: "one of this run, or no file yet; name another file, or remove this one")
        }
        guard !earlier.remaining.isEmpty else {
            if saved.rows.isEmpty, saved.excluded.isEmpty { return }
            if saved.rows.isEmpty, saved.subject.sha256 == report.subject.sha256 { return }
            throw refuse("a report of another checkpoint, other options or another version")
        }
        let known = items.filter(earlier.has)
        if known.count < earlier.remaining.count {
            let names = Set(known.map(\.name))
            let others = earlier.remaining.map(\.item.name).filter { !names.contains($0) }
            throw refuse(
                "a report of other images or of another shard: \(others.count.counted("image")) in it "
                    + "that this run does not have"
                    + (others.first.map { ", such as \($0.printable(atMost: 80))" } ?? ""))
        }
        // One image may have been replaced. Where all were, it is another folder.
        for item in known {
            let isSame: Bool
            // An image that cannot be read any more is excluded when its turn comes.
            do { isSame = earlier.holds(item, files: try files(item).hashes) } catch { isSame = false }
            if isSame { return }
        }
        throw refuse("a report of images with these names and other contents")
    }

    /// Takes an item's results from the file; false where they are not there, or the images have changed.
    mutating func reuse(_ item: EvaluationItem, _ files: EvaluationRun.Files) -> Bool {
        guard let result = earlier.take(item, files: files.hashes) else { return false }
        reusedCount += 1
        report.add(result)
        return true
    }

    mutating func add(_ result: ItemResult) throws {
        report.add(result)
        try keep()
    }

    mutating func add(_ exclusion: Exclusion) throws {
        report.excluded.append(exclusion)
        try keep()
    }

    /// Writes the file a last time.
    /// - Throws: `BytesError`
    public func finish() throws { try write(report) }

    /// Writes the file after the first item, then after a second at the earliest, and so that writing takes no more than a
    /// twentieth of the time.
    private mutating func keep() throws {
        let now = ContinuousClock.now
        if let lastWrite, lastWrite.duration(to: now) / .seconds(1) < max(1, 20 * writeSeconds) { return }
        var unfinished = report
        // What the file has of images that come later must not be lost where this run is stopped too.
        for result in earlier.remaining { unfinished.add(result) }
        writeSeconds = try Stopwatch.seconds { try write(unfinished) }
        lastWrite = .now
    }

    private func write(_ report: EvaluationReport) throws {
        if let file { try WholeFile.writeState(report.json.text + "\n", to: file) }
    }
}
