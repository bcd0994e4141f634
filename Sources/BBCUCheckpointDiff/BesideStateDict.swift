import BBCUPlatform
import TensorBytes
import TensorFiles

/// What a program's file has beside its state dict (example inputs, constants, the graph) and a file of another kind has
/// not: it cannot be compared, and is no difference of the weights.
struct BesideStateDict {
    /// The keys at the root below which it lies.
    private let keys: [String]
    private let hasGraph: Bool
    private let side: String
    /// Whether it was asked to be left out.
    private let isLeftOut: Bool

    /// What one checkpoint has beside its state dict that another cannot have.
    init(_ checkpoint: Checkpoint, comparedWith other: Checkpoint, root: String, side: String, isLeftOut: Bool) {
        let isAlone = checkpoint.format != other.format
        // What the other file has under the same names is compared.
        let names = isLeftOut ? [] : other.tensors.map(\.name)
        let apart = checkpoint.apart.filter { key in !names.contains { Self.lies($0, below: key) } }
        keys = root.isEmpty && (isAlone || isLeftOut) ? apart : []
        hasGraph = checkpoint.format == .exported && root.isEmpty && (isAlone || isLeftOut)
        self.side = side
        self.isLeftOut = isLeftOut
    }

    /// Whether a name is that of something beside the state dict.
    func holds(_ name: String) -> Bool { keys.contains { Self.lies(name, below: $0) } }

    private static func lies(_ name: String, below key: String) -> Bool {
        name.isExactly(key) || name.begins(with: key + ".")
    }

    /// Whether a storage or an entry of the archive is.
    func holds(_ named: UnlistedDifference.Named) -> Bool {
        if case .storage(let storage) = named.content, storage.key == nil, hasGraph { return true }
        return holds(named.name)
    }

    /// What is not compared, in words.
    ///
    /// - Parameters:
    ///   - names: tensors.
    ///   - values: values that are no tensors. Where a key has only such, the key is enough.
    func unread(
        _ names: [String], values: [String], _ storages: [UnlistedDifference.Named]
    ) -> [Difference.Unread] {
        guard !isLeftOut else { return [] }
        func hasSome(_ names: [String], below key: String) -> Bool {
            names.contains { Self.lies($0, below: key) }
        }
        let bare = keys.filter { !hasSome(names, below: $0) && hasSome(values, below: $0) }
        return (names + bare).map {
            .init(name: $0, reason: "only \(side) has example inputs and constants beside its weights")
        }
            + storages.filter { !holds($0.name) }.map {
                .init(name: $0.name, reason: "only \(side) is a program; its graph was not read")
            }
    }
}
