import BBCUPlatform
import TensorBytes

/// Why an image could not be read, converted or written.
///
/// Two errors are equal where their codes are.
public struct ImageError: Error, Sendable {
    /// The kind of failure.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// There is no such file.
        case absent
        /// The path names a folder.
        case directory
        /// The path names something that is neither a file nor a folder, or a file that may not be read.
        case unreadable
        /// The file has no bytes.
        case empty
        /// The file is neither PNG nor JPEG.
        case unknownFormat
        /// The file is of a kind of its format that is not read, such as CMYK.
        case unsupported
        /// The file ends before its image does.
        case truncated
        /// The file breaks the rules of its format.
        case damaged
        /// The image is larger than the caller allows.
        case tooLarge
        /// A pixel is not opaque.
        case alpha
        /// The image has another number of channels than is needed, or planes to be joined differ in size.
        case channels
        /// A value to be stored in an image is not finite.
        case nonFinite
        /// The file could not be written.
        case unwritable
    }

    /// The kind of failure.
    public let code: Code
    /// The file, where there is one.
    public let file: String?
    /// What is there.
    public let found: String
    /// What should be there.
    public let expected: String
    /// What the user may do.
    public let advice: String?

    /// States the facts of a failure.
    public init(_ code: Code, file: String? = nil, found: String, expected: String, advice: String? = nil) {
        self.code = code
        self.file = file
        self.found = found
        self.expected = expected
        self.advice = advice
    }

    /// The failure of a file that is neither PNG nor JPEG.
    static let unknownFormat = ImageError(
        .unknownFormat, found: "another format", expected: "a PNG or JPEG file",
        advice: "convert it to PNG without loss")

    /// The same failure with its file named; a file that is named already stays.
    public func naming(_ file: String) -> ImageError {
        ImageError(code, file: self.file ?? file, found: found, expected: expected, advice: advice)
    }
}

extension ImageError: Equatable {
    public static func == (left: ImageError, right: ImageError) -> Bool { left.code == right.code }
}

extension ImageError: CustomStringConvertible {
    /// One line: the file, what was found, what was expected, what to do.
    public var description: String {
        let place = file.map { $0.printable(atMost: 1000) + ": " } ?? ""
        let hint = advice.map { "; " + $0 } ?? ""
        return "\(place)found \(found.printable()), expected \(expected)\(hint)"
    }
}
