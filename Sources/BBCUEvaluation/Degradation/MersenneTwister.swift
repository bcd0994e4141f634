/// MT19937 (Matsumoto and Nishimura, "Mersenne Twister", 1998), seeded by `init_genrand` as NumPy's `RandomState` is.
public struct MersenneTwister: Sendable {
    private static let (count, middle) = (624, 397)
    private var state: [UInt32]
    private var position = MersenneTwister.count

    /// A generator that starts from `seed`.
    public init(seed: UInt32) {
        state = [seed]
        for index in 1..<Self.count {
            let last = state[index - 1]
            state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(index))
        }
    }

    /// The next 32 bits.
    public mutating func next() -> UInt32 {
        if position == Self.count {
            twist()
            position = 0
        }
        var bits = state[position]
        position += 1
        bits ^= bits >> 11
        bits ^= (bits << 7) & 0x9D2C_5680
        bits ^= (bits << 15) & 0xEFC6_0000
        return bits ^ (bits >> 18)
    }

    /// The next number in [0, 1), a multiple of 2^-53 made of 27 and 26 bits.
    public mutating func nextDouble() -> Double {
        let high = next() >> 5
        let low = next() >> 6
        return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
    }

    private mutating func twist() {
        for index in 0..<Self.count {
            let bits = (state[index] & 0x8000_0000) | (state[(index + 1) % Self.count] & 0x7FFF_FFFF)
            let mixed = (bits >> 1) ^ (bits & 1 == 0 ? 0 : 0x9908_B0DF)
            state[index] = state[(index + Self.middle) % Self.count] ^ mixed
        }
    }
}
