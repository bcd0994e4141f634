import BBCUKit
import TestSupport
import Testing

@Suite struct PortCommandTests {
    @Test func placesAreReplacedAndNothingElse() throws {
        let command = try #require(PortCommand("p --in={input} {tap} ${HOME} {x} '{output}' {tap"))
        #expect(
            command.text(input: "/a/{tap}.npy", tap: "body.0", output: "/b/o.npy")
                == "p --in='/a/{tap}.npy' body.0 ${HOME} {x} '/b/o.npy' {tap")
        #expect(PortCommand("p {input} {output}") == nil)
    }

    /// Paths in quotes of the user's own stay as they are.
    @Test func aPlainTextIsLeftAlone() { #expect("plain/path-1.npy".shellQuoted == "plain/path-1.npy") }

    /// What the shell makes of a quoted text is the text.
    @Test(arguments: ["plain/path-1.npy", "", "a b", "it's", "\"$HOME\" `id` \\ * ?\n;&|<>(){}[]!#~", "ü", "-n"])
    func theShellReadsWhatWasQuoted(_ text: String) throws {
        let outcome = try ChildProcess.run("/bin/sh", ["-c", "printf %s \(text.shellQuoted)"])
        #expect(outcome.output == text)
    }

    @Test(arguments: [(1, 1), (2, 2), (3, 3), (37, 7), (64, 7), (65, 8)])
    func aSearchTakesTheLogarithmOfItsTaps(_ taps: Int, _ runs: Int) {
        #expect(PortBisection.mostRuns(taps: taps) == runs)
    }
}
