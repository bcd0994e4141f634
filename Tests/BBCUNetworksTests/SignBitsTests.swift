import BBCUNetworks
import Testing

@Suite struct SignBitsTests {
    /// The filter that `Documentation/PackedModel.md` packs by hand.
    static let latent: [Float] = (0..<10).flatMap { channel in
        (0..<9).map { tap in channel == 9 && tap == 4 ? 0 : (channel + tap) % 3 == 0 ? 0.5 : -0.25 }
    }
    static let unit = BinaryUnit(inputs: 10, outputs: 1, shortcut: .identity)

    @Test func theDocumentsFilter() throws {
        let bits = SignBits(unit: Self.unit, latent: Self.latent)
        let thrice: [UInt8] = [0x49, 0x02, 0x24, 0x01, 0x92, 0x00]
        #expect(bits.signs == thrice + thrice + thrice)
        #expect(bits.filtersWithZeros == [0])
        var plane = [[UInt8]](repeating: [0xFF, 0x03], count: 9)
        plane[4] = [0xFF, 0x01]
        #expect(bits.nonzero == plane.flatMap(\.self))
        #expect(bits.numbers == Self.latent.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 })
    }

    @Test func aFilterWithoutZerosHasNoSecondPlane() {
        let unit = BinaryUnit(inputs: 10, outputs: 2, shortcut: .identity)
        let bits = SignBits(unit: unit, latent: [Float](repeating: -1, count: 90) + Self.latent)
        #expect(bits.filtersWithZeros == [1])
        #expect(bits.nonzero.count == 18)
        #expect(bits.numbers.prefix(90).allSatisfy { $0 == -1 })
    }

    static let damages: [(String, @Sendable (inout [UInt8], inout [Int], inout [UInt8]) -> Void)] = [
        ("a byte too few", { signs, _, _ in signs.removeLast() }),
        ("a bit past the last channel", { signs, _, _ in signs[1] |= 0x04 }),
        ("a zero that is +1", { _, _, nonzero in nonzero[0] &= ~1 }),
        ("a filter that there is not", { _, filters, _ in filters = [1] }),
        ("a negative filter", { _, filters, _ in filters = [-1] }),
        ("a filter twice", { _, filters, nonzero in (filters, nonzero) = ([0, 0], nonzero + nonzero) }),
        ("a plane too few", { _, _, nonzero in nonzero = [] }),
    ]

    @Test(arguments: damages.indices)
    func damageIsRefused(_ index: Int) throws {
        let bits = SignBits(unit: Self.unit, latent: Self.latent)
        var (signs, filters, nonzero) = (bits.signs, bits.filtersWithZeros, bits.nonzero)
        _ = try SignBits(unit: Self.unit, signs: signs, filtersWithZeros: filters, nonzero: nonzero)
        Self.damages[index].1(&signs, &filters, &nonzero)
        #expect(throws: PackedModelError.self, "\(Self.damages[index].0)") {
            try SignBits(unit: Self.unit, signs: signs, filtersWithZeros: filters, nonzero: nonzero)
        }
    }
}
