import BBCUKit
import TestSupport
import Testing

/// The snippets of `CheckAPort.md`.
@Suite struct CheckAPortTests {
    /// PyTorch's own dump is a right port's; one that pads with -1 is named.
    @Test(arguments: [false, true])
    func aDump(isWrong: Bool) throws {
        try withTemporaryFolder { folder in
            let file = fixture("networks/bbcum_x2/checkpoint.pth")
            let inputFile = fixture("networks/bbcum_x2/input.npy")
            var dumpFile = fixture("networks/bbcum_x2/published32.npz")
            if isWrong {
                dumpFile = folder + "/dump.npz"
                try writeWrongDump(to: dumpFile, checkpoint: file, inputFile: inputFile)
            }

            // snippet: read
            let loaded = try LoadedModel(file)
            let dump = try PortDump.read([dumpFile])
            let tensor = try NumPyArray.read(inputFile)
            let input = FeatureMap(
                channels: tensor.shape[1], height: tensor.shape[2], width: tensor.shape[3],
                channelMajorValues: tensor.floats() ?? [])
            // end
            #expect(input != nil)

            // snippet: check
            let check = PortCheck(loaded.model, alternatives: loaded.alternatives(), kernels: try Kernels())
            let report = try check.run(dump, input: input)
            print("\(report.comparedCount) modules compared; the first wrong one: \(report.firstWrong ?? "none")")
            for diagnosis in report.diagnoses {
                print("\(diagnosis.id) in \(diagnosis.module): \(diagnosis.change)")
            }
            // end
            #expect(report.holds == !isWrong)
            #expect(report.firstWrong == (isWrong ? "body.0.body.0" : nil))
            #expect(report.diagnoses.map(\.id) == (isWrong ? ["padding-minus-one"] : []))

            // snippet: report
            let subject = PortSubject(
                file: file, sha256: try loaded.checkpoint.sha256(), network: loaded.model.network.summary,
                amplification: loaded.amplification.summary, dumps: [dumpFile], input: inputFile)
            let markdown = report.document(subject, network: loaded.model.network).markdown
            // end
            #expect(markdown.contains("padding-minus-one") == isWrong)
        }
    }

    @Test func outputsInMemory() throws {
        let loaded = try LoadedModel(fixture("networks/bbcum_x2/checkpoint.pth"))
        let input = try FeatureMap.noise(channels: 3, height: 6, width: 5, seed: 1)
        var output = try ReferencePath<Float>(loaded.model, kernels: try Kernels()).run(input).channelMajorValues

        func holds() throws -> Bool {
            // snippet: memory
            let array = PortDump.Array(
                name: "output", shape: [1, 3, 12, 10], values: output.map(Double.init), storage: .float32)
            let report = try PortCheck(loaded.model, kernels: try Kernels()).run(PortDump([array]), input: input)
            // end
            return report.holds
        }
        #expect(try holds())
        output[7] += 0.5
        #expect(try !holds())
    }

    /// What a port writes that pads the signs with -1 in place of 0.
    private func writeWrongDump(to path: String, checkpoint: String, inputFile: String) throws {
        var model = try LoadedModel(checkpoint).model
        for index in model.network.layers.indices {
            guard var unit = model.network.layers[index].operation.unit else { continue }
            unit.padding = .minusOne
            model.network.layers[index].operation = .unit(unit)
        }
        let tensor = try NumPyArray.read(inputFile)
        let input = try #require(
            FeatureMap(
                channels: tensor.shape[1], height: tensor.shape[2], width: tensor.shape[3],
                channelMajorValues: tensor.floats() ?? []))
        var writer = try NPZWriter(path)
        try Tracing.write(BinarizedPath(model, kernels: try Kernels()), input, false, to: &writer)
        try writer.finish()
    }
}
