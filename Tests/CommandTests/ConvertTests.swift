import BBCUExecution
import BBCUKit
import BBCUPlatform
import Foundation
import OrderedCollections
import TestSupport
import Testing

@Suite("bbcu convert") struct ConvertTests {
    static let lossless = ["pth", "safetensors", "npz"]
    static let pairs = lossless.flatMap { first in lossless.map { (first, $0) } }

    /// Names, order, dtype and every bit survive a way through any two formats.
    @Test(arguments: pairs, ["half", "deblock", "ema", "module_prefix"])
    func everyPairRoundTrips(_ pair: (String, String), _ name: String) throws {
        let network = try #require(NetworkFixture.all.first { $0.name == name })
        try withTemporaryFolder { folder in
            let (first, second) = (folder + "/a." + pair.0, folder + "/b." + pair.1)
            #expect(try BuiltCommand.run("convert", network.checkpoint, first).status == 0)
            let outcome = try BuiltCommand.run("convert", first, second, "--json")
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "convert").isEmpty)
            let source = try Checkpoint.open(network.checkpoint)
            let stateDict = try source.resolve().selection.stateDict
            let result = try Checkpoint.open(second)
            let written = try result.resolve().selection.stateDict
            #expect(Array(written.tensors.keys) == network.expectedKeys)
            #expect(written.tensors.keys.elementsEqual(stateDict.tensors.keys))
            #expect(!written.isDataParallel)
            for (key, description) in stateDict.tensors {
                #expect(written.tensors[key] == description)
                #expect(try written.load(key) == stateDict.load(key), "\(key)")
            }
        }
    }

    @Test(arguments: lossless)
    func aTreeIsKeptAsItStands(_ format: String) throws {
        try withTemporaryFolder { folder in
            let output = folder + "/tree." + format
            let input = fixture("networks/ema/checkpoint.pth")
            #expect(try BuiltCommand.run("convert", input, output, "--keep-tree").status == 0)
            let (before, after) = (try Checkpoint.open(input), try Checkpoint.open(output))
            #expect(before.tensors.map(\.name) == after.tensors.map(\.name))
            #expect(before.tensors.contains { $0.name.hasPrefix("params_ema.") })
            for (first, second) in zip(before.tensors, after.tensors) {
                #expect(try before.tensor(first) == after.tensor(second))
            }
        }
    }

    @Test func tensorsThatShareAStorageGoOnSharingIt() throws {
        try withTemporaryFolder { folder in
            let output = folder + "/views.pth"
            let input = try #require(Self.sharing, "a fixture with views")
            #expect(try BuiltCommand.run("convert", input, output, "--keep-tree").status == 0)
            let (before, after) = (try Checkpoint.open(input), try Checkpoint.open(output))
            #expect(before.tensors.map(\.layout.strides) == after.tensors.map(\.layout.strides))
            #expect(Set(before.tensors.map(\.storageKey)).count == Set(after.tensors.map(\.storageKey)).count)
            for (first, second) in zip(before.tensors, after.tensors) {
                #expect(try before.tensor(first) == after.tensor(second))
            }
        }
    }

    /// A fixture of PyTorch 2.13 in which several tensors view one storage and everything can be written.
    private static let sharing: String? = {
        let folder = fixture("generations")
        let names = (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []).sorted()
        return names.map { folder + "/" + $0 }.first { path in
            guard let checkpoint = try? Checkpoint.open(path), checkpoint.format == .pyTorchZip,
                Set(checkpoint.tensors.map(\.storageKey)).count < checkpoint.tensors.count
            else { return false }
            return (try? withTemporaryFolder { try PyTorchWriter.write(checkpoint, to: $0 + "/x.pth") }) != nil
        }
    }()

    @Test(arguments: NetworkFixture.having("input.npy").filter { $0.name != "nan" })
    func aPackedModelRunsBitForBit(_ network: NetworkFixture) throws {
        try withTemporaryFolder { folder in
            let output = folder + "/packed.bbcu"
            let outcome = try BuiltCommand.run("convert", network.checkpoint, output, "--k", "\(network.k)")
            #expect(outcome.status == 0, "\(outcome.errors)")
            let original = try network.model()
            let packed = try LoadedModel(output, NetworkRequest()).model
            #expect(packed.network == original.network, "k comes from the file")
            let kernels = try Kernels()
            let input = try network.input()
            try Self.expectEqual(
                BinarizedPath(original, kernels: kernels), BinarizedPath(packed, kernels: kernels), input)
            try Self.expectEqual(
                ReferencePath<Float>(original, form: .exact, kernels: kernels),
                ReferencePath<Float>(packed, form: .exact, kernels: kernels), input)
            let validation = try BuiltCommand.run("validate", output)
            #expect(validation.status == 0, "\(validation.output)")
        }
    }

    private static func expectEqual<Path: ExecutionPath>(
        _ first: Path, _ second: Path, _ input: FeatureMap<Path.Scalar>
    ) throws {
        var outputs: [[Path.Scalar]] = []
        _ = try first.run(input) { _, _, result in outputs.append(result.output.values) }
        try #require(!outputs.isEmpty)
        _ = try second.run(input) { index, _, result in #expect(result.output.values == outputs[index]) }
    }

    @Test func sizesAreAsPromised() throws {
        try withTemporaryFolder { folder in
            let checkpoint = fixture("networks/bbcum_x4_full/checkpoint.pth")
            #expect(try BuiltCommand.run("convert", checkpoint, folder + "/a.bbcu").status == 0)
            #expect(try BuiltCommand.run("convert", checkpoint, folder + "/h.bbcu", "--half").status == 0)
            let sizes = try ["a", "h"].map { try Checkpoint.open(folder + "/\($0).bbcu").byteCount }
            #expect(sizes[0] < 276_000 && sizes[1] < 246_000, "\(sizes)")
        }
    }

    @Test func aPackedModelHasNoPublishedForm() throws {
        try withTemporaryFolder { folder in
            let packed = folder + "/a.bbcu"
            let checkpoint = fixture("networks/bbcum_x2/checkpoint.pth")
            #expect(try BuiltCommand.run("convert", checkpoint, packed).status == 0)
            for arguments in [
                ["verify", packed, "--form", "published"], ["convert", packed, folder + "/b.pth"],
                ["convert", packed, folder + "/b.onnx", "--form", "published"],
            ] {
                let outcome = try BuiltCommand.run(arguments)
                #expect(outcome.status == 2)
                #expect(outcome.errors.contains("latent weights"), "\(outcome.errors)")
            }
            #expect(try BuiltCommand.run("verify", packed).status == 0)
            #expect(try BuiltCommand.run("convert", packed, folder + "/b.onnx").status == 0)
            #expect(try contents(ofFolder: folder) == ["a.bbcu", "b.onnx"])
        }
    }

    @Test func metadataFollowTheirSchema() throws {
        try withTemporaryFolder { folder in
            let packed = folder + "/a.bbcu"
            #expect(try BuiltCommand.run("convert", fixture("bbcum_x2_trained.pth"), packed).status == 0)
            let metadata = try Checkpoint.open(packed).metadata
            let json = String(decoding: try JSONEncoder().encode(metadata), as: UTF8.self)
            #expect(try SchemaCheck.errors(in: json, schema: "packed").isEmpty)
            #expect(try !SchemaCheck.errors(in: "{}", schema: "packed").isEmpty)
        }
    }

    static let calls: [(arguments: [String], status: Int32)] = [
        (["checkpoint.pth", "out.xyz"], 64),
        (["checkpoint.pth", "checkpoint.pth"], 64),
        (["checkpoint.pth", "link.pth"], 64),
        (["checkpoint.pth", "out.npz", "--half"], 64),
        (["checkpoint.pth", "out.npz", "--wrap", "params"], 64),
        (["checkpoint.pth", "out.onnx", "--keep-tree"], 64),
        (["checkpoint.pth", "nowhere/out.npz"], 2),
        (["absent.pth", "out.npz"], 2),
        (["other.pth", "out.onnx"], 2),
        (["other.pth", "out.bbcu"], 2),
        (["checkpoint.pth", "out", "--to", "npz"], 0),
        (["other.pth", "out.npz"], 0),
    ]

    @Test(arguments: calls.indices)
    func statusAndNothingLeftBehind(_ call: Int) throws {
        let (arguments, status) = Self.calls[call]
        try withTemporaryFolder { folder in
            let files = FileManager.default
            try files.copyItem(
                atPath: fixture("networks/denoise/checkpoint.pth"), toPath: folder + "/checkpoint.pth")
            try files.createSymbolicLink(
                atPath: folder + "/link.pth", withDestinationPath: folder + "/checkpoint.pth")
            try SafetensorsWriter.write(
                [NamedTensor("x", try #require(Tensor([1, 2] as [Float], shape: [2])))], to: folder + "/other.pth")
            let before = try Data(contentsOf: URL(fileURLWithPath: folder + "/checkpoint.pth"))
            let outcome = try BuiltCommand.run(["convert"] + arguments, folder: folder)
            #expect(outcome.status == status, "\(outcome.errors)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/checkpoint.pth")) == before)
            let expected = status == 0 ? [arguments[1]] : []
            #expect(
                try contents(ofFolder: folder).filter { !["checkpoint.pth", "link.pth", "other.pth"].contains($0) }
                    == expected)
        }
    }
}

extension NetworkFixture {
    /// The official keys in the official order.
    fileprivate var expectedKeys: [String] {
        Family(rawValue: family)?.network(hyperparameters)?.parameters.map(\.key) ?? []
    }
}
