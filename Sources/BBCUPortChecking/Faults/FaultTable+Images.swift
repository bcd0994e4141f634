import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform

// What a port can do to its image before the network: only the right network on the changed image shows it, as networks do not
// commute with any of these.
extension FaultTable {
    static let inputs = [
        Fault("input-bgr", .module, needs: .colourInput) { context in
            let change = "give the network red, green, blue, not blue, green, red"
            let back = FaultWay(
                change + ", and turn nothing back",
                .input({ $0.coloursReversed }, output: { $0.moved { $0.coloursReversed } }))
            return [FaultWay(change, .input { $0.coloursReversed })] + (context.imageChannels.output == 3 ? [back] : [])
        },
        Fault(
            "input-0-255", .module,
            FaultWay(
                "give the network values in [0, 1], not in [0, 255]", .input { $0.with($0.values.map { $0 * 255 }) })),
    ]

    static let images = [
        Fault("input-limited-range", .module) { _ in
            .values("give the network the full range 0...255, not one squeezed into 16...235", LimitedRange.squeezed)
                + .values(
                    "give the network the values themselves, not 16...235 stretched to 0...255", LimitedRange.stretched)
                + [
                    FaultWay(
                        "give the network the values themselves, not 16...235 stretched and clamped",
                        .input { $0.with($0.values.map { min(max(LimitedRange.stretched($0), 0), 1) }) })
                ]
        },
        Fault("input-gamma", .module) { _ in
            Curve.all.flatMap { curve in
                let change = curve.decodes ? "not linear light" : "not values encoded with gamma once more"
                let own = curve.decodes ? "the image's own (gamma-encoded) values, " : "the image's own values, "
                return [FaultWay].values("give the network " + own + change + " (\(curve.name))", curve.value)
            }
        },
        Fault("input-flipped", .module, isOfWholeImage: true) { _ in
            ImagePlaces.flips.prefix(2).flatMap { flip in
                let change: FaultWay.ImageChange = { map in map.taken(flip.source(map)) }
                return [
                    FaultWay("the network is given the image \(flip.words), and so is its output", .input(change)),
                    FaultWay(
                        "the network is given the image \(flip.words), though its output is turned back",
                        .input(change, output: { $0.moved(change) })),
                ]
            }
        },
        // Only strides that alignment makes.
        Fault("row-padding", .module, isOfWholeImage: true) { context in
            let width = context.image?.width ?? 0
            return Set((2...8).map { width.rounded(up: 1 << $0) }).sorted()
                .filter { $0 > width && $0 <= 2 * width }.map { stride in
                    FaultWay(
                        "rows of the input are \(stride.counted("pixel")) apart, not \(width): skip the padding (of zeros)",
                        .input { map in
                            map.taken { place in
                                let index = place.row * width + place.column
                                guard index % stride < width else { return nil }
                                return FeatureIndex(channel: place.channel, row: index / stride, column: index % stride)
                            }
                        })
                }
        },
        Fault("planar-interleaved", .module, isOfWholeImage: true) { context in
            guard context.imageChannels.input > 1 else { return [] }
            return [
                FaultWay(
                    "the input is written pixel by pixel, but read one plane after the other",
                    .input { map in map.taken { ImagePlaces(map).pixelMajor(ImagePlaces(map).planar($0)) } }),
                FaultWay(
                    "the input is written one plane after the other, but read pixel by pixel",
                    .input { map in map.taken { ImagePlaces(map).planar(ImagePlaces(map).pixelMajor($0)) } }),
            ]
        },
    ]

    static let lumaRanges = [
        Fault(
            "input-limited-range", .module,
            FaultWay(
                "the network is given luma of 16...235 (ITU-R BT.601) and returns it so, not luma of the full range 0...255",
                .input(
                    { $0.with($0.values.map(LimitedRange.stretched)) }, output: { $0.through(LimitedRange.squeezed) },
                    isLuma: true)))
    ]
}

