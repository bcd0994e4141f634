import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TestSupport
import Testing

@Suite struct KeyNameTests {
    static func names(_ object: [UInt8]) throws -> [String] {
        try withTemporaryFolder { folder in
            let path = try CheckpointBuilder(object: object, storages: [:]).write(in: folder)
            return try Checkpoint.open(path).root.members.map(\.name)
        }
    }

    @Test func keysThatTextCanSayAreNames() throws {
        let opcodes = "(I1\nNVtext\nN(I1\nVa\ntN(lN(I1\n(ltNd"
        #expect(try Self.names(Array(opcodes.utf8)) == ["1", "text", "(1, 'a')", "?3.key", "?3", "?4.key", "?4"])
    }

    /// A tuple of itself twice, sixty times over: its text would be longer than any memory.
    @Test func sharedTuplesHaveNoText() throws {
        var opcodes = Array("(I1\n".utf8)
        for _ in 0..<60 { opcodes += Array("q\u{0}0(h\u{0}h\u{0}t".utf8) }
        let object = opcodes + Array("Nd".utf8)
        #expect { try Self.names(object) } throws: { ($0 as? CheckpointError)?.code == .limit }
    }
}
