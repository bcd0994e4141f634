import TestSupport
import Testing

@Suite("The command's usage")
struct UsageTests {
    @Test("--help goes to standard output and succeeds")
    func help() throws {
        let outcome = try BuiltCommand.run("--help")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("USAGE: bbcu"))
        #expect(outcome.errors.isEmpty)
    }

    @Test("wrong usage exits 64", arguments: [["--no-such-option"], ["no-such-command"]])
    func wrongUsage(arguments: [String]) throws {
        let outcome = try BuiltCommand.run(arguments)
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty)
        #expect(!outcome.errors.isEmpty)
    }
}
