import Differences
import Testing

@Suite struct NamePatternTests {
    @Test(arguments: [
        ("*", "a.b", true), ("*", "", true), ("", "", true), ("", "a", false), ("a*c", "a.b.c", true),
        ("a*c", "a.b.cd", false), ("*.weight", "conv.weight", true), ("*.weight", "weight", false),
        ("body.?.bias", "body.7.bias", true), ("body.?.bias", "body.12.bias", false), ("*a*b*", "xxaxxaxb", true),
        ("*ab", "aab", true), ("?", "", false), ("[a]", "[a]", true),
    ])
    func matches(_ pattern: String, _ name: String, _ expected: Bool) {
        #expect(NamePattern(pattern).matches(name) == expected)
    }
}
