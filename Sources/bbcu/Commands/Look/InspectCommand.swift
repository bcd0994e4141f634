import ArgumentParser
import BBCUKit
import BBCUPlatform
import BBCUReporting
import TensorBytes

/// `bbcu inspect`: what is in a checkpoint.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows what is in a checkpoint: its structure, its tensors, totals.",
        discussion: """
            Nothing in the file is executed, and without --checksums and --stats no tensor is read.

            Example: bbcu inspect BBCUM_x4.pth --fold
            """)

    @Argument(help: ArgumentHelp("The checkpoint.", valueName: "FILE"), completion: .file())
    var file: String

    @Flag(help: "Join repeated layers into one line.")
    var fold = false

    @Flag(
        help: """
            Compute CRC-32 of every tensor and SHA-256 of the file. A name that ends in -xxxxxxxx must carry the first \
            eight digits of the SHA-256, or the exit status is 1.
            """)
    var checksums = false

    @Flag(help: "Compute minimum, maximum, mean, standard deviation, zeros and non-finite values of every tensor.")
    var stats = false

    @Option(
        help: ArgumentHelp(
            """
            Only tensors whose names match: * any text, ? any character, [0-9] any character in the set. The exit status \
            is 1 if no name matches.
            """, valueName: "GLOB"))
    var match: String?

    @Option(help: ArgumentHelp("The order of the tensors: file, size (the largest first) or name.", valueName: "ORDER"))
    var sort = Inspection.Order.file

    @Option(
        help: ArgumentHelp(
            "Only this part of the file, such as state_dict: keys joined by dots. #2 is a second object in the file.",
            valueName: "PATH"))
    var root: String?

    @Flag(help: "Print the opcodes of every pickle in the file, as Python's pickletools.dis does.")
    var pickle = false

    @Flag(
        help: """
            List what a damaged file still holds: every tensor and entry as intact, damaged or absent. Ends in status 1 \
            where anything is lost.
            """)
    var salvage = false

    @OptionGroup var output: ReportOptions

    func validate() throws {
        if pickle, output.report != nil || salvage || fold || checksums || stats || match != nil || root != nil {
            throw ValidationError("--pickle lists opcodes; it takes no option but --json.")
        }
        if salvage, fold || checksums || stats || match != nil || root != nil {
            throw ValidationError(
                "--salvage lists everything, with checksums; it takes no option but --json and --report.")
        }
    }

    func run() throws {
        try withExitStatus {
            if pickle { return try PickleListing.print(file, json: output.json) }
            try output.check(inputs: [file])
            if salvage {
                let salvage = try Salvage(file)
                try output.put(salvage.document(file: file))
                return salvage.isWhole
            }
            var request = Inspection.Request(checksums: checksums, statistics: stats)
            (request.match, request.order, request.root) = (match, sort, root)
            let checkpoint = try Checkpoint.open(file)
            let inspection = try Inspection(checkpoint, request)
            // A file without tensors is still worth a look, so an absent network is no error here; a packed model that
            // contradicts its format is called damaged.
            var resolution: Resolution?
            do throws(UnusableCheckpoint) { resolution = try checkpoint.resolve(NetworkRequest(root: root)) } catch {
                if !checkpoint.tensors.isEmpty {
                    Standard.error("bbcu: warning: no network: \(error.reason.description.printable())")
                }
            }
            // A page shows more than text and JSON say, which stay what was asked for.
            let json: @Sendable () -> JSONValue = { [resolution] in
                inspection.json(network: resolution?.network)
            }
            if output.isPage {
                request.statistics = true
                let whole = stats ? inspection : try Inspection(checkpoint, request)
                try output.write(
                    whole.document(network: resolution, histograms: whole.histograms(of: checkpoint), json: json()))
            } else {
                try output.write(inspection.document(network: resolution, isFolded: fold, json: json()))
            }
            output.show(inspection.document(network: resolution, isFolded: fold, json: json()))
            if let match, inspection.rows.isEmpty {
                let count = checkpoint.tensors.count
                let example = checkpoint.tensors.first.map { ", such as \($0.name.printable(atMost: 80))" } ?? ""
                Standard.error(
                    "bbcu: \(file.printable()): no tensor's name matches '\(match.printable(atMost: 80))'; the file has "
                        + NumberText.grouped(count, "tensor") + example)
                return false
            }
            return inspection.holds
        }
    }
}

extension Inspection {
    /// Folded rows whose values are drawn.
    private static let mostHistograms = 60

    /// The histograms of its tensors, which a page shows.
    fileprivate func histograms(of checkpoint: Checkpoint) throws -> [FoldedHistogram] {
        var histograms: [FoldedHistogram] = []
        for (place, row) in folded.enumerated() where histograms.count < Self.mostHistograms {
            guard let entries = readable(row), let limits = row.statistics?.limits,
                let histogram = try checkpoint.histogram(entries, within: limits)
            else { continue }
            histograms.append((row: place, histogram: histogram))
        }
        return histograms
    }

    /// A row's tensors; nil where the values of one could not be looked at.
    private func readable(_ row: FoldedRow) -> [TensorEntry]? {
        let tensors = row.places.map { rows[$0] }
        return tensors.allSatisfy { $0.problem == nil } ? tensors.map(\.entry) : nil
    }
}

extension Inspection.Order: ExpressibleByArgument {}
