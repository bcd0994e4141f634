import BBCUEvaluation
import BBCUImages
import Foundation
import TestSupport

/// What `Checks/evaluation/make_reference.py` wrote: the published code's values on small originals.
struct ReferenceValues: Decodable {
    struct Metric: Decodable {
        var name: String
        var other: String
        var task: String
        var setting: Int
        var psnr: Double?
        var ssim: Double?
    }

    var noiseSHA256: [String: [String: String]]
    var metrics: [Metric]
    var normalSeed0: [Double]

    private enum CodingKeys: String, CodingKey {
        case noiseSHA256 = "noise_sha256"
        case metrics
        case normalSeed0 = "normal_seed_0"
    }

    static let all = try! decoded(ReferenceValues.self, from: fixture("evaluation/expected.json"))

    /// The names of the originals.
    static let names = ["cat_37x29", "woman_50x43", "grey_35x26", "small_15x13", "flat_16x16"]
}

/// An image of `Fixtures/evaluation`.
func evaluationImage(_ name: String) throws -> ByteImage {
    let image = try RasterImage.read(fixture("evaluation/\(name).png"))
    return try byteImage(image)
}

func byteImage(_ image: RasterImage) throws -> ByteImage {
    guard
        let result = ByteImage(
            width: image.width, height: image.height, channels: image.channels,
            samples: image.samples.map(UInt8.init(truncatingIfNeeded:)))
    else { throw CocoaError(.fileReadCorruptFile) }
    return result
}
