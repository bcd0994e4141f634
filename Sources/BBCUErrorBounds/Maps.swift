import BBCUExecution
import BBCUNetworks
import TensorBytes

/// The feature maps of all runs after the same layer, and D between the two that are compared.
package struct Maps {
    package let reference: SharedMap<Float>
    package let binarized: SharedMap<Float>
    package let truth: SharedMap<Double>
    package let propagatedBound: SharedMap<Double>

    /// All runs start from one image, without a difference.
    package init(input: FeatureMap<Float>) {
        reference = SharedMap(input)
        binarized = SharedMap(input)
        truth = SharedMap(input.asDouble)
        propagatedBound = SharedMap(channels: input.channels, height: input.height, width: input.width)
    }

    /// Room for maps of a size.
    package init(channels: Int, height: Int, width: Int) {
        reference = SharedMap(channels: channels, height: height, width: width)
        binarized = SharedMap(channels: channels, height: height, width: width)
        truth = SharedMap(channels: channels, height: height, width: width)
        propagatedBound = SharedMap(channels: channels, height: height, width: width)
    }

    package var channels: Int { reference.channels }
    package var height: Int { reference.height }
    package var width: Int { reference.width }
    package var whole: PixelRectangle { PixelRectangle(rows: 0..<height, columns: 0..<width) }

    package func haveSize(of map: SharedMap<Float>) -> Bool {
        map.channels == channels && map.height == height && map.width == width
    }

    package func tile(_ tile: PixelRectangle) -> MapTiles {
        MapTiles(
            reference: reference.tile(tile), binarized: binarized.tile(tile), truth: truth.tile(tile),
            propagatedBound: propagatedBound.tile(tile))
    }

    package func write(_ values: MapTiles, to tile: PixelRectangle) {
        reference.write(values.reference.values, to: tile)
        binarized.write(values.binarized.values, to: tile)
        truth.write(values.truth.values, to: tile)
        propagatedBound.write(values.propagatedBound.values, to: tile)
    }
}

/// The same part of all maps.
package struct MapTiles: Sendable {
    package var reference: FeatureMap<Float>
    package var binarized: FeatureMap<Float>
    package var truth: FeatureMap<Double>
    package var propagatedBound: FeatureMap<Double>

    package init(
        reference: FeatureMap<Float>, binarized: FeatureMap<Float>, truth: FeatureMap<Double>,
        propagatedBound: FeatureMap<Double>
    ) {
        self.reference = reference
        self.binarized = binarized
        self.truth = truth
        self.propagatedBound = propagatedBound
    }

    /// A part of a part.
    package func tile(_ tile: PixelRectangle) -> MapTiles {
        MapTiles(
            reference: reference.cropped(to: tile), binarized: binarized.cropped(to: tile),
            truth: truth.cropped(to: tile), propagatedBound: propagatedBound.cropped(to: tile))
    }
}
