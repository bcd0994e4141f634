import BBCUExecution
import BBCUImages
import Foundation
import TestSupport
import Testing

/// What `bbcu restore` writes is what a right port writes: `bbcu check-port` finds no fault in it.
@Suite("check-port of restored images") struct RestoredImageTests {
    /// The families, grey and RGB in, with and without zeros among the weights.
    static let networks = ["deblock", "denoise", "denoise_zeros", "bbcum_x2", "bbcum_x4_full", "bbcul_x3"]

    /// What an image holds: noise, samples that are 0 or full, nearly white, grey.
    enum Content: CaseIterable {
        case noise, saturated, bright, grey, mild

        func image(width: Int, height: Int, seed: UInt64) -> RasterImage? {
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
            return RasterImage(width: width, height: height, channels: channels, bitDepth: 8, samples: samples)
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

    static let deblocker = fixture("networks/deblock/checkpoint.pth")

    /// Where an image is given to a port, and where its output is.
    private struct Files {
        let input: String
        let output: String

        init(_ folder: String) { (input, output) = (folder + "/in.png", folder + "/out.png") }

        /// What the deblocker makes of an image; 16 bits are nearly what the network returns.
        func restored(_ image: RasterImage?, _ options: String...) throws -> RasterImage {
            try #require(image).writePNG(input)
            let outcome = try BuiltCommand.run(["restore", deblocker, input, output] + options)
            try #require(outcome.status == 0, "\(outcome.errors)")
            return try RasterImage.read(output)
        }

        func checked(_ options: String...) throws -> ProcessOutcome {
            try BuiltCommand.run(["check-port", deblocker, output, "--input", input] + options)
        }
    }

    /// A wrong deblocker is found from its pixels as any other port is.
    @Test(arguments: [
        ("output-truncated", Content.grey), ("output-truncated", .mild), ("output-limited-range", .grey),
        ("output-shifted", .mild), ("output-shifted", .grey),
    ])
    func aWrongDeblockerIsNamed(fault: String, content: Content) throws {
        try withTemporaryFolder { folder in
            let files = Files(folder)
            let right = try files.restored(content.image(width: 24, height: 16, seed: 1), "--bits", "16")
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
                RasterImage(
                    width: right.width, height: right.height, channels: right.channels, bitDepth: 8, samples: samples)
            ).writePNG(files.output)
            let checked = try files.checked("--json")
            #expect(checked.status == 1)
            #expect(
                try JSONReport(checked.output).list("diagnoses").first?["id"] == .string(fault), "\(checked.output)")
        }
    }

    /// What a porter does to the colours of an image whose luma alone the network restores.
    static let colourFaults: [(fault: String, id: String, words: String)] = [
        ("bgr out", "output-bgr", "not blue, green, red"), ("bgr in and out", "input-bgr", "turn nothing back"),
        ("rows padded", "row-padding", "32 pixels apart"),
        ("planar", "planar-interleaved", "one plane after the other"),
        ("gamma", "output-gamma", "power 1/2.2"), ("gamma in", "input-gamma", "power 2.2"),
        ("flipped", "output-flipped", "upside down"), ("chroma exchanged", "chroma-swapped", "not exchanged"),
        ("grey", "chroma-missing", "not grey"), ("stale", "stale-frame", "the frame before"),
        ("input", "network-missing", "the image itself"),
    ]

