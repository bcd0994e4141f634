import BBCUErrorBounds
import BBCUExecution
import BBCUPlatform
import BBCUVerification
import TensorBytes

/// An original at one setting: what the network is given, and what its result is held against.
public struct Trial: Sendable {
    /// The setting's degradation.
    public let degradation: Degradation
    /// What the network is given.
    public let input: FeatureMap<Float>
    /// What results are compared with: RGB, or luma for deblocking.
    public let target: ByteImage

    /// The most pixels that a given low-quality file's original may be larger by on a side: sets are cropped to multiples of
    /// 12, which every scale divides. More is a file of another scale.
    private static let largestCrop = 11

    /// Makes the degraded image of an original.
    /// - Throws: ``EvaluationError`` where nothing is left of the original; what `jpeg` throws.
    public init(_ original: ByteImage, _ degradation: Degradation, jpeg: Degradation.JPEGRoundTrip) throws {
        let target = degradation.target(of: original)
        guard target.width > 0, target.height > 0 else {
            throw EvaluationError(
                .size, file: "original", found: "found \(original.sizeText)",
                expected: "sides of at least \(degradation.setting.settingText)")
        }
        self.degradation = degradation
        self.target = target
        input = try degradation.degrade(target, jpeg: jpeg).featureMap
    }

    /// Takes a given degraded image.
    /// - Throws: ``EvaluationError`` where its size does not fit the original's.
    public init(_ original: ByteImage, _ degradation: Degradation, given input: FeatureMap<Float>)
        throws(EvaluationError)
    {
        self.degradation = degradation
        self.input = input
        guard case .shrink(let factor) = degradation else {
            target = degradation.target(of: original)
            guard input.width == target.width, input.height == target.height else {
                throw EvaluationError(
                    .size, file: "low-quality file", found: "found \(input.width)x\(input.height) pixels",
                    expected: "\(original.sizeText), as the original")
            }
            return
        }
        let (width, height) = (input.width * factor, input.height * factor)
        let surplus = (original.width - width, original.height - height)
        guard (0...Self.largestCrop).contains(surplus.0), (0...Self.largestCrop).contains(surplus.1) else {
            throw EvaluationError(
                .size, file: "low-quality file",
                found: "found \(input.width)x\(input.height) pixels for an original of \(original.sizeText)",
                expected: "\(original.width / factor)x\(original.height / factor)")
        }
        target = original.cropped(width: width, height: height)
    }

    /// Scores a restored image by the task's protocol.
    /// - Throws: ``EvaluationError`` where it has another size than the target.
    public func score(_ restored: ByteImage) throws(EvaluationError) -> Score {
        try Self.score(target, restored, degradation)
    }

    /// Compares two images by a task's protocol: Y without the border for super-resolution, all values otherwise.
    /// - Throws: ``EvaluationError`` where the sizes differ or the border leaves nothing.
    public static func score(_ first: ByteImage, _ second: ByteImage, _ degradation: Degradation)
        throws(EvaluationError)
        -> Score
    {
        guard first.width == second.width, first.height == second.height, first.channels == second.channels else {
            throw EvaluationError(
                .size, file: "restored image", found: "found \(second.sizeText)", expected: first.sizeText)
        }
        let images = [first, second].map { image -> ComparedImage? in
            guard case .shrink(let factor) = degradation else { return ComparedImage(image) }
            return ComparedImage(image).luma.withoutBorder(factor)
        }
        guard let left = images[0], let right = images[1], let score = Score(left, right) else {
            throw EvaluationError(
                .size, file: "original", found: "found \(first.sizeText)",
                expected: "more than the border that is cropped on each side")
        }
        return score
    }

    /// A network's result as the 8-bit image that is compared: clamped, times 255 in float32, rounded half to even.
    public static func image(_ output: FeatureMap<Float>) throws(EvaluationError) -> ByteImage {
        let samples = output.values.compactMap(Measures.byte)
        guard samples.count == output.values.count else {
            throw EvaluationError(
                .value, file: "network", found: "found a value that is no number", expected: "finite values")
        }
        guard
            let image = ByteImage(
                width: output.width, height: output.height, channels: output.channels, samples: samples)
        else {
            throw EvaluationError(
                .size, file: "network", found: "found \(output.channels.counted("channel"))", expected: "1 or 3")
        }
        return image
    }
}

extension ByteImage {
    /// The size in words.
    var sizeText: String { "\(width)x\(height) pixels" }
}
