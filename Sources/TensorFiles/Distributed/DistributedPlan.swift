import BBCUPlatform
import TensorPickle

/// The plan of a distributed checkpoint: which tensors there are, of which pieces each is made, and where those lie.
///
/// Source: the classes of `torch/distributed/checkpoint/metadata.py` and `filesystem.py` (PyTorch 2.0 to 2.15), and of
/// `torch/distributed/_shard/checkpoint` before.
struct DistributedPlan {
    /// A box of a tensor.
    struct Piece: Hashable, Sendable {
        let offsets: [Int]
        let sizes: [Int]
    }

    /// A tensor and its pieces.
    struct TensorPlan {
        /// The dtype's full name: `torch.float32`.
        let dtype: String
        let shape: [Int]
        let pieces: [Piece]
    }

    /// What lies under a name.
    enum Content {
        case tensor(TensorPlan)
        /// A value that is no tensor.
        case value
    }

    /// Where a piece or a value lies.
    struct Place: Sendable {
        let file: String
        let offset: Int
        let length: Int
        /// What was done to the bytes before they were written, such as a compression.
        let transforms: [String]
    }

    /// What a place is for: a name, and for a piece where it starts in its tensor.
    struct Index: Hashable, Sendable {
        let name: ExactName
        let offsets: [Int]?
    }

    /// A step of the way from the root of the state dict to a value.
    enum Step: Hashable, Sendable {
        case key(ExactName)
        case index(Int)
    }

    /// The names, each with its content, in the order of the plan.
    private(set) var contents: [(name: String, content: Content)] = []
    /// The way to each name in the state dict, where the plan says it.
    private(set) var paths: [ExactName: [Step]] = [:]
    /// Where everything lies.
    private(set) var places: [Index: Place] = [:]

    /// PyTorch's own limit of a tensor's axes.
    private static let mostAxes = 64
    private static let modules = ["torch.distributed.checkpoint.", "torch.distributed._shard."]
    private let graph: PickleGraph

    /// Whether a pickle is a plan.
    static func isPlan(_ graph: PickleGraph) -> Bool { name(of: graph.root, in: graph) == "Metadata" }

    /// Reads a plan.
    ///
    /// - Throws: `distributed` if it contradicts itself, `limit`.
    init(_ graph: PickleGraph, _ limits: ReadingLimits) throws(CheckpointError) {
        self.graph = graph
        let plan = attributes(of: graph.root)
        for (name, value) in try dictionary(plan["state_dict_metadata"], "state_dict_metadata") {
            contents.append((name, try content(value, name)))
        }
        guard contents.count <= limits.entries else {
            throw CheckpointError(
                .limit, found: "\(contents.count.counted("name"))", expected: "at most \(limits.entries)")
        }
        if case .dictionary? = plan["planner_data"].flatMap({ graph.node($0)?.kind }) {
            for (name, value) in try dictionary(plan["planner_data"], "planner_data") {
                if let path = steps(value), path.count < limits.nesting { paths[ExactName(name)] = path }
            }
        }
        try readPlaces(plan["storage_data"])
    }

    /// The last part of the name of an object's class, of those that make a plan; nil for any other.
    private static func name(of value: PickleValue, in graph: PickleGraph) -> String? {
        guard case .object(let constructor, _, _)? = graph.node(value)?.kind,
            let name = graph.globalName(constructor), modules.contains(where: { name.begins(with: $0) })
        else { return nil }
        return name.parts(at: ".", keepsEmpty: false).last
    }

    /// What BUILD gave an object by name.
    private func attributes(of value: PickleValue) -> ExactDictionary<PickleValue> {
        var attributes: ExactDictionary<PickleValue> = [:]
        for state in graph.node(value)?.states ?? [] {
            for item in graph.node(state)?.items ?? [] {
                if case .string(let key) = item.key { attributes[key] = item.value }
            }
        }
        return attributes
    }

    /// The items of a dictionary whose keys are texts, each once.
    private func dictionary(
        _ value: PickleValue?, _ place: String
    ) throws(CheckpointError) -> [(String, PickleValue)] {
        guard let node = value.flatMap({ graph.node($0) }), case .dictionary = node.kind else {
            throw Self.failure(place, found: "no dictionary", expected: "a dictionary of names")
        }
        var seen: Set<ExactName> = []
        var items: [(String, PickleValue)] = []
        for item in node.items {
            guard case .string(let key) = item.key else {
                throw Self.failure(place, found: "a key that is no text", expected: "a name")
            }
            guard seen.insert(ExactName(key)).inserted else {
                throw Self.failure("\(place), \(key)", found: "the name twice", expected: "once")
            }
            items.append((key, item.value))
        }
        return items
    }

