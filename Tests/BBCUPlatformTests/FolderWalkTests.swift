import BBCUPlatform
import Foundation
import TensorBytes
import TestSupport
import Testing

@Suite struct FolderWalkTests {
    private static func found(_ folder: String) throws -> [String: String] {
        var result: [String: String] = [:]
        for item in try FolderListing.everything(below: folder) {
            switch item {
            case .file(let path): result[String(path.dropFirst(folder.count + 1))] = ""
            case .left(let path, let reason): result[String(path.dropFirst(folder.count + 1))] = reason
            }
        }
        return result
    }

    /// Hidden files are found; links are seen once or named; pipes are not opened.
    @Test func everything() throws {
        try withTemporaryFolder { folder in
            let root = folder + "/root"
            for path in ["root/a/b", "root/.hidden", "outside"] {
                try FileManager.default.createDirectory(
                    atPath: folder + "/" + path, withIntermediateDirectories: true)
            }
            for path in ["root/z", "root/a/b/file", "root/.hidden/.metadata", "outside/secret"] {
                try write([1], to: folder + "/" + path)
            }
            try makeLink(root + "/inside", to: "a/b/file")
            try makeLink(root + "/above", to: "..")
            try makeLink(root + "/a/loop", to: "../a")
            try makeLink(root + "/secret", to: folder + "/outside/secret")
            try makeLink(root + "/nothing", to: "absent")
            #expect(mkfifo(root + "/pipe", 0o600) == 0)
            let found = try Self.found(root)
            #expect(Set(found.filter { $0.value.isEmpty }.keys) == ["z", "a/b/file", ".hidden/.metadata"])
            #expect(Set(found.filter { !$0.value.isEmpty }.keys) == ["above", "secret", "nothing", "pipe"])
            #expect(found["pipe"]?.contains("named pipe") == true)
            #expect(found["secret"]?.contains("out of the folder") == true)
            #expect(try FolderListing.everything(below: root + "//").contains(.file(root + "/z")))
        }
    }

    /// A folder whose name begins with the root's is not in it.
    @Test func neighbours() throws {
        try withTemporaryFolder { folder in
            for path in ["m", "mother"] {
                try FileManager.default.createDirectory(atPath: folder + "/" + path, withIntermediateDirectories: true)
            }
            try write([1], to: folder + "/mother/file")
            try makeLink(folder + "/m/link", to: "../mother/file")
            #expect(try Self.found(folder + "/m")["link"]?.contains("out of the folder") == true)
        }
    }

    @Test func absentFolder() {
        #expect(throws: BytesError.self) { try FolderListing.everything(below: "/nonexistent") }
    }
}
