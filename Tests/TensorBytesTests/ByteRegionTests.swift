import BBCUPlatform
import Foundation
import TensorBytes
import TestSupport
import Testing

@Suite struct ByteRegionTests {
    @Test(arguments: [
        ("absent", BytesCode.absent), ("", .isDirectory), ("empty", .empty), ("file/below", .absent),
    ])
    func unusableFiles(_ name: String, _ code: BytesCode) throws {
        try withTemporaryFolder { folder in
            try write([], to: folder + "/empty")
            try write([1], to: folder + "/file")
            let path = folder + "/" + name
            let error = #expect(throws: BytesError.self) { try ByteRegion.mapping(path) }
            #expect(error?.code == code)
            #expect(error?.description.hasPrefix(path + ": ") == true)
        }
    }

    @Test func deviceIsNoFile() {
        #expect(throws: BytesError(.unreadable, found: "")) { try ByteRegion.mapping("/dev/zero") }
    }

    /// A pipe is read to its end, however late its writer is; of a longer one no more than the limit.
    @Test func aPipeIsText() throws {
        for limit in [3, 2] {
            let pipe = Pipe()
            Thread.detachNewThread {
                Thread.sleep(forTimeInterval: 0.05)
                pipe.fileHandleForWriting.write(Data("abc".utf8))
                try? pipe.fileHandleForWriting.close()
            }
            let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
            if limit == 3 {
                #expect(try ByteRegion.mapping(path, atMost: limit).bytes == Array("abc".utf8))
            } else {
                #expect(throws: BytesError(.unreadable, found: "")) { try ByteRegion.mapping(path, atMost: limit) }
            }
        }
    }

    @Test func mappingShowsTheFile() throws {
        try withTemporaryFolder { folder in
            try write(Array("abc".utf8), to: folder + "/file")
            let region = try ByteRegion.mapping(folder + "/file")
            #expect(region.bytes == Array("abc".utf8))
            // FIPS 180-4's own example.
            #expect(region.sha256() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        }
    }

    @Test func emptyMemory() throws {
        let region = ByteRegion([])
        #expect(region.bytes.isEmpty)
        #expect(region[0] == nil)
        #expect(region.sha256().hasPrefix("e3b0c442"))
        #expect(try region.slice(at: 0, count: 0).count == 0)
    }

    @Test(arguments: [(0, 6), (5, 1), (6, 0), (-1, 2), (2, -1), (1, Int.max), (Int.max, 1), (Int.min, Int.max)])
    func slicesStayInside(_ offset: Int, _ count: Int) {
        let region = ByteRegion([1, 2, 3, 4, 5])
        #expect(throws: BytesError(.pastEnd, found: "")) { try region.slice(at: offset, count: count) }
    }

    @Test func slicesOfSlices() throws {
        let slice = try ByteRegion([1, 2, 3, 4, 5]).slice(at: 1, count: 3)
        #expect(slice.bytes == [2, 3, 4])
        #expect(slice.start == 1)
        #expect(slice[3] == nil)
        #expect(try slice.slice(at: 1, count: 2).bytes == [3, 4])
        #expect(throws: BytesError(.pastEnd, found: "")) { try slice.slice(at: 1, count: 3) }
    }
}
