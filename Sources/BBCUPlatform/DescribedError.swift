#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An error of this package. Its description is also what Foundation's `localizedDescription` says, which without that
/// names the type and a number.
public protocol DescribedError: LocalizedError, CustomStringConvertible {
    /// The description without the file that it is about.
    var reasonText: String { get }
    /// Whether something could not be written.
    var isOfWriting: Bool { get }
}

extension DescribedError {
    /// The description.
    public var errorDescription: String? { description }
    /// Nil: the description says it.
    public var failureReason: String? { nil }
    /// Nil: the description says it.
    public var recoverySuggestion: String? { nil }
    /// Nil: there is none.
    public var helpAnchor: String? { nil }
    /// The description, in which no file is named.
    public var reasonText: String { description }
    /// False: nothing was written.
    public var isOfWriting: Bool { false }
}

/// A kind of failure that may be one of writing.
package protocol WritingCode {
    var isUnwritable: Bool { get }
}

extension Error {
    /// An error's words without the file it is about, for a list that names the file already; paths would make the reports
    /// of two machines differ.
    package var reasonText: String { (self as? any DescribedError)?.reasonText ?? "\(self)" }

    /// Whether an error is about one of several files, so that the others can go on; one that cannot be written is not.
    package var isOfOneImage: Bool { (self as? any DescribedError)?.isOfWriting == false }
}
