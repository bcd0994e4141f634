import BBCUNetworks

/// The float operations that both paths share, in a fixed order and unfused.
package enum Elementwise {
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    static func scale<Scalar: ReferenceScalar>(_ map: FeatureMap<Scalar>, by factor: Scalar) -> FeatureMap<Scalar> {
        map.with(map.values.map { $0 * factor })
    }

    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    static func divide<Scalar: ReferenceScalar>(_ map: FeatureMap<Scalar>, by divisor: Scalar) -> FeatureMap<Scalar> {
        map.with(map.values.map { $0 / divisor })
    }

    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    package static func add<Scalar: ReferenceScalar>(
        _ first: consuming FeatureMap<Scalar>, _ second: FeatureMap<Scalar>
    )
        -> FeatureMap<Scalar>
    {
        precondition(first.values.count == second.values.count, "sums need maps of one size")
        var sums = first.values.mutableSpan
        let added = second.values.span
        for index in 0..<sums.count { sums[index] += added[index] }
        return first
    }

    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    static func subtract<Scalar: ReferenceScalar>(_ first: FeatureMap<Scalar>, _ second: FeatureMap<Scalar>)
        -> FeatureMap<Scalar>
    {
        precondition(first.values.count == second.values.count, "differences need maps of one size")
        var values = first.values
        for index in values.indices { values[index] -= second.values[index] }
        return first.with(values)
    }

    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    static func activate<Scalar: ReferenceScalar>(_ map: FeatureMap<Scalar>, _ activation: Activation)
        -> FeatureMap<Scalar>
    {
        switch activation {
        case .relu: return map.with(map.values.map { $0 > 0 ? $0 : 0 })
        case .leakyReLU(let slope):
            let slope = Scalar(slope)
            return map.with(map.values.map { $0 > 0 ? $0 : $0 * slope })
        }
    }
}
