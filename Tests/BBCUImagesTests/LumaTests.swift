import BBCUImages
import Testing

@Suite("Luma and chroma")
struct LumaTests {
    /// A coarse grid of all 8-bit colours with the ends, and random ones, in one image.
    private func colours(bitDepth: Int) throws -> RasterImage {
        let levels = Array(stride(from: UInt16(0), through: 255, by: 15))
        var samples = levels.flatMap { red in levels.flatMap { green in levels.flatMap { [red, green, $0] } } }
        var generator = SplitMix(state: 7)
        samples += (0..<30_000).map { _ in UInt16.random(in: 0...255, using: &generator) }
        if bitDepth == 16 {
            samples = samples.map { $0 << 8 | UInt16.random(in: 0...255, using: &generator) }
        }
        return try #require(
            RasterImage(width: samples.count / 3, height: 1, channels: 3, bitDepth: bitDepth, samples: samples))
    }

    @Test("the way there and back returns every colour", arguments: LumaRange.allCases, [8, 16])
    func roundTrip(range: LumaRange, bitDepth: Int) throws {
        let image = try colours(bitDepth: bitDepth)
        let split = try LumaChroma(image, range: range)
        #expect(split.luma.channels == 1)
        #expect(split.chroma?.channels == 2)
        #expect(try split.image(restored: split.luma) == image)
    }

    /// Y, Cb and Cr of the corners of the colour cube, by ITU-R BT.601 and ITU-T T.871 with pencil and paper.
    static let corners: [(UInt32, LumaRange, [Double])] = [
        (0x000000, .studio, [16, 128, 128]), (0xFFFFFF, .studio, [235, 128, 128]),
        (0xFF0000, .studio, [81.481, 90.2031, 240]), (0x00FF00, .studio, [144.553, 53.7968, 34.2139]),
        (0x0000FF, .studio, [40.966, 240, 109.7861]), (0x000000, .full, [0, 128, 128]),
        (0xFFFFFF, .full, [255, 128, 128]), (0xFF0000, .full, [76.245, 84.9724, 255.5]),
        (0x00FF00, .full, [149.685, 43.5277, 21.2347]), (0x0000FF, .full, [29.07, 255.5, 107.2654]),
    ]

    @Test("the corners of the colour cube", arguments: corners)
    func corner(colour: UInt32, range: LumaRange, expected: [Double]) {
        let (red, green, blue) = (colour >> 16, colour >> 8 & 255, colour & 255)
        let value = YCbCr(red: Double(red), green: Double(green), blue: Double(blue), range: range)
        for (found, wanted) in zip([value.y, value.cb, value.cr], expected) {
            #expect(abs(found - wanted) < 1e-4)
        }
        let back = value.rgb(range)
        #expect(abs(back.red - Double(red)) < 1e-12 * 255)
        #expect(abs(back.green - Double(green)) < 1e-12 * 255)
        #expect(abs(back.blue - Double(blue)) < 1e-12 * 255)
    }

    @Test("studio luma is summed in the published order")
    func order() {
        var generator = SplitMix(state: 3)
        for _ in 0..<1000 {
            let rgb = (0..<3).map { _ in Double(UInt8.random(in: 0...255, using: &generator)) }
            let expected = ((65.481 * rgb[0] + 128.553 * rgb[1]) + 24.966 * rgb[2]) / 255 + 16
            #expect(YCbCr(red: rgb[0], green: rgb[1], blue: rgb[2], range: .studio).y == expected)
        }
    }

    @Test("grey goes through the same formula and comes back grey", arguments: [8, 16])
    func grey(bitDepth: Int) throws {
        let samples = Array(UInt16(0)...(bitDepth == 8 ? 255 : 65535))
        let image = try #require(
            RasterImage(width: samples.count, height: 1, channels: 1, bitDepth: bitDepth, samples: samples))
        let split = try LumaChroma(image, range: .studio)
        #expect(split.luma.values.first == Float(16.0 / 255))
        #expect(abs((split.luma.values.last ?? 0) - Float(235.0 / 255)) < 1e-7)
        #expect(try split.image(restored: split.luma) == image)
        #expect(try LumaChroma(image, range: .full).luma == Planes(image, channels: 1))
    }

    @Test("a restored luma changes luma alone, and is clamped in RGB")
    func restored() throws {
        let pixel = try #require(RasterImage(width: 1, height: 1, channels: 3, bitDepth: 8, samples: [200, 100, 50]))
        let split = try LumaChroma(pixel, range: .studio)
        let brighter = try #require(
            Planes(channels: 1, height: 1, width: 1, values: [split.luma.values[0] + 21.9 / 255]))
        // 21.9 of 219 steps of studio luma are 25.5 of 255.
        #expect(try split.image(restored: brighter).samples == [226, 126, 76])
        let black = try #require(Planes(channels: 1, height: 1, width: 1, values: [0]))
        #expect(try split.image(restored: black).samples == [57, 0, 0])
    }

    @Test("a restored luma of another size, or with NaN, is refused")
    func refused() throws {
        let split = try LumaChroma(colours(bitDepth: 8), range: .full)
        let one = try #require(Planes(channels: 1, height: 1, width: 1, values: [0]))
        #expect(throws: ImageError(.channels)) { try split.image(restored: one) }
        let width = split.luma.width
        let nan = try #require(
            Planes(channels: 1, height: 1, width: width, values: Array(repeating: .nan, count: width)))
        #expect(throws: ImageError(.nonFinite)) { try split.image(restored: nan) }
    }
}

/// A small seeded generator (Steele, Lea and Flood, SplitMix64, 2014), so that failures repeat.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
