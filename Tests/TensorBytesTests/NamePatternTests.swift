import TensorBytes
import Testing

@Suite struct NamePatternTests {
    static let patterns: [(String, String, Bool)] = [
        ("*", "", true), ("*", "a.b", true), ("a?c", "abc", true), ("a?c", "ac", false),
        ("*.weight", "a.b.weight", true),
        ("*.weight", "a.weight_", false), ("body.[0-3].*", "body.2.x", true), ("body.[0-3].*", "body.4.x", false),
        ("[!a]*", "b", true), ("[!a]*", "a", false), ("a[", "a[", true), ("[]]", "]", true),
        ("a*b*c", "axxbyybzc", true),
        ("a*b*c", "axxbyybz", false), ("", "a", false), ("", "", true), ("**a**", "bab", true), ("a-c", "b", false),
    ]

    @Test(arguments: patterns)
    func namePatterns(_ pattern: String, _ name: String, _ fits: Bool) {
        #expect(NamePattern(pattern).matches(name) == fits)
    }

    @Test func patternsThatBacktrackEnd() {
        let name = String(repeating: "a", count: 20000)
        #expect(!NamePattern("*a*a*a*a*a*a*b").matches(name))
    }
}
