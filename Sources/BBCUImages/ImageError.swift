import BBCUPlatform

/// The kinds of failure of an image.
public enum ImageCode: String, Sendable, Hashable, CaseIterable {
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

/// Why an image could not be read, converted or written.
public typealias ImageError = ReadingError<ImageCode>

extension ImageCode: WritingCode {
    package var isUnwritable: Bool { self == .unwritable }
}

extension ImageError {
    /// The failure of a file that is neither PNG nor JPEG.
    static let unknownFormat = ImageError(
        .unknownFormat, found: "found another format", expected: "a PNG or JPEG file",
        advice: "convert it to PNG without loss")
}
