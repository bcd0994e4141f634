import BBCUKit
import Foundation
import TestSupport
import Testing

/// `bbcu scan` over folders, lists and levels.
@Suite struct ScanFolderTests {
    private static let evil = Array("cos\nsystem\n(S'true'\ntR.".utf8)
    private static let unknown = Array("cmy.module\nNet\n)R.".utf8)

    /// A repository of a model: weights, a README, a configuration.
    private static func makeRepository(_ folder: String) throws -> String {
        let root = folder + "/model"
        try FileManager.default.createDirectory(atPath: root + "/.cache", withIntermediateDirectories: true)
        try write(try bytes(of: fixture("containers/nested.pth")), to: root + "/model.pth")
        try write(Array("# A model\n".utf8), to: root + "/README.md")
        try write(Array("{\"model_type\": \"x\", \"auto_map\": null}".utf8), to: root + "/config.json")
        try write([], to: root + "/.cache/.gitkeep")
        return root
    }

    private static func lines(_ outcome: ProcessOutcome) -> [String] {
        outcome.output.split(separator: "\n").map(String.init)
    }

    @Test func repositoryIsClean() throws {
        try withTemporaryFolder { folder in
            let root = try Self.makeRepository(folder)
            let outcome = try BuiltCommand.run("scan", root)
            #expect(outcome.status == 0)
            #expect(
                Self.lines(outcome) == [
                    "SKIPPED     \(root)/.cache/.gitkeep", "SKIPPED     \(root)/README.md",
                    "SKIPPED     \(root)/config.json", "CLEAN       \(root)/model.pth",
                    "4 files: 0 dangerous, 0 with findings, 0 unknown, 0 not examined, 1 clean, 3 skipped",
                ])
            #expect(outcome.errors == "")
            let json = try BuiltCommand.run("scan", root, "--json")
            #expect(try SchemaCheck.errors(in: json.output, schema: "scan") == [])
            let report = try JSONReport(json.output)
            #expect(report["verdict"] == .string("expected"))
            let files = report.list("files")
            #expect(files.count == 4)
            let hash = try #require(try Self.sha256(of: root + "/model.pth"))
            #expect(json.output.contains(hash))
            // A link into the folder is seen once.
            try makeLink(root + "/latest.pth", to: "model.pth")
            #expect(try BuiltCommand.run("scan", root, "--details").output.contains("EXPECTED:"))
            #expect(try BuiltCommand.run("scan", root).output == outcome.output)
        }
    }

    private static func sha256(of path: String) throws -> String? {
        try ChildProcess.run("/usr/bin/sha256sum", [path]).output.split(separator: " ").first.map(String.init)
    }

    /// Every way in which a folder is not all looked at.
    @Test func whatIsNotExaminedIsNotGood() throws {
        for (name, make) in [
            ("a program", { try write(Array("x = 1\n".utf8), to: $0 + "/a.py") }),
            ("remote code", { try write(Array("{\"auto_map\": {\"A\": \"m.C\"}}".utf8), to: $0 + "/b.json") }),
            ("a link out", { try makeLink($0 + "/c.pth", to: fixture("containers/nested.pth")) }),
            ("a link to nothing", { try makeLink($0 + "/d.pth", to: "absent") }),
            ("a pipe", { #expect(mkfifo($0 + "/e", 0o600) == 0) }),
            ("an unknown format", { try write([1, 2, 3, 0], to: $0 + "/f") }),
        ] as [(String, (String) throws -> Void)] {
            try withTemporaryFolder { folder in
                let root = try Self.makeRepository(folder)
                try make(root)
                let outcome = try BuiltCommand.run("scan", root)
                #expect(outcome.status != 0, "\(name)")
                #expect(outcome.output.contains("5 files"), "\(name)")
            }
        }
    }

    @Test func levelsAndAllowedNames() throws {
        try withTemporaryFolder { folder in
            let root = try Self.makeRepository(folder)
            try write(Self.unknown, to: root + "/net.pkl")
            try write(Array("x = 1\n".utf8), to: root + "/a.py")
            try write(Array("# ours\nmy.module.*  # reviewed\n\nabsent.name\n".utf8), to: folder + "/allowed")
            for (options, status) in [
                ([], 1), (["--fail-on", "dangerous"], 0), (["--fail-on", "finding"], 0), (["--fail-on", "unknown"], 1),
                (["--allow", "my.module.Net", "--fail-on", "unknown"], 0), (["--allow", "my.*"], 2),
                (["--allow-file", folder + "/allowed"], 2), (["--allow", "*"], 64), (["--fail-on", "clean"], 64),
            ] as [([String], Int32)] {
                let outcome = try BuiltCommand.run(["scan", root] + options)
                #expect(outcome.status == status, "\(options)")
            }
            let outcome = try BuiltCommand.run(
                "scan", root, "--allow-file", folder + "/allowed", "--fail-on", "unknown")
            #expect(outcome.output.contains("--allow my.module.* allowed 1 name"))
            #expect(outcome.output.contains("--allow absent.name was not used"))
            #expect(outcome.output.contains("--fail-on unknown"))
            let json = try BuiltCommand.run("scan", root, "--json", "--allow", "my.*", "--fail-on", "unknown").output
            #expect(try SchemaCheck.errors(in: json, schema: "scan") == [])
            #expect(json.contains("\"allowed_by\": \"my.*\""))
            #expect(json.contains("\"unexamined\": 1"))
        }
    }

    @Test func lists() throws {
        try withTemporaryFolder { folder in
            let (good, evil) = (fixture("containers/nested.pth"), folder + "/a\nb.pkl")
            try write(Self.evil, to: evil)
            for (list, status) in [
                ("\(good)\n", 0), ("\(good)\n\n\(folder)", 1), ("\(good)\0\(evil)\0", 1), ("\(good)\n/absent\n", 2),
                ("", 2),
            ] as [(String, Int32)] {
                try write(Array(list.utf8), to: folder + "/list.txt")
                let outcome = try BuiltCommand.run("scan", "--files-from", folder + "/list.txt")
                #expect(outcome.status == status, "\(list)")
                let piped = try ChildProcess.run(
                    "/bin/sh", ["-c", "\"$0\" scan --files-from - < list.txt", BuiltCommand.executable ?? ""],
                    folder: folder)
                #expect(piped.status == status, "\(list)")
            }
        }
    }

    /// The required fields of the log, by our own schema; the published one is checked by hand (Checks/sarif).
    @Test func sarif() throws {
        try withTemporaryFolder { folder in
            let root = try Self.makeRepository(folder)
            try write(Self.evil, to: root + "/é %.pkl")
            try write(Self.unknown, to: root + "/net.pkl")
            try write(Array("x = 1\n".utf8), to: root + "/a.py")
            let outcome = try BuiltCommand.run(
                ["scan", ".", "--sarif", "../log.sarif", "--allow", "my.*"], folder: root)
            #expect(outcome.status == 1)
            let log = String(decoding: try bytes(of: folder + "/log.sarif"), as: UTF8.self)
            #expect(try SchemaCheck.errors(in: log, schema: "scan-sarif") == [])
            #expect(log.contains("\"uri\": \"./%C3%A9%20%25.pkl\""))
            #expect(log.contains("\"exitCode\": 1"))
            #expect(log.contains("\"justification\": \"--allow my.*\""))
            let hash = try #require(try Self.sha256(of: root + "/net.pkl"))
            #expect(log.contains(hash))
            for rule in ["dangerous-name", "unknown-name", "not-examined"] {
                #expect(log.contains("\"ruleId\": \"\(rule)\""))
            }
            // A file that is scanned is not written over, and one that cannot be written is said.
            #expect(try BuiltCommand.run(["scan", ".", "--sarif", "net.pkl"], folder: root).status == 64)
            #expect(try bytes(of: root + "/net.pkl") == Self.unknown)
            #expect(try BuiltCommand.run(["scan", ".", "--sarif", "/nonexistent/log"], folder: root).status == 2)
        }
    }
}
