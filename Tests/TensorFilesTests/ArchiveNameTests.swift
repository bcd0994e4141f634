import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TestSupport
import Testing

/// No archive of arrays has an entry that leads out of the folder in which it is unpacked.
@Suite struct ArchiveNameTests {
    @Test(arguments: [
        "../evil", "../\u{301}evil", "a/../b", "/evil", "/\u{301}evil", "..\\evil", "C:\\evil", "d:evil", "a\0b",
    ]) func aNameThatLeadsOutIsRefused(_ name: String) throws {
        let tensor = try #require(Tensor([1] as [Float], shape: [1]))
        try withTemporaryFolder { folder in
            var writer = try NPZWriter(folder + "/a.npz")
            #expect(throws: CheckpointError(.archive(.malformed), found: "")) { try writer.add(name, tensor) }
            for good in ["a", "\u{E9}", "e\u{301}", "..\u{301}/x", "a/b"] { try writer.add(good, tensor) }
            try writer.finish()
            #expect(try Checkpoint.open(folder + "/a.npz").tensors.count == 5)
        }
    }
}
