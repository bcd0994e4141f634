import BBCUPlatform
import TensorBytes

/// A file that is a checkpoint, but none that can be run or written as it was asked for.
public struct UnusableCheckpoint: Error, Equatable {
    /// The file, as the caller named it.
    public var file: String
    /// Why.
    public var reason: Reason

    package init(file: String, reason: Reason) {
        self.file = file
        self.reason = reason
    }

    /// Why a checkpoint cannot be used.
    public enum Reason: Sendable, Equatable {
        /// Its weights do not make a model.
        case model(ModelError)
        /// It is a packed model that contradicts its format.
        case packed(PackedModelError)
        /// No state dict can be chosen in it.
        case root(RootError)
        /// The options contradict it.
        case options(Problem)
        /// It has keys that the network does not use; they may be in a part of the file that can be chosen.
        case unusedKeys([String], network: String?, part: String?, keepsTree: Bool)
        /// Its keys are those of another network than the one that was asked for.
        case otherNetwork(Family)
        /// It is none of the networks; with the nearest one, and the share of keys in common.
        case noNetwork(nearest: Family?, share: Double)
        /// Its network has no factor k.
        case noFactor
        /// No tensor uses these parts of the file.
        case unlisted(String)
        /// A tensor's name is no text in the file.
        case name(String)
        /// A packed model has no latent weights, which a state dict needs.
        case noLatentWeights
        /// A packed model has no latent weights, which the published form needs.
        case noPublishedForm
        /// A tensor has another shape than the network's, or is not there.
        case shape(key: String, found: [Int]?, expected: [Int])
        /// A tensor holds no floating-point numbers.
        case dtype(key: String, DType)
        /// A tensor holds a number that float32 cannot hold.
        case overflow(key: String, Double)
    }
}

extension UnusableCheckpoint: DescribedError {
    /// The file, and why it cannot be used.
    public var description: String { "\(file): \(reason)" }
}

extension UnusableCheckpoint.Reason: CustomStringConvertible {
    /// What was found and expected.
    public var description: String {
        switch self {
        case .model(let error): error.description
        case .packed(let error): error.description
        case .root(let error): error.description
        case .options(let problem):
            "the options do not fit; \(problem.key ?? "options"): expected \(problem.expected), found \(problem.found)"
        case .unusedKeys(let keys, let network, let part, let keepsTree):
            "found \(keys.count.counted("key")) that the network does not use: \(keys.shortList); expected only keys of "
                + "the network" + (network.map { " (\($0))" } ?? "") + ". \(Advice.allowUnused)"
                + (part.map { ", \(Advice.chooseThisPart.of($0))" } ?? "")
                + (keepsTree ? ", or keep everything \(Advice.withTree)" : "")
        case .otherNetwork(let family):
            "no key of it is one of the network that was asked for; its keys are those of \(family.rawValue)"
        case .noNetwork(let nearest, let share):
            "none of the BBCU networks"
                + (nearest.map {
                    "; the nearest is \($0.rawValue), with \(Int(share * 100)) % of all keys in common where 50 % are needed"
                } ?? "")
        case .noFactor: "a network without a factor k"
        case .unlisted(let parts): "found \(parts); \(Advice.onlyListed)"
        case .name(let name):
            "'\(name.printable(atMost: 80))': the name is no UTF-8 text in the file, such as half of a surrogate pair, and "
                + "cannot be written as it is; rename it in PyTorch and save again"
        case .noLatentWeights: "a packed model has no latent weights; convert the checkpoint that it was made from"
        case .noPublishedForm:
            "the published form needs the latent weights, and a packed model has their signs alone; \(Advice.exactForm)"
        case .shape(let key, let found, let expected):
            "\(key): found \(found.map(TensorShape.text) ?? "nothing"), expected \(TensorShape.text(expected)); "
                + "\(Advice.tree)"
        case .dtype(let key, let dtype): "\(key): found \(dtype.rawValue), expected a floating-point dtype"
        case .overflow(let key, let value): "\(key): found \(value), which float32 cannot hold"
        }
    }
}

extension Advice {
    package static let onlyListed = Advice("the tensors can be written without them")
    package static let tree = Advice("the file can be written as it stands")
    package static let withTree = Advice("as it stands")
    package static let treeKeepsThem = Advice("writing the file as it stands keeps them")
}
