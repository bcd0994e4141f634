import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// Runs a layer that is not a unit in every way on a part of its input.
struct LayerTiles: Sendable {
    let index: Int
    let paths: Paths
    let maps: Maps
    /// What an addition or subtraction takes, for the whole image.
    let skip: MapTiles
    /// The propagated bound rounded up and the magnitudes of the weights that carry it; for a convolution.
    let carrier: (propagatedBound: SharedMap<Float>, weights: FloatFilter<Float>)?

    /// Prepares what the layer needs of the whole image.
    init(_ index: Int, _ paths: Paths, model: BBCUModel, maps: Maps, scaledInput: MapTiles) {
        self.index = index
        self.paths = paths
        self.maps = maps
        let layer = paths.network.layers[index]
        carrier = model.absoluteWeights(layer).map { weights in
            let propagatedBound = SharedMap<Float>(channels: maps.channels, height: maps.height, width: maps.width)
            _ = concurrentMap(maps.height, threads: paths.kernels.threads) { row in
                let tile = PixelRectangle(rows: row..<row + 1, columns: 0..<maps.width)
                propagatedBound.write(maps.propagatedBound.tile(tile).values.map { Float($0).nextUp }, to: tile)
            }
            return (propagatedBound, weights)
        }
        guard case .addScaledInput(let upscale) = layer.operation else {
            skip = scaledInput
            return
        }
        var skip = scaledInput.upsampled(by: upscale)
        skip.propagatedBound = PropagatedBound.upsampled(
            skip.propagatedBound, reference: scaledInput.reference, binarized: scaledInput.binarized, factor: upscale)
        self.skip = skip
    }

    /// Runs a tile.
    func run(_ tile: PixelRectangle) -> MapTiles {
        let operation = paths.network.layers[index].operation
        let skip =
            switch operation {
            case .addScaledInput, .subtractFromScaledInput: skip.tile(tile)
            default: skip
            }
        let made: PropagatedBound.Made = (
            reference: paths.reference.runLayer(
                index, tile: tile, of: maps.reference, skip: skip.reference, bounded: true),
            binarized: paths.candidate.runLayer(
                index, tile: tile, of: maps.binarized, skip: skip.binarized, bounded: true)
        )
        let truth = paths.truth.runLayer(index, tile: tile, of: maps.truth, skip: skip.truth, bounded: false)
        let propagatedBound: FeatureMap<Double>
        if let carrier, let convolution = operation.convolution {
            let carried = carrier.weights.apply(to: carrier.propagatedBound, tile: tile, kernels: paths.kernels).output
            propagatedBound = PropagatedBound.convolution(carried, convolution, made)
        } else {
            propagatedBound = PropagatedBound.carry(
                maps.propagatedBound.tile(tile), skip: skip.propagatedBound, through: operation,
                amplification: paths.network.amplification, made)
        }
        return MapTiles(
            reference: made.reference.output, binarized: made.binarized.output, truth: truth.output,
            propagatedBound: propagatedBound)
    }
}

extension BBCUModel {
    /// The magnitudes of a float convolution's weights: what carries the propagated bound through it.
    func absoluteWeights(_ layer: NetworkLayer) -> FloatFilter<Float>? {
        layer.operation.convolution.map { FloatFilter($0, weights: values(layer.prefix, "weight").map(abs)) }
    }
}
