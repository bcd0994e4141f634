/// Means of measures, some of which a row may lack.
enum Means {
    /// The mean, summed in order; nil where there is no value or one of them is nil.
    static func mean(_ values: [Double?]) -> Double? {
        guard !values.isEmpty else { return nil }
        var sum = 0.0
        for value in values {
            guard let value else { return nil }
            sum += value
        }
        return sum / Double(values.count)
    }
}
