import BBCUPlatform
import TensorBytes
import Testing

@Suite struct ReadingErrorTests {
    @Test func sayEverythingInOneLine() {
        let error = BytesError(
            .pastEnd, file: "a.pth", place: "entry x\u{1B}[31m\n", offset: 12, found: "3 bytes", expected: "4",
            advice: "get it again")
        #expect(error.description == "a.pth: entry x\\u{1B}[31m\\u{A}, byte 12: 3 bytes, expected 4; get it again")
    }

    @Test func areEqualByCode() {
        #expect(BytesError(.empty, found: "a") == BytesError(.empty, file: "f", found: "b"))
        #expect(BytesError(.empty, found: "a") != BytesError(.absent, found: "a"))
    }

    @Test func namesArePrintable() {
        #expect(String(repeating: "a", count: 5000).printable(atMost: 101).count == 101)
        #expect("é☃ 😀".printable() == "é☃ 😀")
        #expect("\u{202E}\u{85}".printable() == "\\u{202E}\\u{85}")
    }
}
