import BBCUPlatform
import TensorBytes
import TestSupport
import Testing

/// Marks that join the character before them, and an equal spelling of another text.
private let mark = "\u{301}"

@Suite struct TextBytesTests {
    @Test func aMarkBehindASeparatorHidesItFromNobody() {
        #expect("../\(mark)evil".parts(at: "/") == ["..", "\(mark)evil"])
        #expect("a'\(mark)b".substituting("'", by: "''") == "a''\(mark)b")
        #expect("/\(mark)x".begins(with: "/") && !"é".begins(with: "e"))
        #expect("x.npy".ends(with: ".npy") && "\(mark)".ends(with: ""))
        #expect("a|\(mark)b".includes("|") && !"ab".includes("ba") && "".includes(""))
        #expect("torch.\(mark)x".without(prefix: "torch.") == "\(mark)x")
        #expect("a.\(mark)b".cut(atLast: ".")?.behind == "\(mark)b")
        #expect("a\r\nb\n\(mark)c".linesOfText == ["a", "b", "\(mark)c"])
        #expect("a \(mark)b\tc".words == ["a", "\(mark)b", "c"])
    }

    @Test func partsKeepOrLoseWhatIsEmpty() {
        #expect("/a//b/".parts(at: "/") == ["", "a", "", "b", ""])
        #expect("/a//b/".parts(at: "/", keepsEmpty: false) == ["a", "b"])
        #expect("a:b:c".parts(at: ":", most: 1) == ["a", "b:c"])
    }

    @Test(arguments: [("\u{E9}", "e\u{301}"), ("\u{212A}", "K"), ("\u{1100}\u{1161}", "\u{AC00}")])
    func equalTextsOfOtherBytesAreTwoNames(_ first: String, _ second: String) {
        #expect(first == second, "a case that is none")
        #expect(ExactName(first) != ExactName(second))
        #expect(Set([ExactName(first), ExactName(second), ExactName(first)]).count == 2)
        #expect(!first.isExactly(second) && first.isExactly(first))
    }

    @Test func onlyAToZChangesItsCase() { #expect("AÉ\u{212A}z".lowercasedASCII == "aÉ\u{212A}z") }
}

@Suite struct PathTextTests {
    @Test(arguments: [
        ("a/b.png", "a/", "b.png", "png"), ("b", "", "b", nil), ("/\(mark)b.P", "/", "\(mark)b.P", "p"),
        ("a.b/c", "a.b/", "c", nil), ("a/.\(mark)b/", "a/.\(mark)b/", "", nil),
    ])
    func partsOfAPath(_ path: String, _ folder: String, _ name: String, _ suffix: String?) {
        #expect(PathText.folder(of: path) == folder)
        #expect(PathText.name(of: path).isExactly(name))
        #expect(PathText.suffix(of: path) == suffix)
    }

    @Test func theParentOfWhatLiesInTheRootIsTheRoot() {
        #expect(PathText.parent(of: "/a") == "/" && PathText.parent(of: "a") == nil)
        #expect(PathText.parent(of: "a/b/\(mark)c") == "a/b")
        #expect(PathText.withoutSuffix("a.b/c.\(mark)d") == "a.b/c" && PathText.withoutSuffix("a.b/c") == "a.b/c")
        #expect(PathText.hasEnding("X.PNG", among: ".jpg", ".png") && !PathText.hasEnding("xpng", among: ".png"))
    }

