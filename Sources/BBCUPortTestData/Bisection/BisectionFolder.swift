import BBCUExecution
import BBCUPlatform
import BBCUPortChecking
import TensorBytes
import TensorFiles

/// The files of a search: `input.npy`, a file for each tap that was asked for in `taps`, what the port printed in
/// `port.log`, and `state.json`, by which a search goes on that was cut short.
public struct BisectionFolder: Sendable {
    /// What the port's values depend on, and what a search has left.
    public struct State: Codable, Sendable {
        /// The checkpoint's SHA-256.
        public let checkpoint: String
        /// The SHA-256 of `input.npy`.
        var input = ""
        /// The command.
        public let command: String
        /// The files that the port has written.
        var finished: [Finished] = []

        /// A tap with the SHA-256 of its file.
        struct Finished: Codable {
            let tap: String
            let sha256: String
        }

        /// The state before the search.
        public init(checkpoint: String, command: String) {
            (self.checkpoint, self.command) = (checkpoint, command)
        }
    }

    /// The folder's path.
    public let path: String
    private var state: State

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
    public init(_ path: String, state: State, input: FeatureMap<Float>) throws {
        self.path = path
        guard let tensor = Tensor(input.channelMajorValues, shape: [input.channels, input.height, input.width]) else {
            throw PortError(.array, found: "an input of no size")
        }
        let bytes = try NumPyArray.encode(tensor)
        self.state = state
        self.state.input = ByteRegion(bytes).sha256()
        self.state.finished = try Self.read(path + "/state.json", self.state)
        resumable = self.state.finished.count
        try WholeFile.write(bytes, to: self.input)
        try save()
    }

    /// The file of a tap.
    public func file(_ tap: PortTap) -> String { "\(taps)/\(tap.name).npy" }

    /// Whether the port has written a tap's file already, and it is still the same.
    public func holds(_ tap: PortTap) -> Bool {
        guard let hash = state.finished.first(where: { $0.tap.isExactly(tap.name) })?.sha256 else { return false }
        // A file that cannot be read is not held: the port is asked for it again.
        return (try? ByteRegion.mapping(file(tap)))?.sha256() == hash
    }

    /// Notes that the port has written a tap's file.
    /// - Throws: `CheckpointError` where the state cannot be written, ``PortError`` where the file cannot be read.
    public mutating func finish(_ tap: PortTap) throws {
        let hash: String
        do throws(BytesError) { hash = try ByteRegion.mapping(file(tap)).sha256() } catch {
            throw PortError(.unreadable, file: file(tap), found: error.found)
        }
        let finished = State.Finished(tap: tap.name, sha256: hash)
        if let place = state.finished.firstIndex(where: { $0.tap.isExactly(tap.name) }) {
            state.finished[place] = finished
        } else {
            state.finished.append(finished)
        }
        try save()
    }

    private func save() throws {
        try WholeFile.writeState(JSONValue(encoding: state).text + "\n", to: path + "/state.json")
    }

    /// What an earlier search has left; nothing where there is no file.
    private static func read(_ file: String, _ state: State) throws(PortError) -> [State.Finished] {
        if case .nothing = FolderListing.lying(at: file) { return [] }
        return try StrictJSON.read(file, atMost: ByteRegion.largestNote, advice: .otherState) {
            json throws(PortError) in
            let found: State = try json.model("the state of a search", advice: .otherState)
            for (name, part) in [("checkpoint", \State.checkpoint), ("input", \.input), ("command", \.command)]
            where found[keyPath: part] != state[keyPath: part] {
                throw PortError(
                    .otherSubject, found: "a search with another \(name), found \(found[keyPath: part])",
                    expected: state[keyPath: part], advice: .deleteOrOtherState)
            }
            return found.finished
        }
    }
}
