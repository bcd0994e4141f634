import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

extension VectorSearch {
    /// What a vector is, and what a right port makes of it at every tap: bit for bit where signs and sums are sure, else
    /// within a bound.
    public func items(_ vector: PortVector, taps: VectorTaps) -> [GoldenItem] {
        let right = EnclosureEvaluator(model, port: port, kernels: kernels)
        var items = [
            Self.floats(
                "input", .input, vector.map, tolerance: 0,
                reason: vector.layer.map { "given to \(right.network.layers[$0].prefix), not to the network" }
                    ?? "given")
        ]
        if let scaled = vector.scaledInput {
            items.append(
                Self.floats(
                    "scaled_input", .input, scaled, tolerance: 0,
                    reason: "the network's input times k, which the unit reads"))
        }
        let names = Set(taps.names)
        var run = VectorRun(vector)
        let layers = vector.layers(of: right.network)
        for index in layers {
            run.advance(index, right, names: names)
            for name in taps.names {
                guard let values = run.taps[name] else { continue }
                items.append(Self.item(name, values))
            }
        }
        return items
    }

    private static func item(_ name: String, _ values: TapValues) -> GoldenItem {
        let map = values.map
        let radius = values.radius.reduce(0, max)
        let kind = TapKind.of(name).kind
        guard kind != .module else {
            // Storing the expected value rounds it.
            let rounding = map.values.reduce(0) { max($0, abs($1)) } * 0x1p-24
            return floats(
                name, name == "output" ? .output : .module, map.asFloat,
                tolerance: radius * SignMargins.slack + rounding,
                reason: "rounding of a right port from the vector on, with the same signs")
        }
        let integers = map.channelMajorValues.map { Int32($0) }
        return GoldenItem(
            name: name, kind: kind == .sums ? .sums : .signs,
            shape: [1, map.channels, map.height, map.width],
            layout: FeatureLayout.nchw.rawValue,
            elements: .integers(
                integers, bits: integers.contains { Int32(Int16(truncatingIfNeeded: $0)) != $0 } ? 32 : 16),
            tolerance: radius,
            reason: radius == 0
                ? "the same bits in every right port" : "some sign's margin is within its rounding bound")
    }

    private static func floats(
        _ name: String, _ kind: GoldenItem.Kind, _ map: FeatureMap<Float>, tolerance: Double, reason: String
    ) -> GoldenItem {
        GoldenItem(
            name: name, kind: kind, shape: [1, map.channels, map.height, map.width],
            layout: FeatureLayout.nchw.rawValue,
            elements: .floats(map.channelMajorValues), tolerance: tolerance, reason: reason)
    }
}
