import BBCUPlatform
import Foundation
import TensorBytes
import TensorFiles
import TestSupport
import Testing

/// Tensors in places where a walk through dictionaries and lists does not find them; `Fixtures/make_hidden.py` made the
/// files, and their values as PyTorch has them.
@Suite struct HiddenTensorTests {
    static let expected: [String: [String: [Double]]] = {
        guard let data = FileManager.default.contents(atPath: fixture("hidden/expected.json")),
            let table = try? JSONDecoder().decode([String: [String: [Double]]].self, from: data)
        else { return [:] }
        return table
    }()

    static let files = [
        "objects.pth", "objects.old.pth", "module.pth", "graph.pth", "quantized.pt", "distributed.pth", "unlisted.pth",
        "later.old.pth", "later.npy", "later.pkl",
    ]

    /// Integers of quantized tensors have no real values of their own.
    static func numbers(_ tensor: Tensor) -> [Double]? {
        tensor.doubles() ?? (tensor.dtype == .qint8 ? tensor.bytes.map { Double(Int8(bitPattern: $0)) } : nil)
    }

    @Test(arguments: files)
    func everyTensorIsListedWithItsValues(_ file: String) throws {
        let checkpoint = try Checkpoint.open(fixture("hidden/" + file))
        let expected = try #require(Self.expected[file])
        #expect(Set(checkpoint.allTensors.map(\.name)) == Set(expected.keys))
        #expect(checkpoint.allTensors.count == expected.count)
        for entry in checkpoint.allTensors {
            #expect(Self.numbers(try checkpoint.tensor(entry)) == expected[entry.name], "\(entry.name)")
        }
    }

    @Test(arguments: files.filter { $0 != "unlisted.pth" })
    func nothingIsLeftUnlisted(_ file: String) throws {
        #expect(try Checkpoint.open(fixture("hidden/" + file)).unlisted == [])
    }

    @Test func storagesOfNoTensorAreReported() throws {
        let checkpoint = try Checkpoint.open(fixture("hidden/unlisted.pth"))
        let unlisted = checkpoint.unlisted
        #expect(unlisted.map(\.name) == ["storage", "unlisted/data/77", "unlisted/notes.txt"])
        #expect(unlisted.map(\.key) == ["0", "77", nil])
        #expect(unlisted.map(\.byteCount) == [16, 5, 16])
        #expect(try checkpoint.bytes(of: unlisted[1]).bytes == [1, 2, 3, 4, 5])
        #expect(try checkpoint.bytes(of: unlisted[2]).bytes == Array("of no known kind".utf8))
    }

    @Test func laterObjectsAreReportedWithTheirBytes() throws {
        let checkpoint = try Checkpoint.open(fixture("hidden/later.old.pth"))
        #expect(checkpoint.later.map(\.name) == ["#2", "#3"])
        #expect(checkpoint.later.map(\.format) == [.pyTorchLegacy, nil])
        #expect(checkpoint.later.map(\.byteCount).last == 11)
        #expect(checkpoint.later.reduce(checkpoint.later[0].offset) { $0 + $1.byteCount } == checkpoint.byteCount)
        #expect(checkpoint.notes.contains { $0.contains("377 more bytes") })
        #expect(checkpoint.tensors.map(\.name) == ["weight"])
        var request = Inspection.Request()
        request.root = "#2"
        let second = try Inspection(checkpoint, request)
        #expect(second.rows.map(\.entry.name) == ["weight"])
    }

    @Test func anArrayForANetworkHasNothingBehindIt() throws {
        #expect(throws: CheckpointError.self) { try NumPyArray.read(fixture("hidden/later.npy")) }
    }

    @Test func thePartOfADistributedTensorSaysHowLargeTheWholeIs() throws {
        let checkpoint = try Checkpoint.open(fixture("hidden/distributed.pth"))
        #expect(checkpoint.tensors.first?.layout.wholeShape == [4, 3])
        #expect(checkpoint.notes.contains { $0.contains("(2, 3) of (4, 3)") })
    }

    /// Attributes named like the parts of an object do not hide them.
    @Test func partsOfAnObjectGiveWayToItsAttributes() throws {
        try withTemporaryFolder { folder in
            let opcodes = Array("cmylib\nA\n(I1\ntR(Vargs\nI2\ndb".utf8)
            let path = try CheckpointBuilder(object: opcodes, storages: [:]).write(in: folder)
            #expect(try Checkpoint.open(path).root.members.map(\.name) == ["args", "_args"])
        }
    }

    /// Opcodes: an object, its arguments and its state are one tuple, doubled twenty times and more.
    @Test func sharedStatesStayWithinTheLimits() throws {
        var opcodes = Array("cmylib\nA\n)R".utf8)
        for _ in 0..<60 { opcodes += Array("q\u{0}0cmylib\nA\n(h\u{0}h\u{0}h\u{0}tR(h\u{0}h\u{0}h\u{0}tb".utf8) }
        try withTemporaryFolder { folder in
            let path = try CheckpointBuilder(object: opcodes, storages: [:]).write(in: folder)
            #expect { try Checkpoint.open(path) } throws: { ($0 as? CheckpointError)?.code == .limit }
        }
    }

    @Test func longChainsOfStatesAreRefused() throws {
        var opcodes = Array("cmylib\nA\n)R".utf8)
        for _ in 0..<10_000 { opcodes += Array("q\u{0}0cmylib\nA\n)R(h\u{0}tb".utf8) }
        try withTemporaryFolder { folder in
            let path = try CheckpointBuilder(object: opcodes, storages: [:]).write(in: folder)
            #expect { try Checkpoint.open(path) } throws: { ($0 as? CheckpointError)?.code == .limit }
        }
    }
}
