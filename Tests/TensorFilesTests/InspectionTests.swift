import BBCUPlatform
import TensorBytes
import TensorFiles
import TestSupport
import Testing

@Suite struct InspectionTests {
    static func statistics(_ values: [Double]) throws -> TensorStatistics {
        let tensor = try #require(Tensor(values, shape: [values.count]))
        return try #require(TensorStatistics(tensor))
    }

    @Test func statisticsLeaveOutWhatIsNotFinite() throws {
        let statistics = try Self.statistics([1, 2, 4, 0, -0.0, .infinity, -.infinity, .nan])
        #expect(statistics.min == 0)
        #expect(statistics.max == 4)
        #expect(statistics.mean == 1.4)
        // torch.std([1, 2, 4, 0, 0]) in float64.
        #expect(statistics.standardDeviation == 1.6733200530681511)
        #expect(statistics.zeros == 2)
        #expect(statistics.nonFinite == 3)
    }

    @Test func statisticsOfFewValues() throws {
        let none = try Self.statistics([.nan])
        #expect(none.min == nil && none.max == nil && none.mean == nil && none.standardDeviation == nil)
        let one = try Self.statistics([3])
        #expect(one.mean == 3)
        #expect(one.standardDeviation?.isNaN == true)
        let both = none.merged(with: one)
        #expect(both.mean == 3 && both.nonFinite == 1)
    }