// What can be done to the network's output that the network does not do.
extension FaultTable {
    static let outputs = [
        Fault(
            "output-bgr", .output, needs: .colourOutput,
            FaultWay(
                "the output's channels are red, green, blue, not blue, green, red",
                .output { $0.moved { $0.coloursReversed } })),
        Fault("output-0-255", .output) {
            $0.ofFloats([
                FaultWay("the output is in [0, 1], not in [0, 255]", .output { $0.scaled(by: 255) })
            ])
        },
        Fault("output-clamped", .output) {
            $0.ofFloats([
                FaultWay(
                    "compare what the network returns, before it is clamped to [0, 1]",
                    .output { Enclosure($0.map.with($0.map.values.map { min(max($0, 0), 1) }), radius: $0.radius) })
            ])
        },
        Fault("output-8-bit", .output) {
            $0.ofFloats(
                [1, 255].map {
                    .quantized("compare what the network returns, before it is rounded to 8 bits", scale: $0)
                })
        },
        Fault("output-truncated", .output) { context in
            let change = "the output is rounded to the nearest level, not cut to the one below"
            guard let pixels = context.tap?.pixels else {
                return [1, 255].map { .quantized(change, truncates: true, scale: $0) }
            }
            return [.quantized(change, truncates: true, pixels)]
        },
    ]

    /// Each is nearly what the same does to the input, so that they are tried together with that: the closest is taken.
    static let outputValues = [
        Fault("output-scaled", .output) { context in
            guard let tap = context.tap, let right = context.right,
                let line = StraightLine(tap, from: tap.recorded(Enclosure(exactly: right)).map)
            else { return [] }
            return [
                FaultWay(
                    "the output's values are the network's own, not \(line.text)",
                    // Pixels are clamped before somebody changes them.
                    .output { $0.through { line.slope * tap.recorded($0) + line.offset } })
            ]
        },
        Fault("output-limited-range", .output) { context in
            // Pixels may be clamped before or after.
            (context.tap?.pixels == nil ? [false] : [false, true]).map {
                context.values(
                    "the output has the full range, it is not squeezed into 16...235", clampsFirst: $0,
                    LimitedRange.squeezed)
            } + [
                context.values(
                    "the output's values are themselves, not 16...235 stretched to 0...255", LimitedRange.stretched)
            ]
        },
        Fault("output-gamma", .output) { context in
            Curve.all.map { curve in
                let direction = curve.decodes ? "turned into linear light" : "encoded with gamma once more"
                return context.values(
                    "the output's values are the network's own, not \(direction) (\(curve.name))", curve.value)
            }
        },
    ]

    static let chroma = [
        Fault("chroma-swapped", .output) {
            $0.chroma("the chroma of the output is the input's, its Cb and Cr are not exchanged") { ($0.red, $0.blue) }
        },
        Fault("chroma-missing", .output) {
            $0.chroma("the output has the input's chroma, it is not grey") { _ in (0, 0) }
        },
    ]

