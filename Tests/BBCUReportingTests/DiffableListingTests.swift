import BBCUCheckpointDiff
import BBCUReporting
import TensorBytes
import TensorFiles
import TestSupport
import Testing

@Suite struct DiffableListingTests {
    static func listing(_ names: some Sequence<Int>, changed: Set<Int> = []) throws -> DiffableListing {
        let tensors = try names.map { number in
            let tensor = try #require(Tensor([Float(number), changed.contains(number) ? 1 : 0], shape: [2]))
            return ("layer.\(1000 + number)", tensor)
        }
        // Without the pattern a file of no tensors still has a line: its root.
        return try DiffableListing(try SafetensorsFile(tensors).checkpoint(), pattern: NamePattern("layer*"))
    }

    @Test func aLineHoldsWhatTheTensorIs() throws {
        let lines = try DiffableListing(try Checkpoint.open(fixture("bbcum_x2_trained.pth")), root: "params").lines
        #expect(lines.count == 174)
        #expect(lines == lines.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        // The checksum is the one that PyTorch's bytes have; see the tests of Inspection.
        #expect(lines.contains { $0.hasPrefix("conv_first.bias float32 (64,) crc32 10ed9bc9 min ") })
        let one = SafetensorsFile([("x", try #require(Tensor([1, -0.5, .nan] as [Float], shape: [3])))])
        // zlib.crc32(struct.pack("<3f", 1, -0.5, float("nan"))), torch.tensor([1, -0.5]).std()
        #expect(
            try DiffableListing(try one.checkpoint()).lines == [
                "x float32 (3,) crc32 \(Self.checksum) min -0.5 max 1 mean 0.25 std 1.06066 inf/nan 1"
            ])
    }

    static let checksum = "f58fe44b"

    @Test func valuesBesideTheTensors() throws {
        let lines = try DiffableListing(try Checkpoint.open(fixture("containers/nested.pth"))).lines
        #expect(lines.contains("epoch = 12") && lines.contains("text = 'naïve ☃'"))
        let some = try DiffableListing(
            try Checkpoint.open(fixture("containers/nested.pth")), pattern: NamePattern("*epoch"))
        #expect(some.lines == ["epoch = 12"])
    }

    @Test func theFormatMakesNoDifference() throws {
        let zip = try DiffableListing(try Checkpoint.open(fixture("networks/bbcum_x2/checkpoint.pth")), root: "params")
        #expect(try DiffableListing(try Checkpoint.open(fixture("safetensors/bbcum_x2.safetensors"))) == zip)
        #expect(zip.unified(with: zip, nameA: "a", nameB: "b").isEmpty)
    }

    /// The same lines as the system's `diff -u` prints, whose hunks are separated, joined, and cut at both ends.
    @Test(
        arguments: [
            (0..<30, 0..<30, [0, 29]), (0..<30, 0..<30, [5, 12]), (0..<30, 0..<30, [5, 13]), (0..<30, 5..<30, [20]),
            (3..<4, 0..<9, []), (0..<9, 3..<4, []), (0..<0, 0..<3, []), (0..<3, 0..<0, []), (0..<1, 0..<1, [0]),
            (0..<20, 0..<25, [4, 5, 6, 19]), (0..<10, 20..<30, []), (0..<30, 2..<28, [9, 10, 11, 17, 18]),
        ] as [(Range<Int>, Range<Int>, Set<Int>)])
    func unified(_ a: Range<Int>, _ b: Range<Int>, _ changed: Set<Int>) throws {
        let first = try Self.listing(a)
        let second = try Self.listing(b, changed: changed)
        let ours = first.unified(with: second, nameA: "first", nameB: "second")
        try withTemporaryFolder { folder in
            for (name, listing) in [("a", first), ("b", second)] {
                try write(Array(listing.lines.map { $0 + "\n" }.joined().utf8), to: folder + "/" + name)
            }
            let outcome = try ChildProcess.run(
                "/usr/bin/diff", ["-u", "--label", "first", "--label", "second", folder + "/a", folder + "/b"])
            #expect(outcome.status == 1)
            #expect(ours == outcome.output.split(separator: "\n").map(String.init))
        }
    }
}