    @Test func mergedStatistics() throws {
        let values = (0..<100).map { Double($0 * $0 % 37) / 3 }
        let whole = try Self.statistics(values)
        let left = try Self.statistics(Array(values[..<30]))
        let right = try Self.statistics(Array(values[30...]))
        let merged = left.merged(with: right)
        let means = try (#require(merged.mean), #require(whole.mean))
        let injectedFaults = try (#require(merged.standardDeviation), #require(whole.standardDeviation))
        #expect(abs(means.0 - means.1) < 1e-14)
        #expect(abs(injectedFaults.0 - injectedFaults.1) < 1e-14)
        #expect(merged.zeros == whole.zeros)
    }

    @Test func foldsRepeatedLayers() throws {
        let inspection = try Inspection(
            try Checkpoint.open(fixture("bbcum_x2_trained.pth")), Inspection.Request(statistics: true))
        let folded = inspection.folded
        #expect(folded.count == 19)
        let biases = try #require(folded.first { $0.name == "params.body.#.body.#.move0.bias" })
        #expect(biases.count == 32)
        #expect(biases.shape == [1, 64, 1, 1])
        #expect(biases.byteCount == 32 * 256)
        #expect(biases.statistics?.finite == 32 * 64)
        #expect(folded.first?.name == "params.conv_first.weight")
        #expect(folded.reduce(0) { $0 + $1.count } == 174)
    }

    @Test func totalsCountSharedStoragesOnce() throws {
        let inspection = try Inspection(try Checkpoint.open(fixture("containers/views.pth")))
        let totals = inspection.totals
        #expect(totals.tensors == 11)
        #expect(totals.storages < totals.tensors)
        #expect(totals.bytes > totals.storageBytes)
        #expect(inspection.sharedStorages.first?.names.prefix(3) == ["base", "transposed", "window"])
        #expect(inspection.sha256 == nil)
        #expect(inspection.rows.allSatisfy { $0.crc32 == nil && $0.statistics == nil })
    }

    @Test(arguments: [
        ("x-%.pth", true), ("x-00000000.pth", false), ("x-abc.pth", nil), ("x-%.tar.pth", nil), ("x.pth", nil),
    ])
    func hubSuffix(_ pattern: String, _ holds: Bool?) throws {
        try withTemporaryFolder { folder in
            let source = fixture("containers/bare.pth")
            let digits = try Checkpoint.open(source).sha256().prefix(8)
            let path =
                folder + "/" + pattern.split(separator: "%", omittingEmptySubsequences: false).joined(separator: digits)
            try write(try bytes(of: source), to: path)
            let checkpoint = try Checkpoint.open(path)
            #expect(try Inspection(checkpoint, Inspection.Request(checksums: true)).hubSuffix?.holds == holds)
            #expect(try Inspection(checkpoint, Inspection.Request(checksums: true)).holds == (holds ?? true))
            #expect(try Inspection(checkpoint).hubSuffix == nil)
        }
    }

    static let patterns: [(String, String, Bool)] = [
        ("*", "", true), ("*", "a.b", true), ("a?c", "abc", true), ("a?c", "ac", false),
        ("*.weight", "a.b.weight", true),
        ("*.weight", "a.weight_", false), ("body.[0-3].*", "body.2.x", true), ("body.[0-3].*", "body.4.x", false),
        ("[!a]*", "b", true), ("[!a]*", "a", false), ("a[", "a[", true), ("[]]", "]", true),
        ("a*b*c", "axxbyybzc", true),
        ("a*b*c", "axxbyybz", false), ("", "a", false), ("", "", true), ("**a**", "bab", true), ("a-c", "b", false),
    ]

    @Test(arguments: patterns)
    func namePatterns(_ pattern: String, _ name: String, _ fits: Bool) {
        #expect(NamePattern(pattern).matches(name) == fits)
    }

    @Test func patternsThatBacktrackEnd() {
        let name = String(repeating: "a", count: 20000)
        #expect(!NamePattern("*a*a*a*a*a*a*b").matches(name))
    }

    @Test func chosenTensors() throws {
        let checkpoint = try Checkpoint.open(fixture("generations/2.13.0/zip_training.pth"))
        var request = Inspection.Request()
        request.root = "optimizers.0.state"
        request.match = "*exp_avg"
        request.order = .size
        #expect(try Inspection(checkpoint, request).rows.map(\.entry.name) == ["0.exp_avg", "1.exp_avg", "2.exp_avg"])
        request.order = .name
        request.match = "[12]*"
        #expect(
            try Inspection(checkpoint, request).rows.map(\.entry.name)
                == ["1.exp_avg", "1.exp_avg_sq", "1.step", "2.exp_avg", "2.exp_avg_sq", "2.step"])
        request.root = "optimizers.1"
        #expect(throws: CheckpointError(.absentRoot, found: "")) { try Inspection(checkpoint, request) }
    }

    @Test func namesAreSortedByTheirNumbers() throws {
        let checkpoint = try Checkpoint.open(fixture("bbcum_x2_trained.pth"))
        var request = Inspection.Request()
        request.order = .name
        request.match = "params.body.*.body.0.move0.bias"
        let names = try Inspection(checkpoint, request).rows.map(\.entry.name)
        #expect(names == (0..<16).map { "params.body.\($0).body.0.move0.bias" })
    }

    /// A tensor of 2^40 elements over one value, and one without values: no checksum, a reason, and no failure.
    @Test func whatCannotBeReadSaysWhy() throws {
        try withTemporaryFolder { folder in
            let object = CheckpointBuilder.dictionary([
                ("huge", CheckpointBuilder.tensor(shape: [1 << 20, 1 << 20], strides: [0, 0])),
                ("small", CheckpointBuilder.tensor()),
            ])
            let path = try CheckpointBuilder(object: object).write(in: folder)
            let inspection = try Inspection(
                try Checkpoint.open(path), Inspection.Request(checksums: true, statistics: true))
            #expect(inspection.rows.map { $0.crc32 == nil } == [true, false])
            #expect(inspection.rows.map { $0.problem == nil } == [false, true])
            #expect(inspection.rows[0].statistics == nil)
        }
        let special = try Inspection(
            try Checkpoint.open(fixture("generations/2.13.0/zip_special.pth")), Inspection.Request(checksums: true))
        #expect(special.rows.filter { $0.problem != nil }.map(\.entry.name) == ["meta", "wrapper"])
    }
}
