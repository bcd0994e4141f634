import BBCUPlatform
import TensorBytes

/// What a folder of degraded images holds: what `bbcu degrade` writes beside them.
public struct DegradationManifest: JSONModel, Sendable {
    /// One degraded image.
    public struct File: Encodable, Sendable, Hashable {
        /// The path relative to the folder.
        public var name: String
        /// The SHA-256 of the file.
        public var sha256: String
        /// Pixels in a row.
        public var width: Int
        /// Rows.
        public var height: Int
        /// The original's path relative to the folder of originals.
        public var original: String
        /// The SHA-256 of the original.
        public var originalSHA256: String

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

    /// The manifest as `Schemas/degrade.schema.json` describes it.
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "version": version, "task": degradation.task, "parameters": degradation.parameters, "files": files,
            "excluded": excluded.map(\.withoutSet),
        ])
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
    /// What was done, in numbers and words.
    fileprivate var parameters: JSONMembers {
        switch self {
        case .shrink(let factor):
            JSONMembers([
                "scale": factor, "method": "MATLAB imresize, bicubic, a = -0.5, float64, rounded once",
                "cropped": "at the right and bottom to a multiple of the scale",
            ])
        case .noise(let sigma):
            JSONMembers([
                "sigma": sigma, "method": "numpy.random.RandomState(0).normal(0, sigma / 255), (H, W, 3)", "seed": 0,
                "values": "original / 255 + noise, float32, (3, H, W), not clamped",
            ])
        case .jpeg(let quality):
            JSONMembers([
                "quality": quality,
                "method": "BT.601 luma in studio range, rounded; one-component baseline JPEG; decoded",
            ])
        }
    }

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
