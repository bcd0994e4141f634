import BBCUPlatform
import TensorBytes

extension [String] {
    /// For the head of a report: the keys that the network does not use and that the user allowed; none without any.
    var ignoredFacts: [ReportDocument.Fact] { isEmpty ? [] : [.init("ignored", RichText(ignoredKeyText))] }

    /// The keys that the network does not use and that the user allowed, in words.
    var ignoredKeyText: String {
        "\(count.counted("key")) that the network does not use: \(shortList)"
    }
}