    @Test(arguments: [
        "../evil", "../\(mark)evil", "a/../b", "a/..", "..", "..\\evil", "a\\..\\\(mark)b", "/etc/x", "/\(mark)x",
        "\\x",
        "\\\\host\\x", "C:\\x", "c:x", "a\0b",
    ])
    func whatLeadsOutOfAFolderIsKnown(_ name: String) { #expect(PathText.escape(name) != nil) }

    @Test(arguments: ["a", "a/b", "..a", "a..", "a/...", "..\(mark)/x", "ab:c", "", "x/", "1:2"])
    func whatStaysInItsFolderIsLeftAlone(_ name: String) { #expect(PathText.escape(name) == nil) }
}

@Suite struct TextEscapingTests {
    @Test(
        arguments: [
            "\u{1B}", "\u{7}", "\u{7F}", "\u{9B}", "\u{202E}", "\u{2066}", "\u{200B}", "\u{200D}", "\u{FEFF}",
            "\u{2028}",
            "\u{34F}", "\u{115F}", "\u{3164}", "\u{E0041}", "\u{FE0F}", "\n", "\r", "\t",
        ] as [Unicode.Scalar])
    func whatSteersOrHidesIsShownByItsNumber(_ scalar: Unicode.Scalar) {
        let text = "a\(scalar)b"
        let shown = "a\\u{\(String(scalar.value, radix: 16, uppercase: true))}b"
        #expect(text.printable() == shown)
        #expect(text.csvField == shown)
        #expect(text.markdownEscaped == "a\\" + shown.dropFirst())
        #expect(text.markdownCode == "`\(shown)`")
        #expect(text.printableLines == (scalar == "\n" ? text : shown))
    }

    @Test func aLimitCountsScalars() {
        let long = "a" + String(repeating: mark, count: 1000)
        #expect(long.printable(atMost: 21).unicodeScalars.count == 21)
    }

    @Test(arguments: [
        ("a,b", "\"a,b\""), ("a\"\(mark)b", "\"a\"\"\(mark)b\""), ("=1+1", "'=1+1"), ("+x", "'+x"), ("-x", "'-x"),
        ("@x", "'@x"), ("=\(mark)x", "'=\(mark)x"), ("\tx", "'\\u{9}x"), ("\rx", "'\\u{D}x"), ("a=b", "a=b"), ("", ""),
        ("=\",\"", "\"'=\"\",\"\"\""),
    ])
    func aFieldIsNoFormula(_ text: String, _ field: String) { #expect(text.csvField.isExactly(field)) }

    @Test(arguments: ["|", "`", "*", "_", "<", ">", "[", "]", "\\", "#", "~", "&"])
    func markdownIsEscapedWhateverFollows(_ sign: String) {
        #expect("a\(sign)\(mark)b".markdownEscaped.isExactly("a\\\(sign)\(mark)b"))
    }

    @Test func codeOfMarkdownIsNotLeft() {
        #expect("a`\(mark)b``c".markdownCode.isExactly("``` a`\(mark)b``c ```"))
    }
}

@Suite struct ShellQuotingTests {
    @Test(arguments: [
        ("plain/path-1.npy", "plain/path-1.npy"), ("", "''"), ("é", "'é'"), ("a'\(mark)b", "'a'\\''\(mark)b'"),
        ("=ls", "'=ls'"), ("--size=3", "--size=3"),
    ])
    func everyQuoteIsReplaced(_ text: String, _ quoted: String) { #expect(text.shellQuoted.isExactly(quoted)) }

    /// Single quotes as long as a terminal shows every character.
    @Test(arguments: [
        ("plain", "plain"), ("a b\(mark)", "'a b\(mark)'"), ("a\nb", "$'a\\x0Ab'"),
        ("\u{1B}['\\!", "$'\\x1B[\\'\\\\\\x21'"),
        ("\u{202E}x", "$'\\xE2\\x80\\xAEx'"), ("a\u{200B}\(mark)", "$'a\\xE2\\x80\\x8B\(mark)'"),
    ])
    func bytesAreEscaped(_ text: String, _ word: String) { #expect(text.shellWord.isExactly(word)) }

    /// bash reads every word of a command that is shown as the text that it was.
    @Test func aShownCommandCanBePasted() throws {
        let signs = ["'", "\"", "\\", "$(id)", "`id`", "!", "*", "~", "=", "#", ";", "-", mark, "\u{20DD}", "é", "漢"]
        let formats = [
            "\u{80}", "\u{9F}", "\u{AD}", "\u{200B}", "\u{200E}", "\u{2028}", "\u{202E}", "\u{2066}", "\u{FEFF}",
            "\u{E0001}",
        ]
        let controls = (1...0x7F).map { String(Unicode.Scalar(UInt8($0))) }
        let broken = (0x80...0xFF).map { FileName.text([0x61, UInt8($0), 0x0A, 0x62]) }
        let hidden = controls + formats
        let words = hidden + signs + broken + hidden.flatMap { hidden in signs.map { hidden + $0 + hidden + "1" + $0 } }
        let command = words.shellCommand
        #expect(command.isExactly(command.printable()))
        let outcome = try ChildProcess.run("/bin/bash", ["-c", "printf '%s\\0' " + command])
        #expect(Array(outcome.output.utf8) == words.flatMap { Array($0.utf8) + [0] })
    }
}
