import CBBCUKernels

/// A float type that the reference path computes in: `Float` and `Double`.
public protocol ReferenceScalar: BinaryFloatingPoint, Sendable {
    /// Convolves a map that already has its border.
    ///
    /// - Parameter bounded: whether the sum of |partial sum| of each value is wanted too; it is empty otherwise.
    static func convolve(
        _ kernels: Kernels, height: Int, width: Int, padded: [Self], filter: FloatFilter<Self>, bounded: Bool
    ) -> (output: [Self], magnitudes: [Self])

    /// RPReLU of values with channels innermost: (y + b0), PReLU, + b1; one parameter a channel.
    static func rectify(
        _ kernels: Kernels, _ values: [Self], firstBias: [Self], slope: [Self], secondBias: [Self]
    ) -> [Self]
}

extension Float: ReferenceScalar {
    public static func convolve(
        _ kernels: Kernels, height: Int, width: Int, padded: [Float], filter: FloatFilter<Float>, bounded: Bool
    ) -> (output: [Float], magnitudes: [Float]) {
        kernels.convolve(filter.shape(height: height, width: width), padded, filter, bounded: bounded) {
            kernels.table.pointee.float_convolution($0, $1, $2, $3, $4, $5)
        }
    }

    public static func rectify(
        _ kernels: Kernels, _ values: [Float], firstBias: [Float], slope: [Float], secondBias: [Float]
    ) -> [Float] {
        kernels.rectify(values, firstBias, slope, secondBias) {
            kernels.table.pointee.rectify_floats($0, $1, $2, $3, $4, $5, $6)
        }
    }
}

extension Double: ReferenceScalar {
    public static func convolve(
        _ kernels: Kernels, height: Int, width: Int, padded: [Double], filter: FloatFilter<Double>, bounded: Bool
    ) -> (output: [Double], magnitudes: [Double]) {
        kernels.convolve(filter.shape(height: height, width: width), padded, filter, bounded: bounded) {
            kernels.table.pointee.double_convolution($0, $1, $2, $3, $4, $5)
        }
    }

    public static func rectify(
        _ kernels: Kernels, _ values: [Double], firstBias: [Double], slope: [Double], secondBias: [Double]
    ) -> [Double] {
        kernels.rectify(values, firstBias, slope, secondBias) {
            kernels.table.pointee.rectify_doubles($0, $1, $2, $3, $4, $5, $6)
        }
    }
}
