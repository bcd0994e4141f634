import BBCUExporting
import BBCUKit
import BBCUPortChecking
import TestSupport
import Testing

/// The snippets of `AddANetwork.md`.
@Suite struct AddANetworkTests {
    @Test func aNetworkByHand() throws {
        try withTemporaryFolder { folder in
            let (file, onnxFile) = (folder + "/wide.safetensors", folder + "/wide.onnx")
            try SafetensorsWriter.write(Self.tensors.map { NamedTensor("params." + $0, $1) }, to: file)

            // snippet: network
            let network = BBCUNetwork(
                family: .bbcuM, hyperparameters: Hyperparameters(features: 32, blocks: 1, upscale: 2),
                amplification: 65,
                layers: [
                    NetworkLayer(.head, .scaleByK),
                    NetworkLayer("stem", .head, .convolution(FloatConvolution(inputs: 3, outputs: 16, bias: true))),
                    NetworkLayer(.head, .activation(.leakyReLU(slope: 0.1))),
                    NetworkLayer(
                        "widen", .body, .unit(BinaryUnit(inputs: 16, outputs: 32, shortcut: .repeatedChannels))),
                    NetworkLayer(
                        "mix", .body, .unit(BinaryUnit(inputs: 32, outputs: 32, kernel: 5, shortcut: .identity))),
                    NetworkLayer(
                        "up", .upsampling,
                        .unit(BinaryUnit(inputs: 32, outputs: 128, shortcut: .upsampled(PixelShuffle(2))))),
                    NetworkLayer("last", .tail, .convolution(FloatConvolution(inputs: 32, outputs: 3, bias: true))),
                    NetworkLayer(.tail, .addScaledInput(upscale: 2)),
                    NetworkLayer(.tail, .divideByK),
                ])
            // end
            #expect(network.unitIndices.count == 3)

            // snippet: map
            let source = try TensorSource(Checkpoint.open(file))
            guard let stateDict = source.stateDict(root: "params") else { return }
            let problems = Validation.structure(of: stateDict, as: network)
            let model = try BBCUModel(network: network, stateDict: stateDict)
            // end
            #expect(problems.isEmpty)
            #expect(model.values.count == Self.tensors.count)

            // snippet: run
            let kernels = try Kernels()
            let input = try FeatureMap.noise(channels: 3, height: 24, width: 32, seed: 1)
            let float = try ReferencePath<Float>(model, kernels: kernels).run(input)
            let oneBit = try BinarizedPath(model, kernels: kernels).run(input)
            let byRows = try StreamedNetwork(model, kernels: kernels).run(input)
            // end
            #expect(float.height == 48 && float.width == 64 && float.channels == 3)
            #expect(zip(float.values, oneBit.values).allSatisfy { abs($0 - $1) < 1e-4 })
            #expect(byRows.values == oneBit.values)

            // snippet: verify
            let report = try Verification(model, kernels: kernels).run(input)
            print(report.verdict)
            // end
            #expect(report.holds)
            #expect(report.units.map(\.name) == ["widen", "mix", "up"])

            // snippet: more
            let cost = network.cost(width: 640, height: 360)
            try WholeFile.write(ONNXExport.encode(model, form: .exact), to: onnxFile)
            let check = PortCheck(model, kernels: kernels)
            // end
            let pixels = 640 * 360
            #expect(cost?.floatOperations == pixels * (16 * 3 * 9 + 4 * 3 * 32 * 9))
            #expect(cost?.binaryOperations == pixels * (32 * 16 * 9 + 32 * 32 * 25 + 128 * 32 * 9))
            #expect(try bytes(of: onnxFile).count > 4 * (16 * 3 * 9))
            let taps = ["stem", "widen", "mix", "up", "last", "output"]
            let dump = PortDump([
                PortDump.Array(
                    name: "output", shape: [1, 3, 48, 64], values: oneBit.channelMajorValues.map(Double.init),
                    storage: .float32)
            ])
            let verdict = try check.run(dump, input: input)
            #expect(verdict.holds && verdict.modules.allSatisfy { taps.contains($0.name) })
        }
    }

    @Test func aStateDictWithOtherNames() throws {
        try withTemporaryFolder { folder in
            let file = folder + "/other.safetensors"
            let unit = BinaryUnit(inputs: 16, outputs: 32, shortcut: .repeatedChannels)
            let network = BBCUNetwork(
                family: .bbcuM, hyperparameters: Hyperparameters(inputChannels: 16, features: 32, blocks: 1),
                amplification: 1, layers: [NetworkLayer(.head, .scaleByK), NetworkLayer("widen", .body, .unit(unit))])
            let own = Self.tensors.filter { $0.0.hasPrefix("widen.") }
            let theirs = ["shift", "conv.latent", "act.before", "act.slope", "act.after"]
            try SafetensorsWriter.write(zip(theirs, own).map { NamedTensor("net.widen." + $0, $1.1) }, to: file)

            // snippet: rename
            let theirNames = [
                UnitKey.shift: "shift", UnitKey.weight: "conv.latent", UnitKey.firstBias: "act.before",
                UnitKey.slope: "act.slope", UnitKey.secondBias: "act.after",
            ]
            let source = try TensorSource(Checkpoint.open(file))
            var values: [String: [Float]] = [:]
            for parameter in network.parameters {
                let key = String(parameter.key.dropFirst(parameter.layer.count + 1))
                let name = "net.\(parameter.layer).\(theirNames[key] ?? key)"
                values[parameter.key] = try source.load(name).floats()
            }
            let model = try BBCUModel(network: network, values: values)
            // end
            for (key, tensor) in own { #expect(model.values[key] == tensor.floats()) }
            #expect(model.values.count == own.count)
        }
    }

    /// The state dict that a training would save, by hand: PyTorch's names and shapes, random values.
    private static let tensors: [(String, Tensor)] = {
        func unit(_ name: String, _ inputs: Int, _ outputs: Int, _ kernel: Int) -> [(String, [Int])] {
            [
                ("\(name).move0.bias", [1, inputs, 1, 1]),
                ("\(name).binary_conv.weight", [outputs, inputs, kernel, kernel]),
                ("\(name).relu.pr_bias0.bias", [1, outputs, 1, 1]), ("\(name).relu.pr_prelu.weight", [outputs]),
                ("\(name).relu.pr_bias1.bias", [1, outputs, 1, 1]),
            ]
        }
        let shapes =
            [("stem.weight", [16, 3, 3, 3]), ("stem.bias", [16])] + unit("widen", 16, 32, 3) + unit("mix", 32, 32, 5)
            + unit("up", 32, 128, 3) + [("last.weight", [3, 32, 3, 3]), ("last.bias", [3])]
        var generator = SplitMix64(seed: 7)
        return shapes.compactMap { name, shape in
            let values = generator.floats(shape.reduce(1, *), in: -0.1...0.1)
            return Tensor(values, shape: shape).map { (name, $0) }
        }
    }()
}