    /// What comes in from outside the image is not known; there the dump itself stands in for it, so that it decides nothing.
    static let outputPlaces = [
        Fault("output-shifted", .output) { context in
            guard let dump = context.tap?.map else { return [] }
            let reach = max(2, context.network.hyperparameters.upscale)
            return (-reach...reach).flatMap { rows in (-reach...reach).map { PixelShift(rows: rows, columns: $0) } }
                .filter {
                    ($0.rows, $0.columns) != (0, 0) && abs($0.rows) < dump.height && abs($0.columns) < dump.width
                }
                .map { shift in
                    FaultWay(
                        "the output is in its own place, not moved \(shift.text)",
                        .outputPlaces { place in
                            let (row, column) = (place.row - shift.rows, place.column - shift.columns)
                            guard (0..<dump.height).contains(row), (0..<dump.width).contains(column) else { return nil }
                            return FeatureIndex(channel: place.channel, row: row, column: column)
                        })
                }
        },
        Fault("output-flipped", .output, isOfWholeImage: true) { context in
            let words = [
                "the first row of the output is the top one; the image is upside down",
                "the first column of the output is the left one; the image is mirrored",
                "the first pixel of the output is the top left one; the image is turned by 180 degrees",
            ]
            guard let dump = context.tap?.map else { return [] }
            return zip(words, ImagePlaces.flips).map { FaultWay($0, .outputPlaces($1.source(dump))) }
        },
        Fault("output-transposed", .output, isOfWholeImage: true) { context in
            guard let dump = context.tap?.map, dump.height == dump.width else { return [] }
            return ImagePlaces.quarterTurns("the output").map {
                FaultWay("the output lies in rows from the top left; \($0.words)", .outputPlaces($0.source(dump)))
            }
        },
        // Rows of a buffer lie a stride apart; a side that does not know of the padding reads or writes a sheared image.
        Fault("row-padding", .output, isOfWholeImage: true) { $0.tap.map { ImagePlaces($0.map).strideWays } ?? [] },
        Fault("planar-interleaved", .output, isOfWholeImage: true) { context in
            guard let places = context.tap.map({ ImagePlaces($0.map) }), places.channels > 1 else { return [] }
            return [
                FaultWay(
                    "the output is written one plane after the other, but read pixel by pixel",
                    .outputPlaces { places.planar(places.pixelMajor($0)) }),
                FaultWay(
                    "the output is written pixel by pixel, but read one plane after the other",
                    .outputPlaces { places.pixelMajor(places.planar($0)) }),
            ]
        },
    ]

    /// The image itself in place of the output, upsampled where the network does: what is seen of a network whose last
    /// convolution adds nothing, or that never ran.
    static let missingNetworks = [
        Fault("network-missing", .output) { context in
            let factor = context.network.hyperparameters.upscale
            guard let image = context.image, let dump = context.tap?.map, dump.channels == image.channels,
                (dump.height, dump.width) == (image.height * factor, image.width * factor)
            else { return [] }
            guard factor > 1 else {
                return [
                    FaultWay(
                        "the output is the image itself: the network changes nothing",
                        .output { _ in Enclosure(exactly: image) })
                ]
            }
            return image.upsamplings(by: factor, on: dump).map { words, enclosure in
                FaultWay(
                    "the output is the image upsampled (\(words)): what the network adds to it is missing",
                    .output { _ in enclosure })
            }
        }
    ]

    /// The frame before, or part of it, in place of the right image.
    static let staleFrames = [
        Fault("stale-frame", .output, isOfWholeImage: true) { context in
            guard let dump = context.tap?.map, let right = context.right, right.values.count == dump.values.count
            else { return [] }
            return context.frames.filter { $0.map.values.count == dump.values.count }.flatMap { frame in
                let whole = FaultWay(
                    "the output is that of the frame before: wait for the run to end", .output { _ in frame })
                return [whole]
                    + [true, false].compactMap { startsNew in
                        dump.tear(startsNew ? right : frame.map, startsNew ? frame.map : right).map { row in
                            let words = startsNew ? "from row \(row) on" : "above row \(row)"
                            return FaultWay(
                                "the output is that of the frame before \(words): swap buffers between frames",
                                .output { $0.torn(from: frame, row: row, startsNew: startsNew) })
                        }
                    }
            }
        }
    ]

