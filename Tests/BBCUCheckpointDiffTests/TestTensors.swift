import TensorBytes

/// A float32 tensor of the values, of one axis unless told otherwise.
func float32(_ values: [Float], _ shape: [Int]? = nil) -> Tensor {
    Tensor(values, shape: shape ?? [values.count])!
}

/// A float64 tensor of the values.
func float64(_ values: [Double]) -> Tensor { Tensor(values, shape: [values.count])! }

/// A tensor of 16-bit patterns: float16, bfloat16 or integers.
func sixteenBit(_ dtype: DType, _ patterns: [UInt16]) -> Tensor {
    let bytes = patterns.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    return Tensor(dtype: dtype, shape: [patterns.count], bytes: bytes)!
}

/// An int64 or uint64 tensor.
func sixtyFourBit(_ dtype: DType, _ patterns: [UInt64]) -> Tensor {
    let bytes = patterns.flatMap { pattern in (0..<8).map { UInt8(truncatingIfNeeded: pattern >> (8 * $0)) } }
    return Tensor(dtype: dtype, shape: [patterns.count], bytes: bytes)!
}

/// A tensor of one byte an element.
func bytes(_ dtype: DType, _ values: [UInt8], _ shape: [Int]? = nil) -> Tensor {
    Tensor(dtype: dtype, shape: shape ?? [values.count], bytes: values)!
}

/// Numbers without a pattern: a linear congruential generator (Knuth, MMIX) between -1 and 1.
func noise(_ count: Int, seed: UInt64 = 1) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(Int32(truncatingIfNeeded: state >> 33)) / 0x1p30 - 1
    }
}
