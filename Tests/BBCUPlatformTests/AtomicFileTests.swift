import BBCUPlatform
import Foundation
import TensorBytes
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

    @Test("a file that is replaced keeps its permissions, a link keeps its place", arguments: [0o600, 0o640, 0o755])
    func keepsWhatWasThere(_ mode: Int) throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/in", withIntermediateDirectories: false)
            let path = folder + "/in/file"
            try write([9], to: path)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            try makeLink(folder + "/link", to: "in/file")
            let file = try AtomicFile(folder + "/link")
            try file.write([1])
            try file.commit()
            #expect(try bytes(of: path) == [1])
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == mode)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link") == "in/file")
            #expect(try contents(ofFolder: folder + "/in") == ["file"])
        }
    }

    @Test("a link to nothing is refused, and what it names is not made")
    func refusesDanglingLinks() throws {
        try withTemporaryFolder { folder in
            try makeLink(folder + "/link", to: folder + "/absent")
            #expect(throws: BytesError(.unwritable, found: "")) { try AtomicFile(folder + "/link") }
            #expect(try contents(ofFolder: folder) == ["link"])
        }
    }

    @Test("a name may be as long as the system lets it be")
    func longNames() throws {
        try withTemporaryFolder { folder in
            let name = String(repeating: "n", count: 255)
            let file = try AtomicFile(folder + "/" + name)
            try file.write([1])
            try file.commit()
            #expect(try contents(ofFolder: folder) == [name])
            let error = #expect(throws: BytesError.self) { try AtomicFile(folder + "/" + name + "n") }
            #expect(error?.found.contains("File name too long") == true)
        }
    }

    @Test("a folder that cannot be made says why")
    func foldersSayWhy() throws {
        try withTemporaryFolder { folder in
            try write([1], to: folder + "/file")
            try makeLink(folder + "/link", to: folder + "/absent")
            try FolderListing.make(folder + "/a/b//c/")
            #expect(FolderListing.isFolder(folder + "/a/b/c"))
            let cases = [
                ("/file", "this is a file"), ("/file/below/it", "this is a file"), ("/link", "link to nothing"),
                ("/" + String(repeating: "n", count: 256), "File name too long"),
            ]
            for (name, words) in cases {
                let error = #expect(throws: BytesError.self) { try FolderListing.make(folder + name) }
                #expect(error?.found.contains(words) == true, "\(name): \(error?.found ?? "")")
            }
        }
    }

    @Test("two locks of one file exclude each other until the first ends")
    func locks() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/" + String(repeating: "n", count: 255)
            do {
                let first = try FileLock(path)
                #expect(throws: BytesError(.unwritable, found: "")) { try FileLock(path) }
                _ = try FileLock(folder + "/other")
                withExtendedLifetime(first) {}
            }
            #expect(try contents(ofFolder: folder).isEmpty)
            _ = try FileLock(path)
        }
    }
}
