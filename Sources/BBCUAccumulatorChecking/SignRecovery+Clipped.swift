import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking

extension SignRecovery {
    /// The signs behind sums of which some were wrapped or clipped, so that their equations are lost.
    ///
    /// The solutions of the other equations are an affine space; a vector of -1 and +1 in it is sought by projecting to
    /// and fro between it and the cube [-1, 1]^n (von Neumann's alternating projections), whose vertices it shares with
    /// few such spaces. What is found is proved by the sums that it makes.
    /// - Returns: nil where no signs were found.
    func signsOfClipped(_ sums: FeatureMap<Double>, _ fault: InjectedFault.Sums) -> FeatureMap<Float>? {
        guard let unit = evaluator.network.layers[layer].operation.unit else { return nil }
        let pixels = sums.height * sums.width
        // Of more outputs than inputs those that are least likely to be clipped.
        let outputs = (0..<pixels).map { pixel in
            Array(
                (0..<unit.outputs).sorted { first, second in
                    let values = (sums.values[pixel * unit.outputs + first], sums.values[pixel * unit.outputs + second])
                    return (abs(values.0), first) < (abs(values.1), second)
                }.prefix(unit.inputs)
            ).sorted()
        }
        guard var system = system(height: sums.height, width: sums.width, outputs: outputs) else { return nil }
        var used = Set<Int>()
        for pixel in 0..<pixels { used.formUnion(outputs[pixel].map { pixel * unit.outputs + $0 }) }
        let most = min(Thresholds.lostEquations.last ?? 0, pixels * unit.inputs / 8)
        let suspects = Array(fault.suspects(sums).filter(used.contains).prefix(most))
        let solution = system.solve(sums)
        guard !suspects.isEmpty else {
            let signs = Self.signs(solution)
            return reproduces(signs, sums) ? signs : nil
        }
        var space = OrthonormalColumns()
        // Most often few sums are lost, the likeliest first: a small space is sought through faster, and has less in it.
        for end in Thresholds.lostEquations.map({ min($0, suspects.count) }) where end > space.count {
            let next = Array(suspects[space.count..<end])
            space.add(system.responses(to: next, outputs: unit.outputs), count: next.count)
            if let signs = vertex(from: solution, space, sums) { return signs }
        }
        return nil
    }

    private func vertex(
        from solution: FeatureMap<Double>, _ space: OrthonormalColumns, _ sums: FeatureMap<Double>
    ) -> FeatureMap<Float>? {
        let fixed = zip(solution.values, space.projection(of: solution.values)).map { $0 - $1 }
        var guess = fixed
        for _ in 0..<Thresholds.mostProjections {
            let signs = solution.with(guess.map { $0 < 0 ? -1 : 1 })
            if reproduces(Self.signs(signs), sums) { return Self.signs(signs) }
            let inside = space.projection(of: guess.map { min(max($0, -1), 1) })
            guess = zip(fixed, inside).map { $0 + $1 }
        }
        return nil
    }
}

/// An orthonormal basis of the space that some vectors span.
private struct OrthonormalColumns {
    private var columns: [[Double]] = []
    /// How many vectors were added.
    private(set) var count = 0

    /// Adds vectors. By the modified Gram-Schmidt process, twice over.
    /// - Parameter values: row-major, one vector a column.
    mutating func add(_ values: [Double], count: Int) {
        self.count += count
        let rows = values.count / count
        for index in 0..<count {
            var column = (0..<rows).map { values[$0 * count + index] }
            let original = Self.dot(column, column)
            for _ in 0..<2 {
                for other in columns { Self.subtract(other, times: Self.dot(other, column), from: &column) }
            }
            let square = Self.dot(column, column)
            guard square > original * 1e-20, square > 0 else { continue }
            let scale = 1 / square.squareRoot()
            for row in 0..<rows { column[row] *= scale }
            columns.append(column)
        }
    }

    /// The part of a vector that lies in the space.
    func projection(of vector: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: vector.count)
        for column in columns { Self.subtract(column, times: -Self.dot(column, vector), from: &result) }
        return result
    }

    private static func dot(_ first: [Double], _ second: [Double]) -> Double {
        // Eight sums side by side, so that they fill vector registers; the order is always the same.
        var lanes = SIMD8<Double>(repeating: 0)
        let whole = first.count / 8 * 8
        for start in stride(from: 0, to: whole, by: 8) {
            var (left, right) = (SIMD8<Double>(), SIMD8<Double>())
            for lane in 0..<8 { (left[lane], right[lane]) = (first[start + lane], second[start + lane]) }
            lanes += left * right
        }
        var sum = lanes.sum()
        for index in whole..<first.count { sum += first[index] * second[index] }
        return sum
    }

    private static func subtract(_ source: [Double], times factor: Double, from target: inout [Double]) {
        for index in target.indices { target[index] -= factor * source[index] }
    }
}
