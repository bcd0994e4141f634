import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TensorPickle
import TestSupport
import Testing

/// Files that only pretend to be checkpoints; `make_hostile.py` says what must come of each.
@Suite struct HostileTests {
    static let expected = try? decoded([String: String].self, from: fixture("hostile/expected.json"))

    @Test func everyFileEndsAsExpected() throws {
        let expected = try #require(Self.expected)
        #expect(expected.count >= 49)
        for (name, outcome) in expected {
            let path = fixture("hostile/" + name)
            do throws(CheckpointError) {
                let checkpoint = try Checkpoint.open(path)
                #expect(outcome == "opens", "\(name)")
                for entry in checkpoint.tensors where entry.byteCount < 1 << 24 { _ = try? checkpoint.tensor(entry) }
                _ = checkpoint.tensors.map(\.name)
            } catch {
                // The innermost code: archive(overlap) is overlap.
                let code = String(describing: error.code).split(separator: "(").last?.split(separator: ".").last
                #expect(code?.filter { $0 != ")" } == outcome, "\(name): \(error)")
                #expect(error.description.count < 3000)
            }
            _ = try? Salvage(path)
        }
    }

    @Test func everyHostileFileIsExpected() throws {
        let files = try contents(ofFolder: fixture("hostile")).filter { !["expected.json", "README.md"].contains($0) }
        #expect(Set(files) == Set(try #require(Self.expected).keys))
    }

    /// An entry that inflates to more than its directory says is refused when it is read, and not before.
    @Test func undeclaredBomb() throws {
        let checkpoint = try Checkpoint.open(fixture("hostile/bomb_undeclared.pth"))
        let error = #expect(throws: CheckpointError.self) { try checkpoint.tensor(checkpoint.tensors[0]) }
        #expect(error?.code == .archive(.inflate))
    }

    @Test func limitsCanBeSet() throws {
        var limits = ReadingLimits()
        limits.nesting = 2
        #expect(throws: CheckpointError(.limit, found: "")) {
            try Checkpoint.open(fixture("containers/nested.pth"), limits: limits)
        }
        limits = ReadingLimits()
        limits.entries = 3
        #expect(throws: CheckpointError(.archive(.limit), found: "")) {
            try Checkpoint.open(fixture("containers/nested.pth"), limits: limits)
        }
        limits = ReadingLimits()
        limits.inflatedBytes = 100
        let deflated = try Checkpoint.open(fixture("containers/deflated.pth"))
        #expect(deflated.tensors.count == 2)
        #expect(throws: CheckpointError(.archive(.inflate), found: "")) {
            try Checkpoint.open(fixture("containers/deflated.pth"), limits: limits)
        }
        limits = ReadingLimits()
        limits.pickle.opcodes = 10
        #expect(throws: CheckpointError(.pickle(.limit), found: "")) {
            try Checkpoint.open(fixture("containers/nested.pth"), limits: limits)
        }
        limits = ReadingLimits()
        limits.headerBytes = 16
        for file in ["safetensors/dtypes.safetensors", "containers/arrays/bool.npy", "arrays/model.bin.index.json"] {
            #expect(throws: CheckpointError.self) { try Checkpoint.open(fixture(file), limits: limits) }
        }
    }
}
