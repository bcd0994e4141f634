import ArgumentParser
import BBCUCheckpointDiff
import BBCUKit
import BBCUNetworkDiff
import BBCUPlatform
import BBCUReporting
import TensorBytes

/// `bbcu diff`: how two checkpoints differ.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compares two checkpoints of any formats: keys, shapes, dtypes, values, and what explains a change.",
        discussion: """
            Names count, their order does not. A tensor of equal content under another name is renamed; a prefix that \
            all names have is taken off. A relation (B = A + c, B = c A, transposed, channels permuted, rounded, signs \
            only) is reported where it holds for every value. Strides, shared storages, devices and requires_grad are \
            not compared.

            Exit status: 0 the same, 1 they differ, 2 a file cannot be used, 64 wrong usage.

            Example: bbcu diff BBCUM_x4.pth BBCUM_x4.safetensors --root-a params
            Example: diff -u <(bbcu diff --diffable A.pth) <(bbcu diff --diffable B.pth)
            """)

    @Argument(help: ArgumentHelp("A checkpoint.", valueName: "A"), completion: .file())
    var a: String

    @Argument(
        help: ArgumentHelp("The checkpoint to compare it with; not needed with --diffable.", valueName: "B"),
        completion: .file())
    var b: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Values are equal where |a - b| <= T; NaN equals NaN, an infinity itself. With 0, the default, they are \
            equal where their bits are: 0 and -0 differ.
            """, valueName: "T"),
        transform: OptionValues.tolerance)
    var tolerance: Double?

    @Option(help: ArgumentHelp("Compare only what is under this path of A, such as params_ema.", valueName: "PATH"))
    var rootA: String?

    @Option(help: ArgumentHelp("Compare only what is under this path of B.", valueName: "PATH"))
    var rootB: String?

    @Option(help: ArgumentHelp("Compare only names like this: * is any characters, ? one.", valueName: "GLOB"))
    var match: String?

    @Flag(
        help: """
            Print one sorted line a tensor or value; of two files the lines in which they differ, as diff -u does.
            """)
    var diffable = false

    @Flag(help: "Use what damaged files still hold; what is lost counts as absent.")
    var salvage = false

    @OptionGroup var output: ReportOptions

    @Flag(help: "Leave out what an exported program has beside its weights: example inputs, constants, the graph.")
    var weightsOnly = false

    func validate() throws {
        if diffable, output.report != nil {
            throw ValidationError("--diffable prints lines; leave out --report.")
        }
        if diffable, weightsOnly { throw ValidationError("--diffable lists everything; leave out --weights-only.") }
        if diffable, output.json { throw ValidationError("--diffable and --json are two forms; give one of them.") }
        if diffable, tolerance != nil {
            throw ValidationError("--diffable compares lines; --tolerance does not apply.")
        }
        if b == nil, !diffable { throw ValidationError("Missing B: two checkpoints are compared.") }
        if b == nil, rootB != nil { throw ValidationError("--root-b names a part of B, and there is none.") }
    }

    func run() throws {
        try withExitStatus {
            try output.check(inputs: [a, b])
            let first = try openCheckpoint(a, salvaging: salvage)
            let second = try b.map { try openCheckpoint($0, salvaging: salvage) }
            let options = DifferenceOptions(
                tolerance: tolerance ?? 0, rootA: rootA ?? "", rootB: rootB ?? "",
                pattern: match.map { NamePattern($0) }, weightsOnly: weightsOnly)
            guard !diffable, let second else { return try printLines(first, second, options) }
            let difference = try Difference(first, second, options)
            let networks = try NetworkDifference(first, second, options)
            let pictures = output.isPage ? try difference.pictures(first, second) : nil
            try output.put(difference.document(networks, pictures: pictures))
            return difference.isSame
        }
    }

    /// Prints the lines of one checkpoint, or those in which two differ.
    private func printLines(_ first: Checkpoint, _ second: Checkpoint?, _ options: DifferenceOptions) throws -> Bool {
        let listing = try DiffableListing(first, root: options.rootA, pattern: options.pattern)
        guard let second else {
            if !listing.lines.isEmpty { Standard.output(lines: listing.lines) }
            return !saysNothingMatches(listing.lines.isEmpty)
        }
        let other = try DiffableListing(second, root: options.rootB, pattern: options.pattern)
        let unified = listing.unified(with: other, nameA: first.file, nameB: second.file)
        if !unified.isEmpty { Standard.output(lines: unified) }
        let unread = max(listing.unread, other.unread)
        if unread > 0 {
            Standard.error(
                "bbcu: warning: \(unread.counted("part", "were")) not read, so nothing is known of their values")
        }
        return !saysNothingMatches(listing.lines.isEmpty && other.lines.isEmpty) && unified.isEmpty && unread == 0
    }

    private func saysNothingMatches(_ isEmpty: Bool) -> Bool {
        guard isEmpty, let match else { return false }
        Standard.error("bbcu: no name matches '\(match.printable(atMost: 80))'")
        return true
    }
}

extension Difference {
    /// Changed tensors whose values are drawn.
    private static let mostPairs = 24

    /// What a page shows: the sizes of all tensors and the values of changed ones.
    fileprivate func pictures(_ first: Checkpoint, _ second: Checkpoint) throws -> DifferencePictures {
        let tensorsOfA = try Self.tensors(first, options, root: options.rootA, prefix: a.prefix)
        let tensorsOfB = try Self.tensors(second, options, root: options.rootB, prefix: b.prefix)
        let sized = { (tensors: [(name: String, entry: TensorEntry)]) in
            tensors.map { (name: $0.name, byteCount: $0.entry.byteCount) }
        }
        let entriesOfA = ExactDictionary(tensorsOfA.map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
        let entriesOfB = ExactDictionary(tensorsOfB.map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
        var pairs: [DifferencePictures.Pair] = []
        for change in changed where pairs.count < Self.mostPairs {
            guard let entry = entriesOfA[change.name], let other = entriesOfB[change.name],
                let own = try first.limits(entry), let others = try second.limits(other)
            else { continue }
            let limits = min(own.lowerBound, others.lowerBound)...max(own.upperBound, others.upperBound)
            guard let before = try first.histogram([entry], within: limits),
                let after = try second.histogram([other], within: limits)
            else { continue }
            pairs.append((change.name, before, after))
        }
        return DifferencePictures(inA: sized(tensorsOfA), inB: sized(tensorsOfB), changed: pairs)
    }

    /// The tensors that were compared, without what stands in front of every name.
    private static func tensors(
        _ checkpoint: Checkpoint, _ options: DifferenceOptions, root: String, prefix: String
    ) throws -> [(name: String, entry: TensorEntry)] {
        var request = Inspection.Request()
        request.root = root.isEmpty ? nil : root
        request.match = options.pattern?.text
        return try Inspection(checkpoint, request).rows.map { row in
            (row.entry.name.without(prefix: prefix) ?? row.entry.name, row.entry)
        }
    }
}
