import BBCUPlatform
import TensorBytes

extension [String] {
    /// For the head of a report: the keys that the network does not use and that the user allowed; no line without any.
    public var ignoredKeyLines: [String] { isEmpty ? [] : ["ignored  " + ignoredKeyText] }

    /// The same as a fact of a report; none without any.
    var ignoredFacts: [ReportDocument.Fact] { isEmpty ? [] : [.init("ignored", RichText(ignoredKeyText))] }

    /// The keys that the network does not use and that the user allowed, in words.
    var ignoredKeyText: String {
        "\(NumberText.count(count, "key")) that the network does not use: \(shortList)"
    }
}
