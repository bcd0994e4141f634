import BBCUExecution
import BBCUPlatform
import BBCUPortChecking
import OrderedCollections
import TensorBytes
import TensorFiles

/// The files of a search: `input.npy`, a file for each tap that was asked for in `taps`, what the port printed in
/// `port.log`, and `state.json`, by which a search goes on that was cut short.
public struct BisectionFolder: Sendable {
    /// What the port's values depend on.
    public struct Key: Sendable, Hashable {
        /// The checkpoint's SHA-256.
        public var checkpoint: String
        /// The command.
        public var command: String
        /// The SHA-256 of `input.npy`.
        var input = ""

        /// A key without its input.
        public init(checkpoint: String, command: String) {
            (self.checkpoint, self.command) = (checkpoint, command)
        }

        /// The parts by their names in `state.json`.
        var parts: [(name: String, value: String)] {
            [("checkpoint", checkpoint), ("input", input), ("command", command)]
        }
    }

    /// The folder's path.
    public let path: String
    private var key: Key
    /// The SHA-256 of the files that the port has written, by tap.
    private var finished: OrderedDictionary<String, String> = [:]

    /// The input's file.
    public var input: String { path + "/input.npy" }
    /// What the port printed in its last run.
    public var log: String { path + "/port.log" }
    /// The folder of the taps.
    public var taps: String { path + "/taps" }
    /// How many taps a search before this one has left.
    public let resumable: Int

    /// Takes a folder, and what a search for the same has left in it.
    ///
    /// - Parameter path: a folder with a folder `taps` in it.
    /// - Throws: ``PortError`` where the folder is another search's; `CheckpointError` where the input cannot be written.
    public init(_ path: String, key: Key, input: FeatureMap<Float>) throws {
        self.path = path
        guard let tensor = Tensor(input.channelMajorValues, shape: [input.channels, input.height, input.width]) else {
            throw PortError(.array, found: "an input of no size")
        }
        let bytes = try NumPyArray.encode(tensor)
        self.key = key
        self.key.input = ByteRegion(bytes).sha256()
        finished = try Self.read(path + "/state.json", self.key)
        resumable = finished.count
        try WholeFile.write(bytes, to: self.input)
        try save()
    }

    /// The file of a tap.
    public func file(_ tap: PortTap) -> String { "\(taps)/\(tap.name).npy" }

    /// Whether the port has written a tap's file already, and it is still the same.
    public func holds(_ tap: PortTap) -> Bool {
        guard let hash = finished[tap.name] else { return false }
        // A file that cannot be read is not held: the port is asked for it again.
        return (try? ByteRegion.mapping(file(tap)))?.sha256() == hash
    }

    /// Notes that the port has written a tap's file.
    /// - Throws: `CheckpointError` where the state cannot be written, ``PortError`` where the file cannot be read.
    public mutating func finish(_ tap: PortTap) throws {
        do throws(BytesError) { finished[tap.name] = try ByteRegion.mapping(file(tap)).sha256() } catch {
            throw PortError(.unreadable, file: file(tap), found: error.found)
        }
        try save()
    }

    private func save() throws {
        var members = JSONValue.Members(uniqueKeysWithValues: key.parts.map { ($0.name, .string($0.value)) })
        members["finished"] = .array(finished.map { ["tap": .string($0.key), "sha256": .string($0.value)] })
        try WholeFile.writeState(JSONValue.object(members).text + "\n", to: path + "/state.json")
    }

    /// What an earlier search has left; nothing where there is no file.
    private static func read(_ file: String, _ key: Key) throws(PortError) -> OrderedDictionary<String, String> {
        if case .nothing = FolderListing.lying(at: file) { return [:] }
        return try StrictJSON.read(file, atMost: ByteRegion.largestNote, advice: .otherState) {
            json throws(PortError) in try read(json, key)
        }
    }

    private static func read(_ json: StrictJSON, _ key: Key) throws(PortError) -> OrderedDictionary<String, String> {
        guard case .array(let elements)? = json["finished"] else {
            throw PortError(.otherKind, found: "no state of a search", advice: .otherState)
        }
        for part in key.parts where json[part.name]?.text != part.value {
            throw PortError(
                .otherSubject,
                found: "a search with another \(part.name), found \(json[part.name]?.text ?? "none")",
                expected: part.value, advice: .deleteOrOtherState)
        }
        var result: OrderedDictionary<String, String> = [:]
        for element in elements {
            if let tap = element["tap"]?.text, let hash = element["sha256"]?.text { result[tap] = hash }
        }
        return result
    }
}
