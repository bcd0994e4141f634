import BBCUExecution
import BBCUNetworks

/// How the input of a network is made from an original, exactly as it was for the published figures.
public enum Degradation: Sendable, Hashable {
    /// MATLAB's bicubic by 1 / factor.
    case shrink(factor: Int)
    /// White Gaussian noise of this standard deviation, in grey levels.
    case noise(sigma: Double)
    /// Baseline JPEG of the luma at this quality.
    case jpeg(quality: Int)

    /// What a task does at a setting; nil where the setting is none of its: a whole factor of at least 1, a positive
    /// sigma, a whole quality of 1 to 100.
    public init?(_ task: EvaluationTask, setting: Double) {
        let whole = Int(exactly: setting)
        switch task {
        case .sr:
            guard let whole, (1...16).contains(whole) else { return nil }
            self = .shrink(factor: whole)
        case .denoise:
            guard setting > 0, setting <= 1000 else { return nil }
            self = .noise(sigma: setting)
        case .deblock:
            guard let whole, (1...100).contains(whole) else { return nil }
            self = .jpeg(quality: whole)
        }
    }

    /// The task it belongs to.
    public var task: EvaluationTask {
        switch self {
        case .shrink: .sr
        case .noise: .denoise
        case .jpeg: .deblock
        }
    }

    /// The setting as a number.
    public var setting: Double {
        switch self {
        case .shrink(let factor): Double(factor)
        case .noise(let sigma): sigma
        case .jpeg(let quality): Double(quality)
        }
    }

    /// Encodes a one-channel image as JPEG at a quality and decodes it again: the library that does so is the caller's.
    public typealias JPEGRoundTrip = @Sendable (_ image: ByteImage, _ quality: Int) throws -> ByteImage

    /// The original that results are compared with: cropped at the right and bottom to a multiple of the factor, or its
    /// rounded luma.
    public func target(of original: ByteImage) -> ByteImage {
        switch self {
        case .shrink(let factor):
            original.cropped(
                width: original.width / max(1, factor) * factor, height: original.height / max(1, factor) * factor)
        case .noise: original
        case .jpeg: original.lumaRounded
        }
    }

    /// The degraded image of a ``target(of:)``.
    /// - Throws: what `jpeg` throws.
    public func degrade(_ target: ByteImage, jpeg: JPEGRoundTrip) throws -> DegradedImage {
        switch self {
        case .shrink(let factor): .bytes(try MATLABBicubic(factor: factor).shrink(target))
        case .noise(let sigma): .values(Self.noisy(target, sigma: sigma))
        case .jpeg(let quality): .bytes(try jpeg(target, quality))
        }
    }

    /// The image / 255 in float32, plus noise from seed 0 in float64, the sum rounded to float32 and not clamped.
    static func noisy(_ image: ByteImage, sigma: Double) -> FeatureMap<Float> {
        var normal = LegacyNormal(seed: 0)
        let scale = sigma / 255
        let values = image.samples.map { Float(Double(Float($0) / 255) + scale * normal.next()) }
        return FeatureMap(height: image.height, width: image.width, channels: image.channels, filled: values)
    }
}

/// A degraded image: of 8 bits, or of float32 values where noise was added.
public enum DegradedImage: Sendable {
    case bytes(ByteImage)
    case values(FeatureMap<Float>)

    /// What the network is given.
    public var featureMap: FeatureMap<Float> {
        switch self {
        case .bytes(let image): image.featureMap
        case .values(let map): map
        }
    }
}
