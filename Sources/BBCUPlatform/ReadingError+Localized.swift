#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension ReadingError: LocalizedError {
    /// The description: without it, Foundation's `localizedDescription` names the type and a number.
    public var errorDescription: String? { description }
}
