import BBCUPlatform
import TensorBytes
import TensorFiles
import TestSupport
import Testing

@Suite struct InspectionTests {
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
