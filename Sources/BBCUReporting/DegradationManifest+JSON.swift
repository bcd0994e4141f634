import BBCUEvaluation
import BBCUNetworks
import OrderedCollections
import TensorBytes

extension DegradationManifest {
    /// The manifest as JSON; `Schemas/degrade.schema.json` describes it.
    public var json: JSONValue {
        [
            "version": .string(version), "task": .string(degradation.task.rawValue),
            "parameters": .object(parameters),
            "files": .array(
                files.map { file in
                    [
                        "name": .string(file.name), "sha256": .string(file.sha256),
                        "width": .integer(file.width), "height": .integer(file.height),
                        "original": .string(file.original), "original_sha256": .string(file.originalSHA256),
                    ]
                }),
            "excluded": .array(
                excluded.map { ["name": .string($0.name), "reason": .string($0.reason)] }),
        ]
    }

    private var parameters: JSONValue.Members {
        switch degradation {
        case .shrink(let factor):
            [
                "scale": .integer(factor), "method": "MATLAB imresize, bicubic, a = -0.5, float64, rounded once",
                "cropped": "at the right and bottom to a multiple of the scale",
            ]
        case .noise(let sigma):
            [
                "sigma": .number(sigma), "method": "numpy.random.RandomState(0).normal(0, sigma / 255), (H, W, 3)",
                "seed": .integer(0), "values": "original / 255 + noise, float32, (3, H, W), not clamped",
            ]
        case .jpeg(let quality):
            [
                "quality": .integer(quality),
                "method": "BT.601 luma in studio range, rounded; one-component baseline JPEG; decoded",
            ]
        }
    }
}
