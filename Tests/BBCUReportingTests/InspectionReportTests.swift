import BBCUNetworks
import BBCUReporting
import OrderedCollections
import TensorBytes
import TensorFiles
import TestSupport
import Testing

@Suite struct InspectionReportTests {
    static func inspection(
        _ name: String, checksums: Bool = false, statistics: Bool = false
    ) throws -> Inspection {
        try Inspection(
            try Checkpoint.open(fixture(name)), Inspection.Request(checksums: checksums, statistics: statistics))
    }

    static func members(_ value: JSONValue?) -> OrderedDictionary<String, JSONValue> {
        if case .object(let members)? = value { members } else { [:] }
    }

    static func tensors(_ json: JSONValue) -> [OrderedDictionary<String, JSONValue>] {
        if case .array(let tensors)? = members(json)["tensors"] { tensors.map { members($0) } } else { [] }
    }

    @Test func plainJSON() throws {
        let json = try Self.inspection("containers/views.pth").json
        #expect(Self.members(json)["format"] == "pytorch-zip")
        #expect(Self.members(json)["sha256"] == nil)
        #expect(Self.members(json)["network"] == nil)
        let expanded = try #require(Self.tensors(json).first { $0["name"] == "expanded" })
        #expect(expanded.keys.elements == ["name", "dtype", "shape", "strides", "bytes"])
        #expect(expanded["shape"] == JSONValue([3, 4]))
        #expect(expanded["strides"] == JSONValue([1, 0]))
        #expect(expanded["bytes"] == .integer(48))
    }

    @Test func computedMembers() throws {
        let json = try Self.inspection("containers/dtypes.pth", checksums: true, statistics: true).json(
            network: BBCUNetwork?.none)
        #expect(Self.members(json)["network"] == .null)
        #expect(Self.members(json)["hub_suffix"] == .null)
        for tensor in Self.tensors(json) {
            guard case .integer? = tensor["crc32"] else {
                Issue.record("no checksum")
                continue
            }
            #expect(tensor.count == (tensor["quantization"] == nil ? 12 : 13))
        }
        let special = try #require(Self.tensors(json).first { $0["name"] == "special" })
        #expect(special["non_finite"] == .integer(3))
        #expect(special["zeros"] == .integer(2))
        #expect(special["max"] == .number(1.5))
        let complex = try #require(Self.tensors(json).first { $0["name"] == "complex64" })
        #expect(complex["mean"] == .null)
    }

    @Test func foldedText() throws {
        let lines = try Self.inspection("bbcum_x2_trained.pth", statistics: true).document(isFolded: true).text
        #expect(lines[2] == "written by  PyTorch 2.7 or later")
        #expect(lines.contains { $0.hasPrefix("params.body.#.body.#.move0.bias (1, 64, 1, 1) x 32 ") })
        #expect(lines.last == "174 tensors, 1,376,771 elements, 5,507,084 bytes in 174 storages of 5,507,084 bytes")
        #expect(lines.dropFirst().allSatisfy { $0.count <= 100 })
    }

    @Test func plainText() throws {
        let lines = try Self.inspection("bbcum_x2_trained.pth", checksums: true, statistics: true).document().text
        #expect(
            lines.contains("params.conv_first.bias                      float32  (64,)               256  10ed9bc9"))
        #expect(lines.dropFirst().allSatisfy { $0.count <= 100 })
        #expect(lines.contains("    params: dictionary, 174 tensors"))
    }

    @Test func modulesShowTheirAttributes() throws {
        let lines = try Self.inspection("generations/2.13.0/zip_module.pth").document().text
        for line in [
            "  module __main__.Block (training=True, note='an attribute', grid=tensor float32 (2,)), its state dict",
            "    absent: None", "    slope: tensor float32 (4,)",
        ] {
            #expect(lines.contains(line), "\(lines)")
        }
        #expect(
            lines.contains {
                $0.hasPrefix("    conv: module torch.nn.modules.conv.Conv2d (training=True, in_channels=3")
            })
    }

    @Test func structure() throws {
        let lines = try Self.inspection("containers/nested.pth").document().text
        for line in [
            "    epoch: 12", "    counter: dictionary", "      100000: 1", "    size: (2, 3)", "    text: 'naïve ☃'",
        ] {
            #expect(lines.contains(line))
        }
        #expect(lines.contains { $0.hasPrefix("(no name)") })
        for (file, line) in [("bare", "  tensor float32 (2, 3)"), ("empty", "  empty dictionary")] {
            #expect(try Self.inspection("containers/\(file).pth").document().text.contains(line))
        }
    }

    @Test func notes() throws {
        let inspection = try Self.inspection("containers/no_checksums.pth")
        #expect(inspection.document().text.contains { $0.hasPrefix("note ") && $0.contains("CRC-32") })
        #expect(Self.members(inspection.json)["notes"] == JSONValue(inspection.notes))
    }
}
