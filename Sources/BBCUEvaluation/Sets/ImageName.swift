import BBCUPlatform
import TensorBytes

/// What a file's name says.
public enum ImageName {
    /// The suffixes of images, those of formats that are not read included, so that such a file is reported and not
    /// overlooked.
    private static let suffixes: Set<String> = [
        "png", "jpg", "jpeg", "bmp", "tif", "tiff", "webp", "gif", "ppm", "pgm", "pnm", "jp2",
    ]

    /// Whether a file is an image, by its name.
    public static func isImage(_ path: String) -> Bool { suffix(of: path).map(suffixes.contains) ?? false }

    /// The folder of a relative path with a slash at its end, or nothing.
    static func folder(of path: String) -> String { PathText.folder(of: path) }

    /// The path without its suffix.
    public static func withoutSuffix(_ path: String) -> String { PathText.withoutSuffix(path) }

    /// The name of a file without folders and suffix.
    static func stem(of path: String) -> String { withoutSuffix(PathText.name(of: path)) }

    /// The suffix with A to Z in lower case, without its dot.
    static func suffix(of path: String) -> String? { PathText.suffix(of: path) }
}
