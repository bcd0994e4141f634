import TestSupport
import Testing

/// No hostile file crashes a command, makes it hang or floods a terminal.
@Suite struct HostileCommandTests {
    @Test func everyCommandEndsWithAStatus() throws {
        for name in try contents(ofFolder: fixture("hostile")) where name != "expected.json" {
            let path = fixture("hostile/" + name)
            for arguments in [
                ["inspect", "--stats", "--checksums", path], ["inspect", "--salvage", path], ["scan", path],
            ] {
                let outcome = try BuiltCommand.run(arguments)
                #expect((0...2).contains(outcome.status), "\(arguments)")
                #expect(outcome.output.utf8.count < 10_000_000, "\(arguments)")
                #expect(outcome.errors.utf8.count < 10_000, "\(arguments)")
                #expect(outcome.status == 0 || !outcome.errors.isEmpty || !outcome.output.isEmpty)
            }
        }
    }
}
