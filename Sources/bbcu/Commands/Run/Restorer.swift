import BBCUImages
import BBCUKit
import BBCUPlatform

/// Runs a network on images.
struct Restorer {
    let model: BBCUModel
    let kernels: Kernels
    /// nil for the reference.
    let streamed: StreamedNetwork?
    /// The range of the luma that a deblocking network is fed.
    let luma: LumaRange
    /// Bits a sample of what is made; nil for those of the input.
    let bitDepth: Int?

    private var network: BBCUNetwork { model.network }

    /// What the network makes of an image file. An alpha channel goes past the network: resized with the image, else
    /// unchanged.
    /// - Throws: ``ImageError``, ``InputError`` or ``ExecutionError``
    func restore(_ path: String) throws -> RasterImage {
        let file = try ImageFile(path)
        // A small file can promise a large picture, so this comes before it is decoded.
        if let size = file.size {
            try Guards.requireMemory(for: streamed, network, height: size.height, width: size.width, input: path)
        }
        do {
            let (colours, alpha) = try file.decode().separatingAlpha()
            let restored = try restore(colours)
            guard let alpha else { return restored }
            let factor = network.hyperparameters.upscale
            return try restored.addingAlpha(alpha.enlarged(factor, bitDepth: restored.bitDepth))
        } catch let error as ImageError {
            throw error.inFile(path)
        }
    }

    private func restore(_ colours: RasterImage) throws -> RasterImage {
        guard InputReader.takesLuma(network) else {
            let planes = try Planes(colours, channels: network.hyperparameters.inputChannels)
            return try run(planes).image(bitDepth: bitDepth ?? colours.bitDepth)
        }
        let split = try LumaChroma(colours, range: luma)
        return try split.image(restored: try run(split.luma), bitDepth: bitDepth)
    }

    private func run(_ planes: Planes) throws -> Planes {
        let map = FeatureMap(planes)
        let output = try streamed?.run(map) ?? ReferencePath<Float>(model, kernels: kernels).run(map)
        guard
            let planes = Planes(
                channels: output.channels, height: output.height, width: output.width, values: output.values)
        else { throw ExecutionError.channels(expected: planes.channels, found: output.channels) }
        return planes
    }
}

extension RasterImage {
    /// A grey image enlarged bilinearly: half-pixel centres, edges repeated, in float64, rounded half to even once.
    fileprivate func enlarged(_ factor: Int, bitDepth: Int) throws -> RasterImage {
        let map = FeatureMap<Double>(height: height, width: width, channels: 1, filled: samples.map(Double.init))
        let enlarged = Bilinear.upsample(map, factor: factor)
        // From 255 to 65535 it is 257, so no intensity changes but by the rounding.
        let scale = (bitDepth == 16 ? 65535 : 255) / Double(peak)
        let samples = enlarged.values.map { UInt16(($0 * scale).rounded(.toNearestOrEven)) }
        guard
            let image = RasterImage(
                width: enlarged.width, height: enlarged.height, channels: 1, bitDepth: bitDepth, samples: samples)
        else { throw ExecutionError.channels(expected: 1, found: enlarged.channels) }
        return image
    }
}
