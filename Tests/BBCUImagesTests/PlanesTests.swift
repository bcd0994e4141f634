import BBCUImages
import BBCUPlatform
import TestSupport
import Testing

@Suite("Samples and float values")
struct PlanesTests {
    /// A grey row of the given samples.
    private func grey(_ samples: [UInt16], bitDepth: Int) throws -> RasterImage {
        try #require(RasterImage(width: samples.count, height: 1, channels: 1, bitDepth: bitDepth, samples: samples))
    }

    @Test("8 bits are divided by 255, not multiplied by its inverse")
    func division() throws {
        let values = try Planes(grey(Array(0...255), bitDepth: 8), channels: 1).values
        #expect(values == (0...255).map { Float($0) / 255 })
        #expect(zip(values, 0...255).count { $0 != Float($1) * (1 / 255) } == 126)
    }

    @Test("every sample survives the way there and back", arguments: [8, 16])
    func roundTrip(bitDepth: Int) throws {
        let image = try grey(Array(0...(bitDepth == 8 ? 255 : 65535)), bitDepth: bitDepth)
        #expect(try Planes(image, channels: 1).image(bitDepth: bitDepth) == image)
    }

    @Test("16 bits are divided by 65535")
    func sixteenBits() throws {
        #expect(try Planes(grey([0, 1, 257, 65535], bitDepth: 16), channels: 1).values == [0, 1 / 65535, 1 / 255, 1])
    }

    @Test("grey fills three channels; colours keep their order")
    func channels() throws {
        let three = try Planes(grey([0, 255, 51], bitDepth: 8), channels: 3)
        #expect(three.values == [0, 0, 0, 1, 1, 1, 0.2, 0.2, 0.2])
        #expect((three.channels, three.height, three.width) == (3, 1, 3))
        let pixel = try #require(RasterImage(width: 1, height: 1, channels: 3, bitDepth: 8, samples: [255, 0, 51]))
        #expect(try Planes(pixel, channels: 3).values == [1, 0, 0.2])
        #expect(throws: ImageError(.channels)) { try Planes(pixel, channels: 1) }
        #expect(throws: ImageError(.channels)) { try Planes(grey([0], bitDepth: 8), channels: 4) }
    }

    @Test("alpha is dropped where it is opaque and refused elsewhere")
    func alpha() throws {
        for name in ["rgba_8_opaque", "grey_alpha_16_opaque"] {
            let image = try RasterImage.read(fixture("images/\(name).png"))
            let kept = image.samples.indices.filter { ($0 + 1) % image.channels != 0 }.map { image.samples[$0] }
            let plain = try image.withoutAlpha()
            #expect(plain.samples == kept)
            #expect(plain.channels == image.channels - 1)
            #expect(try Planes(image, channels: 3) == Planes(plain, channels: 3))
        }
        for name in ["rgba_8", "grey_alpha_16", "palette_8_clear", "grey_1_clear"] {
            let image = try RasterImage.read(fixture("images/\(name).png"))
            #expect(throws: ImageError(.alpha)) { try Planes(image, channels: 3) }
            #expect(throws: ImageError(.alpha)) { try LumaChroma(image, range: .studio) }
        }
    }

    @Test("one pixel that is not opaque is enough to refuse", arguments: [0, 1, 2])
    func oneClearPixel(index: Int) throws {
        var samples: [UInt16] = [1, 255, 2, 255, 3, 255]
        samples[2 * index + 1] = 254
        let image = try #require(RasterImage(width: 3, height: 1, channels: 2, bitDepth: 8, samples: samples))
        #expect(!image.isOpaque)
        #expect(throws: ImageError(.alpha)) { try image.withoutAlpha() }
    }

    @Test("values are clamped and rounded half to even in float32")
    func rounding() throws {
        let table: [(Float, UInt16)] = [
            (-1, 0), (-0.0, 0), (0.5 / 255, 0), (1.5 / 255, 2), (2.5 / 255, 2), (0.5, 128), (1, 255), (1.5, 255),
            (.greatestFiniteMagnitude, 255), (-.greatestFiniteMagnitude, 0), (.leastNonzeroMagnitude, 0),
            (254.49 / 255, 254), (254.51 / 255, 255),
        ]
        let values = table.map(\.0)
        let planes = try #require(Planes(channels: 1, height: 1, width: values.count, values: values))
        #expect(try planes.image(bitDepth: 8).samples == table.map(\.1))
        let half = try #require(Planes(channels: 1, height: 1, width: 1, values: [0.5]))
        #expect(try half.image(bitDepth: 16).samples == [32768])
    }

    @Test("a value that is not finite is refused at its place", arguments: [Float.nan, .infinity, -.infinity])
    func nonFinite(value: Float) throws {
        var values = [Float](repeating: 0.5, count: 3 * 2 * 4)
        values[17] = value
        let planes = try #require(Planes(channels: 3, height: 2, width: 4, values: values))
        let error = #expect(throws: ImageError(.nonFinite)) { try planes.image(bitDepth: 8) }
        #expect(error?.found == "\(value) in channel 2, row 1, column 1")
    }

    @Test("planes whose sizes disagree with their values are none")
    func sizes() {
        #expect(Planes(channels: 3, height: 1, width: 1, values: [0]) == nil)
        #expect(Planes(channels: 0, height: 1, width: 1, values: []) == nil)
        #expect(Planes(channels: 2, height: .max, width: .max, values: []) == nil)
        #expect(throws: ImageError(.channels)) {
            try Planes(channels: 5, height: 1, width: 1, values: [0, 0, 0, 0, 0])?.image(bitDepth: 8)
        }
    }
}
