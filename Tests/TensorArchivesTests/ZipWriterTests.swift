import BBCUPlatform
import TensorArchives
import TensorBytes
import TestSupport
import Testing

@Suite struct ZipWriterTests {
    @Test func readsBackAligned() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.zip"
            var writer = try ZipWriter(path)
            let entries = (0..<100).map { ("body.\($0)", [UInt8](repeating: UInt8($0), count: $0 * 7)) }
            for (name, data) in entries { try writer.add(name, data) }
            try writer.finish()
            let archive = try ZipArchive.read(try ByteRegion.mapping(path))
            #expect(archive.entries.map(\.name) == entries.map(\.0))
            for (name, data) in entries {
                let contents = try archive.contents(of: name)
                #expect(contents.bytes == data)
                #expect(contents.start.isMultiple(of: ZipWriter.alignment))
            }
        }
    }

    @Test func sameEntriesMakeTheSameFile() throws {
        try withTemporaryFolder { folder in
            for name in ["a", "b"] {
                var writer = try ZipWriter(folder + "/" + name)
                try writer.add("x", [1, 2, 3])
                try writer.finish()
            }
            #expect(try bytes(of: folder + "/a") == bytes(of: folder + "/b"))
        }
    }

    @Test func manyEntriesNeedZip64() throws {
        try withTemporaryFolder { folder in
            var writer = try ZipWriter(folder + "/a.zip")
            for index in 0..<66000 { try writer.add(String(index), []) }
            try writer.finish()
            let archive = try ZipArchive.read(try ByteRegion.mapping(folder + "/a.zip"))
            #expect(archive.entries.count == 66000)
            #expect(try archive.contents(of: "65999").count == 0)
        }
    }

    @Test func nothingIsLeftOfAnUnfinishedArchive() throws {
        try withTemporaryFolder { folder in
            do {
                var writer = try ZipWriter(folder + "/a.zip")
                try writer.add("x", [1])
                #expect(throws: ZipError(.duplicateName, found: "")) { try writer.add("x", [2]) }
                #expect(throws: ZipError(.unwritable, found: "")) {
                    try writer.add(String(repeating: "n", count: 70000), [])
                }
            }
            #expect(try contents(ofFolder: folder).isEmpty)
            #expect(throws: ZipError(.unwritable, found: "")) { try ZipWriter(folder + "/none/a.zip") }
        }
    }
}
