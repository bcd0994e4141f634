import Bytes
import TestSupport
import Testing

@Suite struct AtomicFileTests {
    @Test func appearsWhole() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/file"
            try write([9], to: path)
            let file = try AtomicFile(path)
            try file.write([1, 2])
            #expect(try bytes(of: path) == [9])
            try file.write([3])
            try file.commit()
            #expect(try bytes(of: path) == [1, 2, 3])
            #expect(try contents(ofFolder: folder) == ["file"])
        }
    }

    @Test func leavesNothingBehind() throws {
        try withTemporaryFolder { folder in
            do {
                let file = try AtomicFile(folder + "/file")
                try file.write([1])
                #expect(try contents(ofFolder: folder).count == 1)
            }
            #expect(try contents(ofFolder: folder).isEmpty)
        }
    }

    @Test func refusesWhatIsNoFile() throws {
        try withTemporaryFolder { folder in
            for path in [folder, folder + "/none/file", "/dev/null"] {
                #expect(throws: BytesError(.unwritable, found: "")) { try AtomicFile(path) }
            }
        }
    }
}
