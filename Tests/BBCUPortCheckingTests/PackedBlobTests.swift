import BBCUPlatform
import BBCUWeightPacking
import TestSupport
import Testing

/// A blob's bits are kept eight to a byte, and what is made of a text is no larger than what a blob may have.
@Suite struct PackedBlobTests {
    @Test func bitsAreKept() throws {
        let blob = PackedBlob([0b1000_0001, 0b0000_0010])
        #expect(blob.bits == [1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])
        let odd: [UInt8] = [1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1]
        #expect(PackedBlob(wordBits: 1, bits: odd).bits == odd)
    }

    @Test func wordsOfATextAreFilledUp() throws {
        try withTemporaryFolder { folder in
            try write(Array("// two words\n1F\n3\n".utf8), to: folder + "/x.mem")
            let blob = try PackedBlob.read(folder + "/x.mem")
            #expect(blob.wordBits == 8)
            #expect(blob.bits == [1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0])
        }
    }

    /// One long word and many short ones: 200 kB of text, 16 GB of bits.
    @Test func aLongWordAmongShortOnesIsRefused() throws {
        try withTemporaryFolder { folder in
            let text = String(repeating: "1", count: 80_000) + "\n" + String(repeating: "0\n", count: 60_000)
            try write(Array(text.utf8), to: folder + "/x.mem")
            do throws(PackingError) {
                _ = try PackedBlob.read(folder + "/x.mem")
                Issue.record("read")
            } catch { #expect(error.description.contains("a word of 80000 digits among 60001 words"), "\(error)") }
        }
    }
}