    /// Colours that are not the input's are a fault, and those of an image that was changed as a whole are named, clamped
    /// pixels or not.
    @Test(arguments: colourFaults, [Content.mild, .noise])
    func faultsOfColoursAreNamed(_ fault: (fault: String, id: String, words: String), content: Content) throws {
        try withTemporaryFolder { folder in
            let (files, previous) = (Files(folder), folder + "/before.png")
            let image = try #require(content.image(width: 24, height: 16, seed: 1))
            let before = try #require(content.image(width: 24, height: 16, seed: 2))
            try before.writePNG(previous)
            func restored(_ image: RasterImage) throws -> RasterImage { try files.restored(image, "--bits", "16") }
            let wrong: RasterImage =
                switch fault.fault {
                case "bgr in and out": try restored(image.mapped(Self.reversed)).mapped(Self.reversed)
                case "gamma in": try restored(image.mapped { $0.map { pow($0, 2.2) } })
                case "stale": try restored(before)
                case "input": image
                default: try Self.damaged(restored(image), fault.fault)
                }
            try image.writePNG(files.input)
            try wrong.eightBits.writePNG(files.output)
            let checked = try files.checked("--previous", previous, "--json")
            #expect(checked.status == 1)
            #expect(try SchemaCheck.errors(in: checked.output, schema: "check-port").isEmpty)
            let diagnoses = try JSONReport(checked.output).list("diagnoses")
            #expect(diagnoses.map { $0["id"] } == [.string(fault.id)], "\(checked.output)")
            #expect(diagnoses.first?.text("change")?.contains(fault.words) == true, "\(checked.output)")
        }
    }

    private static func reversed(_ colour: [Double]) -> [Double] { colour.reversed() }

