import BBCUExporting
import BBCUImages
import BBCUKit
import BBCUPlatform
import TestSupport
import Testing

/// The snippets of `ImportACheckpoint.md`.
@Suite struct ImportACheckpointTests {
    @Test func fromAFileToAnImageAndAPackedModel() throws {
        try withTemporaryFolder { folder in
            let (file, photo) = (fixture("bbcum_x2_trained.pth"), fixture("images/rgb_8.png"))
            let (enlarged, packedFile) = (folder + "/enlarged.png", folder + "/BBCUM_x2.bbcu")

            // snippet: open
            let checkpoint = try Checkpoint.open(file)
            let listing = checkpoint.tensors.map { "\($0.name): \($0.dtype), \($0.shape)" }
            // end
            #expect(checkpoint.format == .pyTorchZip)
            #expect(listing.first == "params.conv_first.weight: float32, [64, 3, 3, 3]")

            // snippet: resolve
            let resolution = try checkpoint.resolve(NetworkRequest(root: "params"))
            let network = try resolution.requireNetwork(file: file)
            let sizes = network.hyperparameters
            // end
            #expect(network.family == .bbcuM)
            #expect(sizes == Hyperparameters(features: 64, blocks: 16, upscale: 2))
            #expect(network.amplification == 130)

            // snippet: validate
            let validation = try ValidationReport(resolution)
            for problem in validation.problems {
                print("\(problem.key ?? "the file"): expected \(problem.expected), found \(problem.found)")
            }
            // end
            #expect(validation.holds)

            // snippet: restore
            let loaded = try LoadedModel(checkpoint, resolution)
            let restorer = StreamedNetwork(loaded.model, kernels: try Kernels())
            let image = try RasterImage.read(photo)
            let planes = try Planes(image, channels: sizes.inputChannels)
            guard
                let input = FeatureMap(
                    channels: planes.channels, height: planes.height, width: planes.width, values: planes.values)
            else { return }
            let output = try restorer.run(input)
            let restored = Planes(
                channels: output.channels, height: output.height, width: output.width, values: output.values)
            try restored?.image(bitDepth: image.bitDepth).writePNG(enlarged)
            // end
            let written = try RasterImage.read(enlarged)
            #expect(written.width == 2 * image.width && written.height == 2 * image.height)

            // snippet: pack
            let conversion = try Conversion(checkpoint, Conversion.Request(.bbcu))
            _ = try conversion.write(to: packedFile)
            let packed = try LoadedModel(packedFile)
            // end
            #expect(packed.checkpoint.byteCount * 20 < checkpoint.byteCount)
            let again = try StreamedNetwork(packed.model, kernels: try Kernels()).run(input)
            #expect(again.values == output.values)
        }
    }

    @Test func whatIsWrongWithAFile() throws {
        let file = fixture("README.md")
        var message = ""

        // snippet: errors
        do throws(CheckpointError) {
            _ = try Checkpoint.open(file)
        } catch {
            let place = error.place.map { " at \($0)" } ?? ""
            message = "\(file)\(place): found \(error.found), expected \(error.expected ?? "another file")"
        }
        // end
        #expect(message.contains("README.md: found ") && message.hasSuffix("safetensors or NumPy"))
    }
}
