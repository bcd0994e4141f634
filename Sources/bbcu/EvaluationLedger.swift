import BBCUKit
import Bytes

/// The report of a running evaluation, kept in a file if one was named, so that a run that is stopped can go on.
struct EvaluationLedger {
    /// What is known so far.
    private(set) var report: EvaluationReport
    /// How many items were taken from the file.
    private(set) var reusedCount = 0
    private var earlier: EarlierResults
    private let file: String?
    private var lastWrite: ContinuousClock.Instant?
    private var writeSeconds = 0.0

    /// Reads the file where it is there.
    /// - Throws: `EvaluationError` where it is no report, `InputError` where it is another run's, `BytesError` where it
    ///   cannot be read.
    init(_ subject: EvaluationSubject, shard: Shard, shardItems: ItemList, file: String?) throws {
        report = EvaluationReport(subject, shard: shard, shardItems: shardItems)
        self.file = file
        var saved: EvaluationReport?
        if let file, FolderListing.isFile(file) {
            saved = try EvaluationReport(
                try ByteRegion.mapping(file, atMost: ByteRegion.largestReport).bytes, file: file)
        }
        earlier = EarlierResults(saved, for: subject)
        if let file, let saved, earlier.remaining.isEmpty, !saved.rows.isEmpty {
            // Hours of work may be in it.
            throw InputError(
                file: file, found: "a report of another checkpoint, other options or another version",
                expected: "one of this run, or no file yet; name another file, or remove this one")
        }
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
    func finish() throws { try write(report) }

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
        if let file { try WholeFile.write(report.json.text + "\n", to: file) }
    }
}
