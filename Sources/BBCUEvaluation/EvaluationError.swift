import BBCUPlatform

/// The kinds of failure of an evaluation.
public enum EvaluationCode: String, Sendable, Hashable, CaseIterable {
    /// A folder is none, cannot be read, or holds no image.
    case folder
    /// An image is there twice, or two of them have one name.
    case twice
    /// An image's counterpart is not there.
    case noCounterpart
    /// An image has a size or a number of channels that it cannot have here.
    case size
    /// A number is beyond its range, or none.
    case value
    /// A file is no report of images.
    case notAReport
    /// A report has another member than a report has at a place.
    case member
    /// A report is of another run.
    case otherRun
    /// Shards are missing, there twice, or not finished.
    case shards
}

/// Why images cannot be evaluated.
public typealias EvaluationError = ReadingError<EvaluationCode>

extension Advice {
    package static let resume = Advice("one that was stopped can go on")
    package static let savedImageReport = Advice("a report of images as JSON")
    package static let evaluationReport = Advice("one of an evaluation; name another file")
    package static let verificationReport = Advice("a report of a verification")
}
