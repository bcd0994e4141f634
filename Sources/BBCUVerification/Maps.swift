import BBCUExecution
import BBCUNetworks
import TensorBytes

/// The feature maps of all runs after the same layer, and the propagated bound between the two that are compared.
struct Maps {
    let reference: SharedMap<Float>
    let binarized: SharedMap<Float>
    let truth: SharedMap<Double>
    let propagatedBound: SharedMap<Double>

    /// All runs start from one image, without a difference.
    init(input: FeatureMap<Float>) {
        reference = SharedMap(input)
        binarized = SharedMap(input)
        truth = SharedMap(input.asDouble)
        propagatedBound = SharedMap(channels: input.channels, height: input.height, width: input.width)
    }

    /// Room for maps of a size.
    init(channels: Int, height: Int, width: Int) {
        reference = SharedMap(channels: channels, height: height, width: width)
        binarized = SharedMap(channels: channels, height: height, width: width)
        truth = SharedMap(channels: channels, height: height, width: width)
        propagatedBound = SharedMap(channels: channels, height: height, width: width)
    }

    var channels: Int { reference.channels }
    var height: Int { reference.height }
    var width: Int { reference.width }
    var whole: PixelRectangle { PixelRectangle(rows: 0..<height, columns: 0..<width) }

    func haveSize(of map: SharedMap<Float>) -> Bool {
        map.channels == channels && map.height == height && map.width == width
    }

    func tile(_ tile: PixelRectangle) -> MapTiles {
        MapTiles(
            reference: reference.tile(tile), binarized: binarized.tile(tile), truth: truth.tile(tile),
            propagatedBound: propagatedBound.tile(tile))
    }

    func write(_ values: MapTiles, to tile: PixelRectangle) {
        reference.write(values.reference.values, to: tile)
        binarized.write(values.binarized.values, to: tile)
        truth.write(values.truth.values, to: tile)
        propagatedBound.write(values.propagatedBound.values, to: tile)
    }
}

/// The same part of all maps.
struct MapTiles: Sendable {
    var reference: FeatureMap<Float>
    var binarized: FeatureMap<Float>
    var truth: FeatureMap<Double>
    var propagatedBound: FeatureMap<Double>

    /// A part of a part.
    func tile(_ tile: PixelRectangle) -> MapTiles {
        MapTiles(
            reference: reference.cropped(to: tile), binarized: binarized.cropped(to: tile),
            truth: truth.cropped(to: tile), propagatedBound: propagatedBound.cropped(to: tile))
    }

    /// All of them upsampled bilinearly.
    func upsampled(by factor: Int) -> MapTiles {
        MapTiles(
            reference: Bilinear.upsample(reference, factor: factor),
            binarized: Bilinear.upsample(binarized, factor: factor), truth: Bilinear.upsample(truth, factor: factor),
            propagatedBound: Bilinear.upsample(propagatedBound, factor: factor))
    }
}
