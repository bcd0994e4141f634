import TensorBytes

extension Relation {
    /// The simple relations by which B follows from A, where the tensors are not equal; empty where there is none.
    ///
    /// All of one kind are listed that hold: from constant values nobody can tell an offset from a factor. A kind is
    /// searched for only where no simpler one explains the change.
    public static func search(_ a: Tensor, _ b: Tensor) -> [Relation] {
        // Elements of unknown types and halves of bytes have no places to be moved to.
        guard [a, b].allSatisfy({ $0.dtype.isKnown && $0.dtype.elementsPerByte == 1 }) else { return [] }
        guard a.elementCount == b.elementCount, a.elementCount > 0 else { return [] }
        guard a.shape == b.shape else {
            guard a.dtype == b.dtype else { return [] }
            if a.bytes == b.bytes { return [.reshaped] }
            return AxisSearch(a, b).transposition.map { [$0] } ?? []
        }
        if a.dtype.isReal, b.dtype.isReal {
            let pair = TensorPair(a: a, b: b)
            if let relation = pair.conversion { return [relation] }
            let scalar = [ScalarSearch(pair, .factor).relation, ScalarSearch(pair, .offset).relation].compactMap(\.self)
            if !scalar.isEmpty { return scalar }
            if let relation = pair.signs { return [relation] }
        }
        guard a.dtype == b.dtype else { return [] }
        let axes = AxisSearch(a, b)
        return (axes.transposition ?? axes.permutation).map { [$0] } ?? []
    }
}

extension TensorPair {
    /// The relation where B holds A's values, or A's values rounded.
    var conversion: Relation? {
        if a.dtype != b.dtype, hasSameValues { return .sameValues }
        guard a.dtype.isFloatingPoint, b.dtype.isFloatingPoint else { return nil }
        // B's own dtype explains most; without a change of dtype, values of fewer bits were stored in wider ones.
        var targets: [DType] = a.dtype == b.dtype ? [] : [b.dtype]
        for target in [DType.float32, .float16, .bfloat16]
        where target.byteCount < a.dtype.byteCount && target.byteCount < b.dtype.byteCount {
            targets.append(target)
        }
        for target in targets {
            if isRounded(to: target, through: .float64) { return .rounded(target, isThroughFloat32: false) }
            if a.dtype == .float64, target != .float32, isRounded(to: target, through: .float32) {
                return .rounded(target, isThroughFloat32: true)
            }
        }
        return nil
    }

    private func isRounded(to target: DType, through first: DType) -> Bool {
        allSatisfy { a, b in
            guard let once = first.rounded(a), let expected = target.rounded(once) else { return false }
            if Self.isSame(expected, b) { return true }
            // In a type without infinities, PyTorch's versions differ in what becomes of a number beyond its largest.
            return expected.isNaN && !once.isNaN && abs(b) == target.largestFinite && b.sign == once.sign
        }
    }

    private var hasSameValues: Bool {
        // Integers beyond float64's 53 bits are compared as integers or, against a float, not at all.
        if a.dtype.isInteger, b.dtype.isInteger { return integersAllSatisfy { $0 == $1 } }
        return allSatisfy { a, b in Self.isSame(a, b) && (abs(a) <= 0x1p53 || !a.isFinite || hasOnlyFloats) }
    }

    private var hasOnlyFloats: Bool { a.dtype.isFloatingPoint && b.dtype.isFloatingPoint }

    /// Whether `holds` is true of every pair of integers; false for other dtypes.
    func integersAllSatisfy(_ holds: (_ a: Int128, _ b: Int128) -> Bool) -> Bool {
        guard a.dtype.isInteger, b.dtype.isInteger else { return false }
        for start in stride(from: 0, to: a.elementCount, by: Self.chunk) {
            let range = start..<min(start + Self.chunk, a.elementCount)
            guard let left = a.patterns(range), let right = b.patterns(range) else { return false }
            for index in left.indices
            where !holds(a.dtype.integer(left[index]), b.dtype.integer(right[index])) {
                return false
            }
        }
        return true
    }

    /// The relation where B has A's magnitudes with other signs, or A's signs alone.
    var signs: Relation? {
        var flips = 0
        let isFlipped = allSatisfy { a, b in
            if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
            if a.sign != b.sign { flips += 1 }
            return abs(a) == abs(b)
        }
        if isFlipped, flips > 0 { return .signsFlipped(flips) }
        var ofZero: Double?
        var seen = (plus: false, minus: false)
        let isSign = allSatisfy { a, b in
            if a == 0 {
                if ofZero == nil { ofZero = b }
                return b == ofZero && abs(b) <= 1 && b == b.rounded()
            }
            if b > 0 { seen.plus = true } else { seen.minus = true }
            return a > 0 ? b == 1 : a < 0 && b == -1
        }
        // A constant is no pattern of signs, even where A's signs happen to be all the same.
        return isSign && seen.plus && seen.minus ? .signs(ofZero: ofZero.map { Int($0) }) : nil
    }

    /// Whether two values are the same number, zeros by their sign and NaN whatever its bits.
    static func isSame(_ a: Double, _ b: Double) -> Bool {
        a == b && (a != 0 || a.sign == b.sign) || a.isNaN && b.isNaN
    }
}
