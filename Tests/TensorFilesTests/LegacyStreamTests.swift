import BBCUPlatform
import TensorBytes
import TensorFiles
import TestSupport
import Testing

/// What old versions wrote into PyTorch's stream, and no version that can be installed writes any more.
@Suite struct LegacyStreamTests {
    /// Magic number, protocol version and system information, as protocol 2 writes them.
    static let head: [UInt8] =
        [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
        + [0x80, 2, 0x4D, 0xE9, 3, 0x2E, 0x80, 2, 0x7D, 0x2E]

    /// A file of one storage of twelve floats, 0 to 11, and one tensor.
    static func file(
        view: String, offset: Int = 0, sizes: (Int, Int) = (2, 3), head: [UInt8] = head
    ) -> [UInt8] {
        let object =
            "ctorch._utils\n_rebuild_tensor_v2\n((Vstorage\nctorch\nFloatStorage\nVroot\nVcpu\nI12\n\(view)tQ"
            + "I\(offset)\n(I\(sizes.0)\nI\(sizes.1)\nt(I\(sizes.1)\nI1\ntI00\nNtR."
        let keys = "(lp0\nVroot\na."
        let values = LittleEndian.bytes((0..<12).map { Float($0) })
        return head + object.utf8 + keys.utf8 + [12, 0, 0, 0, 0, 0, 0, 0] + values
    }

    static func open(_ content: [UInt8]) throws -> Checkpoint { try Checkpoint.open(ByteRegion(content), file: "x") }

    @Test func storageViews() throws {
        let whole = try Self.open(Self.file(view: "N"))
        #expect(try whole.tensor(whole.tensors[0]).floats() == [0, 1, 2, 3, 4, 5])
        let view = try Self.open(Self.file(view: "(Vview\nI4\nI7\nt", offset: 1))
        #expect(view.format == .pyTorchLegacy)
        #expect(view.tensors[0].storageKey == "root")
        #expect(view.tensors[0].storageOffset == 5)
        #expect(try view.tensor(view.tensors[0]).floats() == [5, 6, 7, 8, 9, 10])
    }

    /// A tensor may use its view and nothing beside it, and the view its storage.
    @Test func viewsAreBounds() throws {
        #expect(throws: CheckpointError(.beyondStorage, found: "")) {
            try Self.open(Self.file(view: "(Vview\nI4\nI6\nt", offset: 1))
        }
        for view in ["(Vview\nI7\nI6\nt", "(Vview\nI-1\nI6\nt", "(Vview\nI9223372036854775807\nI6\nt"] {
            #expect(throws: CheckpointError(.beyondStorage, found: "")) { try Self.open(Self.file(view: view)) }
        }
    }

    /// The magic number says what a file is, in whatever protocol it is written.
    @Test func everyProtocolIsRecognised() throws {
        let text = Array("L119547037146038801333356L\n.I1001\n.(dp0\n.".utf8)
        #expect(try Self.open(Self.file(view: "N", head: text)).format == .pyTorchLegacy)
        for number in [3, 4, 5] {
            let path = fixture("generations/2.13.0/legacy_protocol\(number).pth")
            #expect(try Checkpoint.open(path).format == .pyTorchLegacy)
        }
    }

    @Test func anotherVersionIsRefused() throws {
        var content = Self.file(view: "N")
        content[18] = 0xEA
        #expect(throws: CheckpointError(.notCheckpoint, found: "")) { try Self.open(content) }
    }

    @Test func truncations() throws {
        let content = Self.file(view: "N")
        for count in 16..<content.count {
            #expect(throws: CheckpointError.self) { try Self.open(Array(content[..<count])) }
        }
    }
}
