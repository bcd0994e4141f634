import TensorBytes

/// What was checked: the head of a port's report.
public struct PortSubject: JSONModel, Sendable {
    /// The checkpoint, as the caller named it.
    public var file: String
    /// Its SHA-256.
    public var sha256: String
    /// The network in a line.
    public var network: String
    /// The factor k and its source, in a line.
    public var amplification: String
    /// The dump's files.
    public var dumps: [String]
    /// The input, or nil.
    public var input: String?
    /// Keys of the checkpoint that the network does not use, which the user allowed.
    public var unusedKeys: [String] = []
    /// The checkpoint and its options, as a command line has them; empty if no command is to be shown.
    public var options: [String] = []

    /// Collects what was checked.
    public init(
        file: String, sha256: String, network: String, amplification: String, dumps: [String], input: String?,
        options: [String] = [], unusedKeys: [String] = []
    ) {
        (self.file, self.sha256, self.network, self.amplification) = (file, sha256, network, amplification)
        (self.dumps, self.input, self.options, self.unusedKeys) = (dumps, input, options, unusedKeys)
    }

    /// What every report says of the checkpoint; the dump and the input stand where each report has them.
    enum CodingKeys: CodingKey { case file, sha256, network, amplification }
}
