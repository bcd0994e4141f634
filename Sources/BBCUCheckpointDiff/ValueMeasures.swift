import TensorBytes

/// How far the values of two tensors of one shape lie apart.
///
/// Differences are computed and sums accumulated in float64, in row-major order. Complex numbers are compared as pairs
/// of real ones, and packed pairs as their two numbers.
public struct ValueMeasures: Encodable, Sendable, Hashable {
    /// The largest of something, and where it was first found.
    public struct Extreme: Encodable, Sendable, Hashable {
        /// The largest.
        public let value: Double
        /// The index of the element, one number an axis.
        public let index: [Int]
        /// The value there in A.
        public let a: Double
        /// The value there in B.
        public let b: Double

        package init(value: Double, index: [Int], a: Double, b: Double) {
            self.value = value
            self.index = index
            self.a = a
            self.b = b
        }
    }

    /// The number of elements, pairs of real numbers where they are complex.
    public let count: Int
    /// The number of values that count as different.
    public let differing: Int
    /// The number of values among those that differ in nothing but the sign of zero.
    public let zeroSigns: Int
    /// The number of places where one value is NaN or infinite and the other is not the same.
    public let nonFinite: Int
    /// The largest |a - b| where both values are finite; nil where none are or the dtype has no real values.
    public let maxAbsolute: Extreme?
    /// The largest |a - b| / max(|a|, |b|) where both values are finite; 0 where both are zero.
    public let maxRelative: Extreme?
    /// The largest distance in units in the last place: how many numbers of the dtype lie between two finite values,
    /// plus one; 0 and -0 are the same number. Nil where the dtypes differ or are not floating point.
    public let maxULP: UInt64?
    /// sum(a b) / sqrt(sum(a a) sum(b b)) over the places where both are finite; nil where a sum is zero or beyond
    /// float64.
    public let cosine: Double?

    private enum CodingKeys: String, CodingKey {
        case count, differing, zeroSigns, nonFinite
        case maxAbsolute = "max_abs"
        case maxRelative, maxULP, cosine
    }
}

extension ValueMeasures {
    /// Compares two tensors of one shape; values count as equal as ``DifferenceOptions/tolerance`` says.
    ///
    /// - Returns: nil where the dtypes cannot be compared value by value: a complex and a real one, or quantised ones
    ///   of different kinds.
    public init?(_ a: Tensor, _ b: Tensor, tolerance: Double) {
        let pair = TensorPair(a: a.components, b: b.components)
        guard a.shape == b.shape, pair.a.shape == pair.b.shape else { return nil }
        guard pair.a.dtype.isReal, pair.b.dtype.isReal else {
            guard a.dtype == b.dtype, a.dtype.isKnown else { return nil }
            self.init(bytesOf: a, b)
            return
        }
        var measuring = Measuring(pair, tolerance: tolerance)
        pair.parts { part in
            measuring.add(part)
            return true
        }
        self.init(measuring, shape: a.shape, isPair: a.elementCount != pair.a.elementCount)
    }

    private init(bytesOf a: Tensor, _ b: Tensor) {
        let size = a.dtype.byteCount
        var differing = 0
        for start in stride(from: 0, to: a.bytes.count, by: size)
        where (start..<start + size).contains(where: { a.bytes[$0] != b.bytes[$0] }) {
            differing += 1
        }
        self.init(
            count: a.elementCount, differing: differing, zeroSigns: 0, nonFinite: 0, maxAbsolute: nil,
            maxRelative: nil, maxULP: nil, cosine: nil)
    }

    private init(_ measuring: Measuring, shape: [Int], isPair: Bool) {
        func extreme(_ found: Measuring.Found?) -> Extreme? {
            found.map { found in
                Extreme(
                    value: found.value, index: TensorShape.index(isPair ? found.place / 2 : found.place, in: shape),
                    a: found.a, b: found.b)
            }
        }
        let norm = (measuring.squaresA * measuring.squaresB).squareRoot()
        // The product of two sums can leave float64's range where the roots' does not.
        let safe =
            norm.isNormal ? norm : measuring.squaresA.squareRoot() * measuring.squaresB.squareRoot()
        let cosine = measuring.product / safe
        self.init(
            count: measuring.count, differing: measuring.differing, zeroSigns: measuring.zeroSigns,
            nonFinite: measuring.nonFinite, maxAbsolute: extreme(measuring.absolute),
            maxRelative: extreme(measuring.relative), maxULP: measuring.ulp,
            cosine: cosine.isFinite && safe.isNormal ? cosine : nil)
    }
}

