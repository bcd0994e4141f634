import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TestSupport
import Testing

/// Files of three versions of PyTorch, each against what that version said of its tensors.
@Suite struct GenerationTests {
    struct Truth: Decodable {
        let name: String
        let dtype: String
        let shape: [Int]
        let strides: [Int]?
        let bytes: Int
        let crc32: UInt32?
    }

    static let versions = ["1.4.0", "1.13.1", "2.13.0"]

    @Test(arguments: versions)
    func everyFileIsWhatPyTorchSays(_ version: String) throws {
        let folder = "generations/\(version)/"
        let truth = try decoded([String: [Truth]].self, from: fixture(folder + "truth.json"))
        #expect(truth.count >= 16)
        for (file, tensors) in truth {
            let checkpoint = try Checkpoint.open(fixture(folder + file))
            let names = Set(tensors.map(\.name))
            // NumPy's arrays of texts are no tensors to PyTorch.
            let known = checkpoint.tensors.filter(\.dtype.isKnown)
            let found = known.filter { names.contains($0.name) }.sorted { $0.name < $1.name }
            let expected = tensors.sorted { $0.name < $1.name }
            // What the files hold beside their state dicts, and how PyTorch keeps jagged tensors to itself.
            for entry in known where !names.contains(entry.name) {
                #expect(
                    ["grid", "_buffers.scratch"].contains { entry.name == $0 || entry.name.hasSuffix("." + $0) }
                        || entry.name.hasPrefix("jagged._") || entry.name.hasPrefix("traced_inputs."),
                    "\(version) \(file) \(entry.name)")
            }
            #expect(found.map(\.name) == expected.map(\.name), "\(version) \(file)")
            for (entry, truth) in zip(found, expected) {
                let place = "\(version) \(file) \(truth.name)"
                #expect(entry.dtype.rawValue == truth.dtype, "\(place)")
                #expect(entry.shape == truth.shape, "\(place)")
                if let strides = truth.strides { #expect(entry.strides == strides, "\(place)") }
                #expect(entry.byteCount == truth.bytes, "\(place)")
                if let crc32 = truth.crc32 {
                    #expect(CRC32.of(try checkpoint.tensor(entry).bytes) == crc32, "\(place)")
                } else {
                    #expect(!entry.layout.hasValues, "\(place)")
                    #expect(throws: CheckpointError(.noValues, found: "")) { try checkpoint.tensor(entry) }
                }
            }
        }
    }

    static let writers: [(String, CheckpointFormat, String?)] = [
        ("1.4.0/legacy_views.pth", .pyTorchLegacy, "PyTorch 0.4 to 1.5, or later in the format from before 1.6"),
        ("2.13.0/legacy_new_dtypes.pth", .pyTorchLegacy, "PyTorch 2, in the format from before 1.6"),
        ("1.13.1/zip_views.pth", .pyTorchZip, "PyTorch 1.6 to 2.0, or another tool"),
        ("2.13.0/zip_views.pth", .pyTorchZip, "PyTorch 2.7 or later"),
        ("1.4.0/tar.pth", .pyTorchTar, "PyTorch 0.1"), ("1.4.0/script.pt", .torchScript, "PyTorch 1.4 to 2.0"),
        ("2.13.0/script.pt", .torchScript, "PyTorch 2.1 or later"), ("2.13.0/pickle_f.pkl", .pickle, nil),
    ]

    @Test(arguments: writers)
    func formatAndWriter(_ file: String, _ format: CheckpointFormat, _ writer: String?) throws {
        let checkpoint = try Checkpoint.open(fixture("generations/" + file))
        #expect(checkpoint.format == format)
        #expect(checkpoint.writer == writer)
    }

    @Test func codeIsNamed() throws {
        for version in Self.versions {
            let checkpoint = try Checkpoint.open(fixture("generations/\(version)/script.pt"))
            #expect(checkpoint.code.contains("code/__torch__.py"))
            #expect(checkpoint.root["training"] == nil)
        }
    }

    /// The little-endian flag of a stream says what machine wrote it; the values are little-endian all the same.
    @Test func legacyValuesAreLittleEndianWhateverTheFlagSays() throws {
        var content = try bytes(of: fixture("generations/2.13.0/legacy_views.pth"))
        let name = Array("little_endian".utf8)
        let start = try #require(content.indices.first { content[$0...].starts(with: name) })
        let flag = try #require(content[start...].firstIndex(of: 0x88))
        content[flag] = 0x89
        let changed = try Checkpoint.open(ByteRegion(content), file: "changed")
        let original = try Checkpoint.open(fixture("generations/2.13.0/legacy_views.pth"))
        #expect(original.notes.isEmpty && changed.notes.count == 1)
        for (entry, other) in zip(original.tensors, changed.tensors) {
            #expect(try original.tensor(entry) == changed.tensor(other))
        }
    }

    @Test func numPyScalars() throws {
        let root = try Checkpoint.open(fixture("generations/1.13.1/zip_numpy.pth")).root
        guard case .float(1.5)? = root["double"], case .integer(-7)? = root["long"],
            case .bigInteger("0x00ffffffffffffffff")? = root["unsigned"]
        else {
            Issue.record("\(String(describing: root["unsigned"]))")
            return
        }
    }
}
