import Execution
import Images
import TestSupport
import Testing

/// What `bbcu restore` writes is what a right port writes: `bbcu check-port` finds no fault in it.
@Suite("check-port of restored images") struct RestoredImageTests {
    /// The families, grey and RGB in, with and without zeros among the weights.
    static let networks = ["deblock", "denoise", "denoise_zeros", "bbcum_x2", "bbcum_x4_full", "bbcul_x3"]

    /// What an image holds: noise, samples that are 0 or full, nearly white, grey.
    enum Content: CaseIterable {
        case noise, saturated, bright, grey, mild

        func image(width: Int, height: Int, seed: UInt64) -> Image? {
            var generator = SplitMix64(seed: seed)
            let channels = self == .grey ? 1 : 3
            let samples = (0..<width * height * channels).map { _ -> UInt16 in
                switch self {
                case .noise, .grey: UInt16.random(in: 0...255, using: &generator)
                case .mild: UInt16.random(in: 96...160, using: &generator)
                case .saturated: Bool.random(using: &generator) ? 255 : 0
                case .bright: UInt16.random(in: 235...255, using: &generator)
                }
            }
            return Image(width: width, height: height, channels: channels, bitDepth: 8, samples: samples)
        }
    }

    @Test(arguments: networks, Content.allCases) func hold(name: String, content: Content) throws {
        let checkpoint = try #require(NetworkFixture.all.first { $0.name == name }).checkpoint
        try withTemporaryFolder { folder in
            for (index, (width, height)) in [(1, 1), (3, 2), (2, 5), (5, 3), (8, 8)].enumerated() {
                let input = folder + "/in\(index).png"
                let output = folder + "/out\(index).png"
                try #require(content.image(width: width, height: height, seed: UInt64(index))).writePNG(input)
                let restored = try BuiltCommand.run(
                    "restore", checkpoint, input, output, "--bits", index == 3 ? "16" : "8")
                try #require(restored.status == 0, "\(restored.errors)")
                let checked = try BuiltCommand.run("check-port", checkpoint, output, "--input", input)
                #expect(checked.status == 0, "\(width)x\(height)\n\(checked.output)")
            }
        }
    }

