import BBCUPlatform
import TensorBytes

/// What a folder of degraded images holds: what `bbcu degrade` writes beside them.
public struct DegradationManifest: Sendable {
    /// One degraded image.
    public struct File: Sendable, Hashable {
        /// The path relative to the folder.
        public var name: String
        /// The SHA-256 of the file.
        public var sha256: String
        /// The original's path relative to the folder of originals.
        public var original: String
        /// The SHA-256 of the original.
        public var originalSHA256: String
        /// Pixels in a row.
        public var width: Int
        /// Rows.
        public var height: Int

        /// Describes a degraded image.
        public init(
            name: String, sha256: String, original: String, originalSHA256: String, width: Int, height: Int
        ) {
            self.name = name
            self.sha256 = sha256
            self.original = original
            self.originalSHA256 = originalSHA256
            self.width = width
            self.height = height
        }
    }

    /// What was done.
    public var degradation: Degradation
    /// The version that did it.
    public var version: String
    /// Every file in the order of the originals.
    public private(set) var files: [File] = []
    /// The originals by the names of their files.
    private var originals: [ExactName: String] = [:]
    /// Originals that could not be degraded.
    public var excluded: [Exclusion] = []

    /// A manifest without files.
    public init(_ degradation: Degradation, version: String) {
        self.degradation = degradation
        self.version = version
    }

    /// The original whose degraded image has this name already.
    public func original(ofFile name: String) -> String? { originals[ExactName(name)] }

    /// Adds a degraded image.
    public mutating func add(_ file: File) {
        files.append(file)
        originals[ExactName(file.name)] = file.original
    }
}

extension Degradation {
    /// The name of the file that holds the degraded image of an original: `NAMEx2.png`, `NAME.npy`, `NAME.png`.
    public func fileName(forOriginal name: String) -> String {
        let stem = ImageName.withoutSuffix(name)
        return switch self {
        case .shrink(let factor): "\(stem)x\(factor).png"
        case .noise: stem + ".npy"
        case .jpeg: stem + ".png"
        }
    }
}
