import BBCUNetworks
import TensorBytes

/// What was compared: the head of a verification's report.
public struct VerificationSubject: Sendable {
    /// The checkpoint, as the caller named it.
    public var file: String
    /// Its SHA-256, 64 hexadecimal digits.
    public var sha256: String
    /// The state dict in the file.
    public var selection: Selection
    /// The factor k and its source.
    public var amplification: Amplification
    /// The input in words: a file's name or `noise, seed 1`.
    public var input: String
    /// Channels of the input.
    public var channels: Int
    /// Rows of the input.
    public var height: Int
    /// Columns of the input.
    public var width: Int
    /// Threads that ran the comparison.
    public var threads: Int
    /// Keys of the checkpoint that the network does not use, which the user allowed.
    public var unusedKeys: [String] = []

    /// Collects what was compared.
    public init(
        file: String, sha256: String, selection: Selection, amplification: Amplification, input: String,
        channels: Int, height: Int, width: Int, threads: Int, unusedKeys: [String] = []
    ) {
        (self.file, self.sha256, self.unusedKeys) = (file, sha256, unusedKeys)
        (self.selection, self.amplification, self.threads) = (selection, amplification, threads)
        (self.input, self.channels, self.height, self.width) = (input, channels, height, width)
    }
}

extension VerificationReport {
    /// The report as JSON; `Schemas/verify.schema.json` describes it.
    public func json(_ subject: VerificationSubject) -> JSONValue {
        let input = JSONMembers([
            "source": subject.input, "channels": subject.channels, "height": subject.height, "width": subject.width,
        ])
        return JSONMembers([
            "verdict": holds ? "holds" : "fails", "file": subject.file, "sha256": subject.sha256,
            "network": network, "state_dict": subject.selection, "amplification": subject.amplification,
            "input": input, "kernel": kernel, "threads": subject.threads, "form": form, "units": units,
            "convolutions": convolutions, "free_running": endToEnd, "truth": truth,
            "unused_keys": subject.unusedKeys,
        ]).json
    }
}
