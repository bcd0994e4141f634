import CBBCUKernels

/// What this machine does at best with the kernels that were chosen, measured when asked for.
public struct Roofline: Encodable, Sendable {
    /// Float multiply-adds a second of one thread, in registers.
    public let multiplyAdds: Double
    /// Products with 1-bit weights a second of one thread, in registers: XOR and popcount of 32 at once.
    public let binaryProducts: Double
    /// Bytes a second that one thread reads from memory.
    public let bandwidth: Double

    private enum CodingKeys: String, CodingKey {
        case multiplyAdds = "peak_multiply_adds_per_second"
        case binaryProducts = "peak_binary_products_per_second"
        case bandwidth = "read_bytes_per_second"
    }

    /// Measures.
    public init(_ kernels: Kernels) {
        multiplyAdds = kernels.peakMultiplyAdds()
        binaryProducts = kernels.peakBinaryProducts()
        bandwidth = Self.readBandwidth()
    }

    /// The best of a few rounds of at least 20 ms each.
    static func rate(_ workOfRound: Double, _ body: (Int) -> Void) -> Double {
        var rounds = 1 << 16
        var best = 0.0
        for _ in 0..<8 {
            let seconds = Stopwatch.seconds { body(rounds) }
            best = max(best, Double(rounds) * workOfRound / seconds)
            if seconds < 0.02 { rounds *= 4 }
        }
        return best
    }

    /// Sums far more than the caches hold.
    private static func readBandwidth() -> Double {
        let values = [UInt64](repeating: 1, count: 16 << 20)
        var best = 0.0
        var total: UInt64 = 0
        for _ in 0..<3 {
            let seconds = Stopwatch.seconds { for value in values { total &+= value } }
            best = max(best, Double(values.count * 8) / seconds)
        }
        return total == 0 ? 0 : best
    }
}

extension Kernels {
    fileprivate func peakMultiplyAdds() -> Double {
        let peak = table.pointee.peak.pointee
        var sink: Float = 0
        let rate = Roofline.rate(Double(peak.multiply_adds_a_round)) { sink += peak.multiply_adds($0) }
        return sink.isNaN ? 0 : rate
    }

    fileprivate func peakBinaryProducts() -> Double {
        let peak = table.pointee.peak.pointee
        var sink: UInt32 = 0
        let rate = Roofline.rate(Double(peak.products_a_round)) { sink &+= peak.counts($0) }
        return sink == .max ? 0 : rate
    }
}
