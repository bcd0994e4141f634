import BBCUExporting
import BBCUKit
import OrderedCollections
import TestSupport
import Testing

/// A packed file that contradicts its format is refused, never run.
@Suite struct PackedDamageTests {
    struct Damage: Sendable, CustomTestStringConvertible {
        var name: String
        /// What the message has to say.
        var words: String
        var metadata: @Sendable (inout OrderedDictionary<String, String>) -> Void = { _ in }
        var tensors: @Sendable (inout [(name: String, tensor: Tensor)]) -> Void = { _ in }
        var testDescription: String { name }
    }

    static let unit = "body.0.body.0.binary_conv."
    static let damages = [
        Damage(name: "a version to come", words: "version '2'", metadata: { $0["version"] = "2" }),
        Damage(name: "no version", words: "version 'none'", metadata: { $0["version"] = nil }),
        Damage(name: "no family", words: "metadata", metadata: { $0["network"] = "resnet" }),
        Damage(name: "an impossible size", words: "metadata", metadata: { $0["upscale"] = "7" }),
        Damage(name: "k of zero", words: "metadata", metadata: { $0["k"] = "0" }),
        Damage(
            name: "a tail bit", words: "past the last of 12 channels",
            tensors: { $0.change(unit + "signs") { $0[1] |= 0x10 } }),
        Damage(name: "no alpha", words: "alpha", tensors: { $0.removeAll { $0.name == unit + "alpha" } }),
        Damage(
            name: "a negative alpha", words: "alpha",
            tensors: { $0.change(unit + "alpha") { $0[3] |= 0x80 } }),
        Damage(
            name: "an infinite alpha", words: "alpha",
            tensors: { $0.change(unit + "alpha") { ($0[2], $0[3]) = (0x80, 0x7F) } }),
        Damage(name: "no signs", words: "binary_conv.weight", tensors: { $0.removeAll { $0.name == unit + "signs" } }),
    ]

    @Test(arguments: damages)
    func damageIsRefused(_ damage: Damage) throws {
        let network = try #require(Family.bbcuM.network(Hyperparameters(features: 12, blocks: 1, upscale: 2)))
        let model = try BBCUModel.random(network)
        var metadata = PackedModel.metadata(NetworkMetadata(network, amplificationSource: "a test"), isHalf: false)
        var tensors = try PackedModel.tensors(model, alpha: { model.alpha(ofUnit: $0) }, isHalf: false)
        try withTemporaryFolder { folder in
            let path = folder + "/a.bbcu"
            try SafetensorsWriter.write(
                tensors.map { NamedTensor($0.name, $0.tensor) }, metadata: metadata, to: path)
            #expect(try BuiltCommand.run("verify", path, "--size", "4x4").status == 0)
            damage.metadata(&metadata)
            damage.tensors(&tensors)
            try SafetensorsWriter.write(
                tensors.map { NamedTensor($0.name, $0.tensor) }, metadata: metadata, to: path)
            let outcome = try BuiltCommand.run("verify", path, "--size", "4x4")
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains(damage.words), "\(outcome.errors)")
        }
    }
}

extension [(name: String, tensor: Tensor)] {
    /// Changes the bytes of a tensor.
    fileprivate mutating func change(_ name: String, _ change: (inout [UInt8]) -> Void) {
        guard let index = firstIndex(where: { $0.name == name }) else { return }
        var bytes = self[index].tensor.bytes
        change(&bytes)
        guard let tensor = Tensor(dtype: self[index].tensor.dtype, shape: self[index].tensor.shape, bytes: bytes)
        else { return }
        self[index].tensor = tensor
    }
}
