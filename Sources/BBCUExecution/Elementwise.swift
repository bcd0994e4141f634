/// Sums and differences of maps, which all paths share.
package enum Elementwise {
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
}
