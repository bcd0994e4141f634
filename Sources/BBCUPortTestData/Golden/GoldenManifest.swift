import BBCUNetworks
import TensorBytes

/// What a folder of golden data, or of vectors, says of the checkpoint.
public struct GoldenHead: Encodable, Sendable {
    package let file: String
    package let sha256: String
    package let network: BBCUNetwork
    package let amplification: Amplification
    package let unusedKeys: [String]

    /// A head.
    public init(
        file: String, sha256: String, network: BBCUNetwork, amplification: Amplification, unusedKeys: [String] = []
    ) {
        (self.file, self.sha256, self.network) = (file, sha256, network)
        (self.amplification, self.unusedKeys) = (amplification, unusedKeys)
    }
}

/// Cases to be run one after the other.
public struct GoldenSequence: Encodable, Sendable {
    var name: String
    var cases: [String]
}

/// An array as a manifest describes it.
package struct GoldenEntry: Encodable, Sendable {
    var name: String
    var kind: GoldenItem.Kind
    var dtype: String
    var shape: [Int]
    var layout: String
    var tolerance: Double
    var reason: String
    /// nil where there are hashes alone.
    var file: String?
    var sha256: String
}