    /// The right image, changed as a whole.
    private static func damaged(_ image: RasterImage, _ fault: String) throws -> RasterImage {
        let (width, height) = (image.width, image.height)
        func moved(_ source: (Int) -> Int?) throws -> RasterImage {
            let samples = image.samples.indices.map { source($0).map { image.samples[$0] } ?? 0 }
            return try #require(
                RasterImage(width: width, height: height, channels: 3, bitDepth: image.bitDepth, samples: samples))
        }
        switch fault {
        case "bgr out": return try image.mapped(reversed)
        case "rows padded":
            // Written 32 pixels apart, read 24 apart.
            return try moved { index in
                let (pixel, channel) = (index / 3, index % 3)
                return pixel % 32 < width ? (pixel / 32 * width + pixel % 32) * 3 + channel : nil
            }
        case "planar": return try moved { $0 % (width * height) * 3 + $0 / (width * height) }
        case "flipped": return try moved { (height - 1 - $0 / (3 * width)) * 3 * width + $0 % (3 * width) }
        case "gamma": return try image.mapped { $0.map { pow($0, 1 / 2.2) } }
        default:
            return try image.mapped { colour in
                let split = YCbCr(red: colour[0] * 255, green: colour[1] * 255, blue: colour[2] * 255, range: .full)
                let (cb, cr) = fault == "grey" ? (128, 128) : (split.cr, split.cb)
                let made = YCbCr(y: split.y, cb: cb, cr: cr).rgb(.full)
                return [made.red, made.green, made.blue].map { $0 / 255 }
            }
        }
    }

    /// The plane of luma may be wrong before the colours, which are right, are joined with it.
    @Test func aFaultOfLumaAloneIsNamed() throws {
        try withTemporaryFolder { folder in
            let files = Files(folder)
            let right = try files.restored(Content.mild.image(width: 24, height: 16, seed: 1), "--bits", "16")
            let colours = stride(from: 0, to: right.samples.count, by: 3).map { start in
                right.samples[start..<start + 3].map { Double($0) }
            }
            let luma = colours.map { 0.299 * $0[0] + 0.587 * $0[1] + 0.114 * $0[2] }
            let samples = colours.indices.flatMap { pixel in
                let other = (15 - pixel / 24) * 24 + pixel % 24
                return colours[pixel].map { UInt16(min(max(($0 + luma[other] - luma[pixel]).rounded(), 0), 65535)) }
            }
            try #require(RasterImage(width: 24, height: 16, channels: 3, bitDepth: 16, samples: samples))
                .eightBits.writePNG(files.output)
            let checked = try files.checked("--json")
            #expect(checked.status == 1)
            #expect(try JSONReport(checked.output).list("diagnoses").map { $0["id"] } == [.string("output-flipped")])
        }
    }

    /// Chroma that is wrong in a way of no known kind fails, unnamed.
    @Test func otherColoursFailUnnamed() throws {
        try withTemporaryFolder { folder in
            let files = Files(folder)
            let right = try files.restored(Content.mild.image(width: 24, height: 16, seed: 1), "--bits", "16")
            let wrong = try right.mapped { colour in
                let luma = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
                return colour.map { luma + 0.6 * ($0 - luma) }
            }
            try wrong.eightBits.writePNG(files.output)
            let checked = try files.checked()
            #expect(checked.status == 1)
            #expect(
                checked.output.contains("FAILS: output has the right luma, but its chroma is not the input's"),
                "\(checked.output)")
            #expect(!checked.output.contains("chroma-"), "\(checked.output)")
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
        try withTemporaryFolder { folder in
            let files = Files(folder)
            _ = try files.restored(content.image(width: 24, height: 16, seed: 1), "--luma", "full")
            let checked = try files.checked()
            #expect(checked.status == 1)
            #expect(
                checked.output.contains("input-limited-range: the network is given luma of 16...235"),
                "\(checked.output)")
        }
    }

    /// A case cut from pixels keeps what they hold: it fails again, and holds with what a right port has there.
    @Test func aWrongDeblockerIsReduced() throws {
        try withTemporaryFolder { folder in
            let (files, other) = (Files(folder), folder + "/case")
            var samples = try files.restored(Content.grey.image(width: 24, height: 16, seed: 1)).samples
            samples[100] = samples[100] > 128 ? samples[100] - 20 : samples[100] + 20
            try #require(RasterImage(width: 24, height: 16, channels: 1, bitDepth: 8, samples: samples))
                .writePNG(files.output)
            let reduced = try BuiltCommand.run(
                "reduce", Self.deblocker, files.output, "--input", files.input, "-o", other, "--json")
            #expect(reduced.status == 1, "\(reduced.errors)")
            #expect(try SchemaCheck.errors(in: reduced.output, schema: "reduce").isEmpty)
            let report = try JSONReport(reduced.output)
            #expect(report["case", "one_sample"] == .bool(true))
            #expect(try BuiltCommand.run("reduce", Self.deblocker, "--replay", other).status == 1)
            let mended = try BuiltCommand.run(
                "reduce", Self.deblocker, "--replay", other, "--values", other + "/expected.npy")
            #expect(mended.status == 0, "\(mended.output)\(mended.errors)")
        }
    }

    /// Without the input's chroma nobody knows the luma of a pixel that was clamped.
    @Test func clampedColoursNeedTheirInput() throws {
        try withTemporaryFolder { folder in
            let files = Files(folder)
            _ = try files.restored(Content.saturated.image(width: 8, height: 8, seed: 1))
            let checked = try BuiltCommand.run("check-port", Self.deblocker, files.output)
            #expect(checked.status == 2)
            #expect(checked.errors.contains("may have been clamped") && checked.errors.contains("give the input"))
        }
    }
}

extension RasterImage {
    /// Every pixel's samples, as shares of the peak, through a function; of as many bits.
    fileprivate func mapped(_ body: ([Double]) -> [Double]) throws -> RasterImage {
        let peak = Double(self.peak)
        let samples = stride(from: 0, to: self.samples.count, by: channels).flatMap { start in
            body(self.samples[start..<start + channels].map { Double($0) / peak }).map {
                UInt16((min(max($0, 0), 1) * peak).rounded())
            }
        }
        return try #require(
            RasterImage(width: width, height: height, channels: channels, bitDepth: bitDepth, samples: samples))
    }

    /// The image in 8 bits.
    fileprivate var eightBits: RasterImage {
        get throws {
            guard bitDepth == 16 else { return self }
            let samples = samples.map { UInt16((Double($0) / 257).rounded()) }
            return try #require(
                RasterImage(width: width, height: height, channels: channels, bitDepth: 8, samples: samples))
        }
    }
}
