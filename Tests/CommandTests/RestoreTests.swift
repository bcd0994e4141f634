import BBCUExecution
import BBCUImages
import TestSupport
import Testing

/// `bbcu restore` on images of every kind.
@Suite("bbcu restore") struct RestoreTests {
    private static let deblocker = ["--k", "16.25", fixture("networks/deblock/checkpoint.pth")]

    /// Restores an image, and reads what was written.
    private func restore(_ network: [String], _ input: String, _ options: String...) throws -> RasterImage {
        try withTemporaryFolder { folder in
            let output = folder + "/out.png"
            let outcome = try BuiltCommand.run(["restore"] + network + [fixture("images/" + input), output] + options)
            try #require(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.isEmpty && outcome.errors.isEmpty)
            return try RasterImage.read(output)
        }
    }

    private func expected(_ name: String) throws -> RasterImage {
        try RasterImage.read(fixture("images/restored/\(name).png"))
    }

    /// The luma, in studio range, is what PyTorch's network makes of it; the chroma is that of the decoded file.
    @Test(arguments: ["colour_420", "grey_10"], ["binarized", "reference"])
    func deblockingAJPEG(name: String, path: String) throws {
        #expect(
            try restore(Self.deblocker, "jpeg/\(name).jpg", "--path", path) == expected("deblocked_" + name))
    }

    @Test func theRangeOfTheLumaMatters() throws {
        let full = try restore(Self.deblocker, "jpeg/colour_420.jpg", "--luma", "full")
        #expect(try full != expected("deblocked_colour_420"))
    }

    /// The same picture as PNG gives the same.
    @Test func aDecodedJPEGIsNoOtherInput() throws {
        let network = [fixture("networks/bbcum_x2/checkpoint.pth")]
        #expect(try restore(network, "jpeg/colour_420.jpg") == restore(network, "jpeg/colour_420.png"))
        #expect(try restore(network, "jpeg/orientation_7.jpg") == restore(network, "jpeg/orientation_7.png"))
    }

    /// As PyTorch enlarges it with align_corners=False; the colours are those that the network makes of them alone.
    @Test(arguments: ["rgba_8", "grey_alpha_16", "palette_8_clear"], [2, 3, 4])
    func alphaIsEnlarged(name: String, factor: Int) throws {
        let network = [fixture("networks/bbcum_x\(factor)/checkpoint.pth")]
        let restored = try restore(network, name + ".png")
        let alpha = try expected("alpha_\(name)_x\(factor)")
        #expect(restored.channels == 4 && restored.bitDepth == alpha.bitDepth)
        let opacity = stride(from: 3, to: restored.samples.count, by: 4).map { restored.samples[$0] }
        #expect(opacity == alpha.samples)
        try withTemporaryFolder { folder in
            let colours = try RasterImage.read(fixture("images/\(name).png")).separatingAlpha().colours
            try colours.writePNG(folder + "/colours.png")
            let outcome = try BuiltCommand.run(
                ["restore"] + network + [folder + "/colours.png", folder + "/alone.png"])
            try #require(outcome.status == 0, "\(outcome.errors)")
            #expect(try RasterImage.read(folder + "/alone.png") == restored.separatingAlpha().colours)
        }
    }

    @Test(arguments: ["rgba_8", "rgba_8_opaque", "grey_alpha_8"])
    func alphaIsUnchangedWhereTheSizeIs(name: String) throws {
        let image = try RasterImage.read(fixture("images/\(name).png"))
        let restored = try restore([fixture("networks/denoise/checkpoint.pth"), "--k", "16.25"], name + ".png")
        #expect(restored.channels == 4)
        #expect(restored.separatingAlpha().alpha == image.separatingAlpha().alpha)
    }

    @Test func alphaInOtherBits() throws {
        let network = [fixture("networks/denoise/checkpoint.pth"), "--k", "16.25"]
        let eight = try RasterImage.read(fixture("images/rgba_8.png")).separatingAlpha().alpha?.samples
        let widened = try restore(network, "rgba_8.png", "--bits", "16").separatingAlpha().alpha?.samples
        #expect(widened == eight?.map { 257 * $0 })
        let sixteen = try RasterImage.read(fixture("images/rgba_16.png")).separatingAlpha().alpha?.samples
        let narrowed = try restore(network, "rgba_16.png", "--bits", "8").separatingAlpha().alpha?.samples
        #expect(narrowed == sixteen?.map { UInt16((Double($0) / 257).rounded(.toNearestOrEven)) })
    }

    /// Rounding the 16-bit output to 8 bits gives the 8-bit output, but where it is rounded twice over a half.
    @Test(arguments: ["rgba_8.png", "jpeg/colour_420.jpg", "rgb_16.png"])
    func bitsOnRequest(input: String) throws {
        let network = [fixture("networks/bbcum_x2/checkpoint.pth")]
        let eight = try restore(network, input, "--bits", "8")
        let sixteen = try restore(network, input, "--bits", "16")
        #expect(eight.bitDepth == 8 && sixteen.bitDepth == 16)
        #expect(eight.samples.count == sixteen.samples.count)
        let apart = zip(eight.samples, sixteen.samples).map { abs(257 * Int($0) - Int($1)) }
        #expect((apart.max() ?? .max) <= 129)
        #expect(sixteen.samples.contains { $0 % 257 != 0 })
        let unasked = try restore(network, input)
        #expect(unasked == (input == "rgb_16.png" ? sixteen : eight))
    }

    @Test func deblockingInSixteenBits() throws {
        let eight = try restore(Self.deblocker, "jpeg/colour_420.jpg")
        let sixteen = try restore(Self.deblocker, "jpeg/colour_420.jpg", "--bits", "16")
        #expect(sixteen.bitDepth == 16)
        #expect(zip(eight.samples, sixteen.samples).allSatisfy { abs(257 * Int($0) - Int($1)) <= 129 })
    }

    @Test(arguments: [["--bits", "12"], ["--bits", "0"], ["--luma", "full"]])
    func wrongUsage(options: [String]) throws {
        let outcome = try BuiltCommand.run(
            ["restore", fixture("networks/bbcum_x2/checkpoint.pth"), fixture("images/rgb_8.png"), "/tmp/x.png"]
                + options)
        #expect(outcome.status == 64, "\(outcome.errors)")
    }

    /// A JPEG is an input of the other commands too.
    @Test func tracingAJPEG() throws {
        try withTemporaryFolder { folder in
            for suffix in ["jpg", "png"] {
                let outcome = try BuiltCommand.run(
                    "trace", fixture("networks/bbcum_x2/checkpoint.pth"), "--input",
                    fixture("images/jpeg/colour_422.\(suffix)"), "--output", folder + "/\(suffix).npz")
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            let (jpeg, png) = try (
                NetworkFixture.taps(at: folder + "/jpg.npz"), NetworkFixture.taps(at: folder + "/png.npz")
            )
            #expect(jpeg.mapValues(\.values) == png.mapValues(\.values) && !jpeg.isEmpty)
        }
    }
}
