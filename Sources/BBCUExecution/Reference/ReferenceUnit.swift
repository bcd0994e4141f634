import BBCUNetworks
import TensorBytes

/// A unit prepared for the float path.
struct ReferenceUnit<Scalar: ReferenceScalar>: Sendable {
    let values: UnitValues<Scalar>
    /// What the signs are convolved with.
    let filter: FloatFilter<Float>
    /// What the filter makes of the signs to the scaled convolution with its bias.
    let scaled: @Sendable (FeatureMap<Float>) -> FeatureMap<Scalar>
    /// Whether the shifted value is squared on the way, as the published form does.
    private let squares: Bool

    /// What a border holds.
    var padding: Float { Float(values.unit.padding.rawValue) }

    /// The signs of the shifted input.
    /// - Parameter tile: which part of the whole the input is.
    /// - Throws: ``ExecutionError/squareOverflows(module:place:value:)``
    func signs(_ input: FeatureMap<Scalar>, tile: PixelRectangle, module: String) throws(ExecutionError) -> FeatureMap<
        Float
    > {
        let signs = Signs.of(input, shift: values.shift, zero: values.unit.signOfZero)
        if squares, let large = Signs.firstWithoutSquare(input, shift: values.shift) {
            throw .squareOverflows(
                module: module, place: tile.place(of: large, channels: input.channels),
                value: Double(input.values[large]))
        }
        return signs
    }
}

extension ReferenceUnit where Scalar == Float {
    init(float parameters: UnitParameters, form: ReferenceForm) {
        filter = FloatFilter(
            parameters.unit, weights: parameters.effectiveWeights(form), bias: parameters.bias)
        values = UnitValues(parameters)
        squares = form == .published
        scaled = { $0 }
    }
}

extension ReferenceUnit where Scalar == Double {
    init(double parameters: UnitParameters) {
        // Sums of -1, 0 and +1 are exact in float32 up to 2^24 taps, whatever the order.
        filter = FloatFilter(parameters.unit, weights: parameters.weightSigns)
        let values = UnitValues<Double>(parameters)
        self.values = values
        squares = false
        scaled = { Scaling.scale($0, alpha: values.alpha, bias: values.bias) }
    }
}

/// Integer sums to the scaled convolution.
enum Scaling {
    /// alpha S, plus a bias unless it is empty.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    static func scale<Scalar: ReferenceScalar>(_ sums: FeatureMap<Float>, alpha: [Scalar], bias: [Scalar])
        -> FeatureMap<Scalar>
    {
        let channels = sums.channels
        var result = [Scalar](repeating: 0, count: sums.values.count)
        var values = result.mutableSpan
        let source = sums.values.span
        let factors = alpha.span
        precondition(factors.count == channels && source.count == values.count)
        for start in stride(from: 0, to: values.count, by: channels) {
            for channel in 0..<channels { values[start + channel] = Scalar(source[start + channel]) * factors[channel] }
        }
        if !bias.isEmpty {
            let bias = bias.span
            for start in stride(from: 0, to: values.count, by: channels) {
                for channel in 0..<channels { values[start + channel] += bias[channel] }
            }
        }
        return FeatureMap<Scalar>(height: sums.height, width: sums.width, channels: channels, filled: result)
    }
}

/// Signs of shifted values.
package enum Signs {
    /// The sign of x + b for every value. A sum of two floats is zero only if it is exactly so (gradual underflow),
    /// so the sign is that of the exact sum in every precision.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    package static func of<Scalar: ReferenceScalar>(_ input: FeatureMap<Scalar>, shift: [Scalar], zero: SignOfZero)
        -> FeatureMap<Float>
    {
        let channels = input.channels
        let signOfZero = Float(zero.rawValue)
        var result = [Float](repeating: 0, count: input.values.count)
        var signs = result.mutableSpan
        let values = input.values.span
        let shift = shift.span
        precondition(shift.count == channels && values.count == signs.count)
        for start in stride(from: 0, to: signs.count, by: channels) {
            for channel in 0..<channels {
                let value = values[start + channel] + shift[channel]
                signs[start + channel] = value > 0 ? 1 : value < 0 ? -1 : signOfZero
            }
        }
        return FeatureMap<Float>(height: input.height, width: input.width, channels: channels, filled: result)
    }

    /// The first value whose shifted square is not finite.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    static func firstWithoutSquare<Scalar: ReferenceScalar>(_ input: FeatureMap<Scalar>, shift: [Scalar]) -> Int? {
        var largest: Scalar = 0
        for value in input.values { largest = max(largest, abs(value)) }
        for value in shift { largest = max(largest, abs(value)) }
        guard !(4 * largest * largest).isFinite else { return nil }
        return input.values.indices.first { index in
            let value = input.values[index] + shift[index % input.channels]
            return !(value * value).isFinite
        }
    }
}