    /// A wrong deblocker is found from its pixels as any other port is.
    @Test(arguments: [
        ("output-truncated", Content.grey), ("output-truncated", .mild), ("output-limited-range", .grey),
        ("output-shifted", .mild), ("output-shifted", .grey),
    ])
    func aWrongDeblockerIsNamed(fault: String, content: Content) throws {
        let checkpoint = fixture("networks/deblock/checkpoint.pth")
        try withTemporaryFolder { folder in
            let (input, output) = (folder + "/in.png", folder + "/out.png")
            let image = try #require(content.image(width: 24, height: 16, seed: 1))
            try image.writePNG(input)
            // 16 bits are nearly what the network returns.
            let restored = try BuiltCommand.run("restore", checkpoint, input, output, "--bits", "16")
            try #require(restored.status == 0, "\(restored.errors)")
            let right = try Image.read(output)
            let row = right.width * right.channels
            let samples = right.samples.indices.map { index -> UInt16 in
                let value = Double(right.samples[index]) / 257
                switch fault {
                case "output-truncated": return UInt16(value.rounded(.down))
                case "output-limited-range": return UInt16((value * 219 / 255 + 16).rounded())
                default: return UInt16((Double(right.samples[max(index - row, index % row)]) / 257).rounded())
                }
            }
            try #require(
                Image(width: right.width, height: right.height, channels: right.channels, bitDepth: 8, samples: samples)
            ).writePNG(output)
            let checked = try BuiltCommand.run("check-port", checkpoint, output, "--input", input, "--json")
            #expect(checked.status == 1)
            #expect(
                try JSONReport(checked.output).list("diagnoses").first?["id"] == .string(fault), "\(checked.output)")
        }
    }

    /// The network restores luma alone: colours that are not the input's are a fault all the same.
    @Test(arguments: ["grey", "exchanged"]) func wrongColoursFail(fault: String) throws {
        let checkpoint = fixture("networks/deblock/checkpoint.pth")
        try withTemporaryFolder { folder in
            let (input, output) = (folder + "/in.png", folder + "/out.png")
            try #require(Content.mild.image(width: 24, height: 16, seed: 1)).writePNG(input)
            // Of 16 bits, so that luma is rounded once.
            #expect(try BuiltCommand.run("restore", checkpoint, input, output, "--bits", "16").status == 0)
            let right = try Image.read(output)
            let split = try LumaChroma(right, range: .studio)
            let samples = split.luma.values.enumerated().flatMap { pixel, luma -> [UInt16] in
                let chroma = [0, 1].map { Double(split.chroma?.values[2 * pixel + $0] ?? 0) * 255 }
                let colour = YCbCr(
                    y: Double(luma) * 255, cb: fault == "grey" ? 128 : chroma[1], cr: fault == "grey" ? 128 : chroma[0]
                ).rgb(.studio)
                return [colour.red, colour.green, colour.blue].map { UInt16($0.rounded()) }
            }
            try #require(Image(width: 24, height: 16, channels: 3, bitDepth: 8, samples: samples)).writePNG(output)
            let checked = try BuiltCommand.run("check-port", checkpoint, output, "--input", input)
            #expect(checked.status == 1)
            #expect(
                checked.output.contains("FAILS: output has the right luma, but its chroma is not the input's"),
                "\(checked.output)")
        }
    }

    /// An alpha channel is kept by restore, and so left out here.
    @Test func alphaIsNotJudged() throws {
        let checkpoint = fixture("networks/deblock/checkpoint.pth")
        try withTemporaryFolder { folder in
            let (input, output) = (fixture("images/rgba_8.png"), folder + "/out.png")
            #expect(try BuiltCommand.run("restore", checkpoint, input, output).status == 0)
            let checked = try BuiltCommand.run("check-port", checkpoint, output, "--input", input)
            #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
        }
    }

    /// Luma of the full range, as in JPEG files, is not what the network was trained on.
    @Test(arguments: [Content.mild, .grey]) func lumaOfTheFullRangeIsNamed(content: Content) throws {
        let checkpoint = fixture("networks/deblock/checkpoint.pth")
        try withTemporaryFolder { folder in
            let (input, output) = (folder + "/in.png", folder + "/out.png")
            try #require(content.image(width: 24, height: 16, seed: 1)).writePNG(input)
            let restored = try BuiltCommand.run("restore", checkpoint, input, output, "--luma", "full")
            try #require(restored.status == 0, "\(restored.errors)")
            let checked = try BuiltCommand.run("check-port", checkpoint, output, "--input", input)
            #expect(checked.status == 1)
            #expect(
                checked.output.contains("input-limited-range: the network is given luma of 16...235"),
                "\(checked.output)")
        }
    }

    /// A case cut from pixels keeps what they hold: it fails again, and holds with what a right port has there.
    @Test func aWrongDeblockerIsReduced() throws {
        let checkpoint = fixture("networks/deblock/checkpoint.pth")
        try withTemporaryFolder { folder in
            let (input, output, other) = (folder + "/in.png", folder + "/out.png", folder + "/case")
            try #require(Content.grey.image(width: 24, height: 16, seed: 1)).writePNG(input)
            #expect(try BuiltCommand.run("restore", checkpoint, input, output).status == 0)
            var samples = try Image.read(output).samples
            samples[100] = samples[100] > 128 ? samples[100] - 20 : samples[100] + 20
            try #require(Image(width: 24, height: 16, channels: 1, bitDepth: 8, samples: samples)).writePNG(output)
            let reduced = try BuiltCommand.run("reduce", checkpoint, output, "--input", input, "-o", other, "--json")
            #expect(reduced.status == 1, "\(reduced.errors)")
            #expect(try SchemaCheck.errors(in: reduced.output, schema: "reduce").isEmpty)
            let report = try JSONReport(reduced.output)
            #expect(report["case", "one_sample"] == .bool(true))
            #expect(try BuiltCommand.run("reduce", checkpoint, "--replay", other).status == 1)
            let mended = try BuiltCommand.run(
                "reduce", checkpoint, "--replay", other, "--values", other + "/expected.npy")
            #expect(mended.status == 0, "\(mended.output)\(mended.errors)")
        }
    }

    /// Without the input's chroma nobody knows the luma of a pixel that was clamped.
    @Test func clampedColoursNeedTheirInput() throws {
        let checkpoint = fixture("networks/deblock/checkpoint.pth")
        try withTemporaryFolder { folder in
            let (input, output) = (folder + "/in.png", folder + "/out.png")
            try #require(Content.saturated.image(width: 8, height: 8, seed: 1)).writePNG(input)
            #expect(try BuiltCommand.run("restore", checkpoint, input, output).status == 0)
            let checked = try BuiltCommand.run("check-port", checkpoint, output)
            #expect(checked.status == 2)
            #expect(checked.errors.contains("may have been clamped") && checked.errors.contains("give the input"))
        }
    }
}
