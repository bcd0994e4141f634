#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The functions of the C library's mathematics that Swift's own does not have.
extension Double {
    package var naturalLogarithm: Double { log(self) }
    package var commonLogarithm: Double { log10(self) }
    package var exponential: Double { exp(self) }
    /// The share of a normal distribution's both tails: erfc.
    package var complementaryError: Double { erfc(self) }

    package func raised(to exponent: Double) -> Double { pow(self, exponent) }

    /// C's `%.Ng`.
    package func general(digits: Int) -> String {
        withVaList([self]) { arguments in
            var buffer = [CChar](repeating: 0, count: 64)
            let count = vsnprintf(&buffer, buffer.count, "%.\(digits)g", arguments)
            return String(decoding: buffer.prefix(max(0, Int(count))).map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }
}
