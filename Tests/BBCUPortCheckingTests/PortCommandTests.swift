import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUKit
import BBCUNumberFormats
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import TensorBytes
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
    @Test(arguments: texts) func theShellReadsWhatWasQuoted(_ text: String) throws {
        let outcome = try ChildProcess.run("/bin/sh", ["-c", "printf %s \(text.shellQuoted)"])
        #expect(Array(outcome.output.utf8) == Array(text.utf8))
    }

    private static let texts = [
        "plain/path-1.npy", "", "a b", "it's", "\"$HOME\" `id` \\ * ?\n;&|<>(){}[]!#~", "ü", "-n",
        "'\u{301}; echo no; '",
        "\"\u{301}$(echo no)", "$(echo no)", "`\u{301}echo no`", "a\n echo no\n", "\\", "\\'", "'\"'\"'",
        "$\u{20DD}HOME",
    ]

    /// One word with the value in it, whatever stands around the place.
    @Test(arguments: ["{input}", "'{input}'", "\"{input}\"", "\\\n{input}", "''{input}\"\"", "${A}{input}"])
    func aValueIsOneWord(_ place: String) throws {
        let command = try #require(PortCommand("printf '<%s>' \(place) # it's {tap} {output}"))
        #expect(command.placeInQuotes == nil)
        for text in Self.texts.map({ "/" + $0 + "/." }) {
            let line = try #require(command.text(input: text, tap: text, output: text))
            let outcome = try ChildProcess.run("/bin/sh", ["-c", line])
            #expect(Array(outcome.output.utf8) == Array("<\(text)>".utf8), "\(line)")
        }
    }

    /// What is shown can be pasted: nothing in it is escaped, and bash reads the value.
    @Test(arguments: ["{input}", "'{input}'", "\"{input}\"", "''{input}\"\"", "${A}{input}"])
    func aShownValueIsOneWord(_ place: String) throws {
        let command = try #require(PortCommand("printf '<%s>' \(place) # {tap} {output}"))
        for text in (Self.texts + ["\u{202E}a'\"", "\u{1B}[1m$(id)`", "\u{7F}\u{301}\\", "\u{200B}!"]).map({
            "/" + $0 + "/."
        }) {
            let line = try #require(command.shownText(input: text, tap: "t", output: "o"))
            #expect(line.isExactly(line.printable()))
            let outcome = try ChildProcess.run("/bin/bash", ["-c", line])
            #expect(Array(outcome.output.utf8) == Array("<\(text)>".utf8), "\(line)")
        }
    }

    /// Where a value could be read twice, or is not followed, it has to be plain.
    @Test(arguments: [
        "sh -c 'cat {input}'", "sh -c \"cat {input}\"", "echo \"$(cat {input})\"", "echo `cat {input}`",
        "cat <<E\n{input}\nE\n", "echo $'{input}'", "echo $(({input}))", "echo ${A:-{input}}", "echo \"it's {input}\"",
        "echo \"$(echo 'it\"s')\" '{input}'", "echo ${A:- # } {input}",
    ])
    func aPlaceWithinQuotesTakesPlainWordsAlone(_ text: String) throws {
        let command = try #require(PortCommand("\(text) {tap} {output}"))
        #expect(command.placeInQuotes == "{input}")
        #expect(command.text(input: "/a/b.npy", tap: "t", output: "/o") != nil)
        for value in ["/a'b", "/a b", "/$(id)", "/`id`", "/a\nb", "/a'\u{301}", "/\"", "/\\", "/a;b"] {
            #expect(command.text(input: value, tap: "t", output: "/o") == nil, "\(value)")
        }
    }

    @Test func whatABackslashStandsBeforeIsNoPlace() {
        #expect(PortCommand("p \\{input} {tap} {output}") == nil)
    }

    @Test(arguments: [(1, 1), (2, 2), (3, 3), (37, 7), (64, 7), (65, 8)])
    func aSearchTakesTheLogarithmOfItsTaps(_ taps: Int, _ runs: Int) {
        #expect(PortBisection.mostRuns(taps: taps) == runs)
    }
}
