extension ScalarPort {
    /// Signs, or values that a mistake makes of them, and the same as words of bits where they are -1, 0 and 1.
    struct Bits {
        var values: [Float]
        var plus: [UInt64] = []
        var minus: [UInt64] = []
        var areSigns: Bool

        init(_ values: [Float]) {
            self.values = values
            areSigns = values.allSatisfy { $0 == 0 || abs($0) == 1 }
            for start in stride(from: 0, to: areSigns ? values.count : 0, by: 64) {
                let word = values[start..<min(start + 64, values.count)]
                func mask(_ sign: Float) -> UInt64 { word.reversed().reduce(0) { $0 << 1 | ($1 == sign ? 1 : 0) } }
                plus.append(mask(1))
                minus.append(mask(-1))
            }
        }

        /// Products that are 1, those that are 1 or -1, and the sum of all others.
        func products(_ other: Bits) -> (equal: Int, count: Int, rest: Float) {
            var (equal, count, rest) = (0, 0, Float(0))
            guard areSigns, other.areSigns else {
                for (value, weight) in zip(values, other.values) {
                    let product = value * weight
                    if abs(product) != 1 { rest += product }
                    if abs(product) == 1 { count += 1 }
                    if product == 1 { equal += 1 }
                }
                return (equal, count, rest)
            }
            for word in plus.indices {
                let same = plus[word] & other.plus[word] | minus[word] & other.minus[word]
                let counted = (plus[word] | minus[word]) & (other.plus[word] | other.minus[word])
                equal += same.nonzeroBitCount
                count += counted.nonzeroBitCount
            }
            return (equal, count, rest)
        }
    }
}