    /// The right network, run on tiles without enough around them. Of a large image only some tiles are run with their bounds
    /// (``TileFinder`` has compared the values of all); at the others the dump itself stands in for them.
    static let tiles = [
        Fault("tile-halo", .output, isOfWholeImage: true) { context in
            guard let dump = context.tap?.map else { return [] }
            let (scale, needed) = (context.network.hyperparameters.upscale, context.network.receptiveRadius)
            return context.tilings.map { tiling in
                FaultWay(
                    "give every tile of \(tiling.width)x\(tiling.height) pixels of the input a halo of "
                        + "\(needed.counted("pixel")); it has \(tiling.halo), \(needed - tiling.halo) are missing",
                    .pieces { image, run in
                        let tiles = tiling.someTiles(height: image.map.height, width: image.map.width)
                        return tiling.run(tiles, of: image, scale: scale, on: dump, run)
                    })
            }
        }
    ]
}

// What can go wrong when integer sums are written.
extension FaultTable {
    static let dumpedSums = [
        Fault(
            "accumulator-byte-order", .dumpedSums,
            .sums("the bytes of each 16-bit sum are in the other order") {
                Double(Int16(truncatingIfNeeded: Int(exactly: $0.rounded()) ?? 0).byteSwapped)
            },
            .sums("the bytes of each 32-bit sum are in the other order") {
                Double(Int32(truncatingIfNeeded: Int(exactly: $0.rounded()) ?? 0).byteSwapped)
            }),
        Fault("accumulator-scaled", .dumpedSums) { context in
            guard let index = context.units.first, let unit = context.network.layers[index].operation.unit else {
                return []
            }
            let parameters = context.evaluator.parameters(ofLayer: index, unit)
            let ways = [(false, "alpha"), (true, "alpha and binary_conv.bias")].filter { !$0.0 || unit.bias }
            return ways.map { hasBias, words in
                FaultWay(
                    "dump the integer sums before \(words)",
                    .sums { sums in
                        sums.with(
                            sums.values.indices.map { index in
                                let channel = index % sums.channels
                                let bias = hasBias ? Double(parameters.bias[channel]) : 0
                                let sum = (sums.values[index] - bias) / parameters.alpha[channel]
                                // Rounding has moved it off a whole number.
                                return abs(sum - sum.rounded()) < Thresholds.nearWhole ? sum.rounded() : sum
                            })
                    })
            }
        },
    ]

    /// Turned images, a stream that began early or late, filters in the order in which parallel units finish.
    static let sumPlaces = [
        Fault("accumulator-flipped", .dumpedSums) { context in
            guard let sums = context.sums?.tap.sums else { return [] }
            return ImagePlaces.flips.map {
                FaultWay("sums lie in rows from the top left; the dump is \($0.words)", .sumPlaces($0.source(sums)))
            }
        },
        Fault("accumulator-transposed", .dumpedSums) { context in
            guard let sums = context.sums?.tap.sums, sums.height == sums.width else { return [] }
            return ImagePlaces.quarterTurns("the dump", isUndone: true).map {
                FaultWay("sums lie in rows from the top left; \($0.words)", .sumPlaces($0.source(sums)))
            }
        },
        Fault("accumulator-shifted", .dumpedSums) { $0.sums.map { ImagePlaces($0.tap.sums).rolls } ?? [] },
        Fault("accumulator-channel-order", .dumpedSums) { context in
            context.sums.map { ImagePlaces($0.tap.sums).channelOrders } ?? []
        },
    ]

    /// Another unit's array that holds this unit's sums.
    static let sumNames = [
        Fault("units-swapped", .dumpedSums, needs: .pairOfUnits) { context in
            guard let (tap, all, isKnown) = context.sums else { return [] }
            return all.values.filter { other in
                other.layer != tap.layer && (other.sums.height, other.sums.width) == (tap.sums.height, tap.sums.width)
                    && other.sums.channels == tap.sums.channels
            }.sorted { $0.layer < $1.layer }.map { other in
                let holds = "the array named \(other.name) holds the sums of \(tap.prefix)"
                // Sums alone do not show which of the two was given what.
                let change = isKnown ? holds : "\(holds), or the two units have each other's parameters"
                return FaultWay(change, .sums { _ in other.sums })
            }
        }
    ]
}
