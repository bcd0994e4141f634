import BBCUReporting
import TensorBytes
import Testing

/// Pages: nothing that comes from a file becomes markup, and drawings show what they are given.
@Suite struct PageTests {
    private static let hostile = "</title></script><script>alert(1)</script>\"' onload='x' &amp; \u{202E}\u{0}"

    private static var page: ReportDocument {
        ReportDocument(
            title: hostile, verdict: hostile, tone: .neutral, facts: [.init(hostile, .code(hostile))],
            sections: [
                .init(
                    "a", hostile, [.paragraph(RichText(hostile)), .drawing { .tag("p", ["title": hostile], hostile) }])
            ], json: [hostile: .string(hostile)])
    }

    @Test func aHostileNameStaysText() {
        let html = Self.page.html
        // The only elements of scripts are the JSON and the page's own.
        #expect(html.components("<script").count == 3)
        #expect(html.components("</script>").count == 3)
        #expect(html.components("</title>").count == 2)
        #expect(!html.contains("alert(1)</script>"))
        // In JSON they are data; before it they would turn what a reader sees.
        let shown = html.components("report-json")[0].unicodeScalars
        #expect(!shown.contains("\u{202E}") && !shown.contains("\u{0}"))
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload=&#39;x&#39; &amp;amp;"))
    }

    @Test func theJSONIsTheReports() throws {
        let html = Self.page.html
        let start = try #require(html.firstRange(of: "id=\"report-json\">")).upperBound
        let text = String(html[start...].prefix { $0 != "<" })
        #expect(text.replacing("\\u003c", with: "<") == Self.page.json.text)
    }

    /// A policy that allows nothing but what the page carries.
    @Test func thePolicyNamesHashesAlone() throws {
        let html = Self.page.html
        let policy = try #require(html.components("Content-Security-Policy\" content=\"").last?.prefix { $0 != "\"" })
        #expect(policy.hasPrefix("default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-"))
        #expect(!policy.contains("unsafe"))
        #expect(!html.contains("http://") && !html.contains("https://"))
    }

    @Test(arguments: [
        [1.0], [6, 6, 4, 3, 2, 2, 1], [1e9, 1, 1, 1], [0, 5, -1, 0, 3], Array(repeating: 1, count: 97),
    ])
    func areasOfATreemapAreTheSizes(_ sizes: [Double]) {
        let places = Treemap.places(sizes, width: 600, height: 400)
        let positive = sizes.filter { $0 > 0 }
        #expect(places.count == positive.count)
        let total = positive.reduce(0, +)
        for place in places {
            #expect(abs(place.width * place.height - sizes[place.item] / total * 240_000) < 1e-6 * 240_000)
            #expect(place.x >= -1e-9 && place.y >= -1e-9)
            #expect(place.x + place.width <= 600 + 1e-6 && place.y + place.height <= 400 + 1e-6)
        }
        for (index, place) in places.enumerated() {
            for other in places[(index + 1)...] {
                let across = min(place.x + place.width, other.x + other.width) - max(place.x, other.x)
                let down = min(place.y + place.height, other.y + other.height) - max(place.y, other.y)
                #expect(across < 1e-6 || down < 1e-6, "two areas overlap")
            }
        }
    }

    /// Names that differ in the middle stay different.
    @Test func cutNamesDiffer() throws {
        let names = (0..<12).flatMap { block in
            ["binary_conv", "rprelu.beta", "move0"].map { "params.body.\(block).\($0).weight" }
        }
        var short = ShortNames(names)
        let labels = names.map { short.cut($0, atMost: 15) }
        #expect(Set(labels).count == names.count)
        for (name, label) in zip(names, labels) {
            #expect(label.count <= 15 && name.contains(label.filter { $0 != "…" }))
            #expect(label.first == "…" || name.hasPrefix(label.dropLast()))
        }
        // The number of the block is in sight, and what comes after it.
        var blocks = ShortNames((0..<16).map { "params.body.\($0).body.0.binary_conv.weight" })
        #expect(blocks.cut("params.body.3.body.0.binary_conv.weight", atMost: 12) == "…ms.body.3.…")
        var two = ShortNames(["a_name_that_is_long", "b_name_that_is_long", "conv_first"])
        #expect(two.cut("conv_first", atMost: 15) == "conv_first")
        #expect(two.cut("a_name_that_is_long", atMost: 15) == "a_name_that_i…")
    }

    @Test func scalesHoldTheirValues() throws {
        let scale = try #require(LogScale([3e-7, 0, 2e-3]))
        #expect(scale.lowest == -7 && scale.highest == -2)
        #expect(scale.share(1e-7) == 0 && scale.share(1e-2) == 1 && scale.share(0) == 0)
        #expect(abs(scale.share(1e-5) - 0.4) < 1e-12)
        #expect(scale.lines.map(\.label) == ["1e-7", "1e-6", "1e-5", "1e-4", "1e-3", "1e-2"])
        #expect(LogScale([0, -1, .nan]) == nil)
        #expect(LinearScale([3, 25_865]).highest == 30_000)
        #expect(LinearScale([3, 25_865]).lines.map(\.label) == ["0", "10,000", "20,000", "30,000"])
        #expect(LinearScale([]).highest == 1)
    }
}

extension String {
    /// The text between the places where another stands.
    fileprivate func components(_ separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
