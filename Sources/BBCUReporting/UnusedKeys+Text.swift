import BBCUPlatform
import TensorBytes

extension [String] {
    /// The first names, and how many more there are: `a, b, c and 21 more`.
    public var shortList: String {
        let shown = prefix(3).map { $0.printable(atMost: 80) }.joined(separator: ", ")
        return count > 3 ? "\(shown) and \(count - 3) more" : shown
    }

    /// For the head of a report: the keys that the network does not use and that the user allowed; no line without any.
    public var ignoredKeyLines: [String] { isEmpty ? [] : ["ignored  " + ignoredKeyText] }

    /// The same as a fact of a report; none without any.
    var ignoredFacts: [ReportDocument.Fact] { isEmpty ? [] : [.init("ignored", RichText(ignoredKeyText))] }

    /// The keys that the network does not use and that the user allowed, in words.
    var ignoredKeyText: String {
        "\(NumberText.count(count, "key")) that the network does not use: \(shortList)"
    }
}