/// The sums and maxima over the parts seen so far.
private struct Measuring {
    struct Found {
        let value: Double
        let place: Int
        let a: Double, b: Double
    }

    let pair: TensorPair
    let tolerance: Double
    var count = 0
    var differing = 0
    var zeroSigns = 0
    var nonFinite = 0
    var absolute: Found?
    var relative: Found?
    var ulp: UInt64?
    var product = 0.0
    var squaresA = 0.0
    var squaresB = 0.0

    init(_ pair: TensorPair, tolerance: Double) {
        self.pair = pair
        self.tolerance = tolerance
    }

    mutating func add(_ part: TensorPair.Part) {
        let range = part.start..<part.start + part.a.count
        count += part.a.count
        let scale = pair.a.dtype == pair.b.dtype ? ULPScale(pair.a.dtype) : nil
        let isExact = pair.a.dtype == pair.b.dtype || !pair.a.dtype.isFloatingPoint && !pair.b.dtype.isFloatingPoint
        guard isExact, let a = pair.a.patterns(range), let b = pair.b.patterns(range) else {
            for index in part.a.indices {
                add(part, index, difference: abs(part.a[index] - part.b[index]), isSameBits: false)
            }
            return
        }
        let wide = pair.a.dtype.byteCount == 8 || pair.b.dtype.byteCount == 8
        let integers = pair.a.dtype.isInteger && pair.b.dtype.isInteger && wide
        for index in part.a.indices {
            // Beyond 2^53 float64 no longer tells 64-bit integers apart.
            let difference =
                integers
                ? Double((pair.a.dtype.integer(a[index]) - pair.b.dtype.integer(b[index])).magnitude)
                : abs(part.a[index] - part.b[index])
            let isSame = pair.a.dtype == pair.b.dtype ? a[index] == b[index] : difference == 0
            add(part, index, difference: difference, isSameBits: isSame)
            if let scale, part.a[index].isFinite, part.b[index].isFinite {
                ulp = max(ulp ?? 0, scale.distance(a[index], b[index]))
            }
        }
    }

    private mutating func add(_ part: TensorPair.Part, _ index: Int, difference: Double, isSameBits: Bool) {
        let (a, b) = (part.a[index], part.b[index])
        guard a.isFinite, b.isFinite else {
            if isSameBits || a == b || a.isNaN && b.isNaN { return }
            differing += 1
            nonFinite += 1
            return
        }
        product += a * b
        squaresA += a * a
        squaresB += b * b
        if difference > absolute?.value ?? -1 {
            absolute = Found(value: difference, place: part.start + index, a: a, b: b)
        }
        let larger = max(abs(a), abs(b))
        // A difference beyond float64 is still at most twice the larger number.
        let share = larger == 0 ? 0 : difference.isFinite ? difference / larger : abs(a / larger - b / larger)
        if share > relative?.value ?? -1 {
            relative = Found(value: share, place: part.start + index, a: a, b: b)
        }
        if isSameBits || difference <= tolerance && (tolerance > 0 || difference == 0 && a.sign == b.sign) { return }
        differing += 1
        if a == 0, b == 0 { zeroSigns += 1 }
    }
}

extension DType {
    /// The integer of a pattern that ``Tensor/patterns(_:)`` gave.
    func integer(_ pattern: UInt64) -> Int128 {
        switch self {
        case .bool: pattern == 0 ? 0 : 1
        case .int64, .int32, .int16, .int8: Int128(Int64(bitPattern: pattern))
        default: Int128(pattern)
        }
    }
}

/// Floating-point numbers of one dtype by their order: neighbours are 1 apart.
struct ULPScale {
    private let sign: UInt64

    /// The scale of a floating-point dtype, or nil for any other.
    init?(_ dtype: DType) {
        guard dtype.isFloatingPoint else { return nil }
        sign = dtype == .float8E8M0FNU ? 0 : 1 << UInt64(dtype.byteCount * 8 / dtype.elementsPerByte - 1)
    }

    /// The distance of two finite numbers, given by their bit patterns.
    func distance(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (left, right) = (a & ~sign, b & ~sign)
        return a & sign == b & sign ? max(left, right) - min(left, right) : left + right
    }
}

extension TensorShape {
    /// The index, one number an axis, of the element at a row-major place.
    static func index(_ place: Int, in shape: [Int]) -> [Int] {
        var index = [Int](repeating: 0, count: shape.count)
        var rest = place
        for axis in shape.indices.reversed() where shape[axis] > 0 {
            index[axis] = rest % shape[axis]
            rest /= shape[axis]
        }
        return index
    }
}
