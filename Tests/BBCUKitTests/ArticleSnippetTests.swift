import Foundation
import TestSupport
import Testing

/// What the articles show is what their tests run: each block of Swift in `X.md` stands between `// snippet: NAME` and
/// `// end` in `ArticleTests/XTests.swift`, and every such snippet is shown.
@Suite struct ArticleSnippetTests {
    private static let root = Fixtures.folder + "/.."
    private static let catalogue = root + "/Sources/BBCUKit/BBCUKit.docc"
    private static let tests = root + "/Tests/BBCUKitTests/ArticleTests"

    /// Names of articles, and of tests, so that neither is without the other.
    static let articles: [String] = {
        func names(_ folder: String, _ suffix: String) -> [String] {
            let files = (try? contents(ofFolder: folder)) ?? []
            return files.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
        }
        return Set(names(catalogue, ".md") + names(tests, "Tests.swift")).sorted()
    }()

    @Test(arguments: articles)
    func anArticleShowsWhatItsTestsRun(_ article: String) throws {
        let shown = Self.blocks(try Self.lines(Self.catalogue + "/\(article).md"), from: "```swift", to: "```")
        let file = Self.tests + "/\(article)Tests.swift"
        let tested =
            FileManager.default.fileExists(atPath: file)
            ? Self.blocks(try Self.lines(file), from: "// snippet: ", to: "// end") : []
        for block in shown { #expect(tested.contains(block), "no test runs this") }
        for snippet in tested { #expect(shown.contains(snippet), "the article does not show this") }
    }

    @Test func theArticlesAreThere() {
        for article in ["ImportACheckpoint", "VerifyACheckpoint", "CheckAPort", "AddANetwork"] {
            #expect(Self.articles.contains(article))
        }
    }

    @Test func aBlockIsWhatStandsBetweenItsMarkersWithoutItsIndent() {
        let text = ["x", "  // snippet: a", "  if b {", "    c", "", "  }", "  // end", "y", "// snippet: d", "// end"]
        #expect(Self.blocks(text, from: "// snippet: ", to: "// end") == [["if b {", "  c", "", "}"], []])
    }

    private static func lines(_ file: String) throws -> [String] {
        try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "\n")
    }

    /// The lines between two markers, the indent that they share taken off.
    private static func blocks(_ lines: [String], from start: String, to end: String) -> [[String]] {
        var result: [[String]] = []
        var open: [String]?
        for line in lines {
            let text = line.trimmingCharacters(in: .whitespaces)
            if let block = open, text == end {
                result.append(withoutSharedIndent(block))
                open = nil
            } else if open != nil {
                open?.append(text.isEmpty ? "" : line)
            } else if text.hasPrefix(start) {
                open = []
            }
        }
        return result
    }

    private static func withoutSharedIndent(_ lines: [String]) -> [String] {
        let indent = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        return lines.map { String($0.dropFirst(indent)) }
    }
}