    private func content(_ value: PickleValue, _ name: String) throws(CheckpointError) -> Content {
        switch Self.name(of: value, in: graph) {
        case "BytesStorageMetadata": return .value
        case "TensorStorageMetadata": break
        default:
            throw Self.failure(
                name, found: "an object of another class", expected: "TensorStorageMetadata or BytesStorageMetadata")
        }
        let tensor = attributes(of: value)
        guard let shape = tensor["size"].flatMap(sizes), let dtype = tensor["properties"].flatMap(dtype),
            let chunks = tensor["chunks"].flatMap({ graph.node($0) }), case .list = chunks.kind
        else {
            throw Self.failure(name, found: "a tensor without them", expected: "its dtype, sizes and chunks")
        }
        var pieces: [Piece] = []
        for chunk in chunks.elements {
            let piece = attributes(of: chunk)
            guard let offsets = piece["offsets"].flatMap(sizes), let sizes = piece["sizes"].flatMap(sizes) else {
                throw Self.failure(name, found: "a chunk without them", expected: "its offsets and sizes")
            }
            pieces.append(Piece(offsets: offsets, sizes: sizes))
        }
        return .tensor(TensorPlan(dtype: dtype, shape: shape, pieces: pieces))
    }

    /// The dtype in a tensor's properties, whose state is a tuple that starts with it, or a dictionary.
    private func dtype(_ properties: PickleValue) -> String? {
        for state in graph.node(properties)?.states ?? [] {
            if let first = graph.tuple(state)?.first { return graph.globalName(first) }
        }
        return attributes(of: properties)["dtype"].flatMap { graph.globalName($0) }
    }

    /// A `torch.Size`, or a tuple or list of numbers; nil for anything else, and for negative ones.
    private func sizes(_ value: PickleValue) -> [Int]? {
        guard let node = graph.node(value) else { return nil }
        switch node.kind {
        case .tuple, .list:
            guard node.elements.count <= Self.mostAxes else { return nil }
            var sizes: [Int] = []
            for element in node.elements {
                guard case .integer(let size) = element, size >= 0 else { return nil }
                sizes.append(size)
            }
            return sizes
        case .object(let constructor, let arguments, _) where graph.globalName(constructor) == "torch.Size":
            guard let first = graph.tuple(arguments)?.first, case .tuple? = graph.node(first)?.kind else { return nil }
            return sizes(first)
        default: return nil
        }
    }

    private func steps(_ value: PickleValue) -> [Step]? {
        guard let elements = graph.tuple(value), !elements.isEmpty else { return nil }
        var steps: [Step] = []
        for element in elements {
            switch element {
            case .string(let key): steps.append(.key(ExactName(key)))
            case .integer(let index): steps.append(.index(index))
            default: return nil
            }
        }
        return steps
    }

    private mutating func readPlaces(_ value: PickleValue?) throws(CheckpointError) {
        guard let node = value.flatMap({ graph.node($0) }), case .dictionary = node.kind else {
            throw Self.failure(
                "storage_data", found: "no dictionary",
                expected: "the places of the pieces, as PyTorch's own writer has them")
        }
        for item in node.items {
            let key = attributes(of: item.key)
            guard case .string(let name)? = key["fqn"] else {
                throw Self.failure("storage_data", found: "a place without it", expected: "the name of its tensor")
            }
            let index = Index(name: ExactName(name), offsets: key["offset"].flatMap(sizes))
            let place = try place(item.value, name)
            guard places.updateValue(place, forKey: index) == nil else {
                throw Self.failure(name, found: "two places for one piece", expected: "one")
            }
        }
    }

    private func place(_ value: PickleValue, _ name: String) throws(CheckpointError) -> Place {
        let info = attributes(of: value)
        guard case .string(let file)? = info["relative_path"], case .integer(let offset)? = info["offset"],
            case .integer(let length)? = info["length"], offset >= 0, length > 0
        else {
            throw Self.failure(name, found: "a place without them", expected: "a file, an offset and a length")
        }
        var transforms: [String] = []
        for transform in info["transform_descriptors"].flatMap({ graph.node($0) })?.elements ?? [] {
            if case .string(let text) = transform { transforms.append(text) } else { transforms.append("?") }
        }
        return Place(file: file, offset: offset, length: length, transforms: transforms)
    }

    static func failure(_ place: String, found: String, expected: String) -> CheckpointError {
        CheckpointError(
            .distributed, place: place, found: found, expected: expected,
            advice: "the file is damaged, or was not written by torch.distributed.checkpoint")
    }
}
