import BBCUExecution
import BBCUKit
import BBCUNetworks
import BBCUPlatform
import Foundation
import TensorArchives
import TensorBytes
import TensorFiles
import Testing

/// A small network with PyTorch's own outputs, as `Fixtures/make_networks.py` made it.
public struct NetworkFixture: Sendable, Decodable, CustomTestStringConvertible {
    public var name: String
    public var family: String
    public var inputChannels: Int
    public var outputChannels: Int
    public var features: Int
    public var blocks: Int
    public var upscale: Int
    public var bias: Bool
    public var k: Double
    public var root: String
    public var files: [File]

    public struct File: Sendable, Decodable { public var path: String }

    public var testDescription: String { name }

    /// Every network of `Fixtures/networks/index.json`.
    public static let all: [NetworkFixture] = {
        struct Index: Decodable { var networks: [NetworkFixture] }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = try! Data(contentsOf: URL(fileURLWithPath: fixture("networks/index.json")))
        return try! decoder.decode(Index.self, from: data).networks
    }()

    /// The networks that have a file of this name.
    public static func having(_ file: String) -> [NetworkFixture] {
        all.filter { network in network.files.contains { $0.path.hasSuffix("/" + file) } }
    }

    /// The path of one of the network's files.
    public func path(_ file: String) -> String {
        let known = files.first { $0.path.hasSuffix("/" + file) }?.path ?? "networks/\(name)/\(file)"
        return fixture(known)
    }

    /// The checkpoint's path.
    public var checkpoint: String {
        fixture(files.first { $0.path.hasSuffix(".pth") }?.path ?? "networks/\(name)/checkpoint.pth")
    }

    /// The hyper-parameters it was made with.
    public var hyperparameters: Hyperparameters {
        Hyperparameters(
            inputChannels: inputChannels, outputChannels: outputChannels, features: features, blocks: blocks,
            upscale: upscale, bias: bias)
    }

    /// The network with its weights.
    public func model() throws -> BBCUModel {
        try LoadedModel(checkpoint, NetworkRequest(amplification: k), convertsDtype: true).model
    }

    /// The input that PyTorch was given.
    public func input() throws -> FeatureMap<Float> {
        let tensor = try NumPyArray.read(path("input.npy"))
        return try #require(
            FeatureMap(
                channels: tensor.shape[1], height: tensor.shape[2], width: tensor.shape[3],
                channelMajorValues: tensor.floats() ?? []))
    }

    /// An archive of arrays of shape (1, C, H, W) by name.
    public func taps(_ file: String) throws -> [String: FeatureMap<Double>] { try Self.taps(at: path(file)) }

    /// An archive of arrays of shape (1, C, H, W) by name.
    public static func taps(at path: String) throws -> [String: FeatureMap<Double>] {
        let archive = try ZipArchive.read(ByteRegion.mapping(path))
        var result: [String: FeatureMap<Double>] = [:]
        for entry in archive.entries {
            let tensor = try NumPyArray.decode(archive.contents(of: entry.name))
            result[String(entry.name.dropLast(".npy".count))] = FeatureMap(
                channels: tensor.shape[1], height: tensor.shape[2], width: tensor.shape[3],
                channelMajorValues: tensor.doubles() ?? [])
        }
        return result
    }
}
