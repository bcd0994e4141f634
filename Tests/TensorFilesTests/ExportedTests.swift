import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TestSupport
import Testing

/// Exported programs (`torch.export.save`).
@Suite struct ExportedTests {
    struct Expected: Decodable {
        let small: [DistributedTests.Truth]
        let older: [DistributedTests.Truth]
        let pair: [DistributedTests.Truth]
        let network: [DistributedTests.Truth]
        let programs: [String: DistributedTests.FaultyPlan]

        enum CodingKeys: String, CodingKey {
            case small = "small.pt2"
            case older = "older.pt2"
            case pair = "pair.pt2"
            case network = "network.pt2"
            case programs
        }
    }

    static let expected = try! decoded(Expected.self, from: fixture("folders/expected.json"))
    static let files = [
        ("small.pt2", expected.small), ("older.pt2", expected.older), ("pair.pt2", expected.pair),
        ("network.pt2", expected.network),
    ]
    static let faults = expected.programs

    @Test(arguments: files)
    func valuesAreThoseOfTorchExport(_ file: String, _ truth: [DistributedTests.Truth]) throws {
        #expect(truth.count > 3)
        let checkpoint = try Checkpoint.open(fixture("folders/" + file))
        #expect(checkpoint.format == .exported && checkpoint.missing.isEmpty)
        #expect(checkpoint.notes.contains { $0.contains("graph was not read") })
        #expect(checkpoint.tensors.map(\.name).sorted() == truth.map(\.name).sorted())
        for tensor in truth {
            let entry = try #require(checkpoint.tensors.first { $0.name == tensor.name })
            #expect(entry.dtype.rawValue == tensor.dtype && entry.shape == tensor.shape, "\(tensor.name)")
            #expect(CRC32.of(try checkpoint.tensor(entry).bytes) == tensor.crc32, "\(tensor.name)")
        }
    }

    @Test(arguments: ["small.pt2", "older.pt2"])
    func constantsAndInputsLieApart(_ file: String) throws {
        let checkpoint = try Checkpoint.open(fixture("folders/" + file))
        let apart = checkpoint.tensors.filter { checkpoint.isApart($0) }.map(\.name)
        #expect(apart.contains("constants.unsaved") && apart.contains("sample_inputs.0.0"))
        #expect(apart.allSatisfy { $0.hasPrefix("constants.") || $0.hasPrefix("sample_inputs.") })
        let weights = checkpoint.tensors.filter { !checkpoint.isApart($0) }.map(\.name)
        #expect(weights.contains("conv.weight") && weights.contains("second.weight") && weights.contains("mask"))
        // One weight under two names is one storage.
        let shared = checkpoint.tensors.filter { ["first.weight", "second.weight"].contains($0.name) }
        #expect(shared.count == 2 && Set(shared.map(\.storageKey)).count == 1)
        #expect(checkpoint.writer?.contains("torch.export") == true)
    }

    /// A tensor that cannot be read leaves the others as they are.
    @Test(arguments: faults.keys.sorted())
    func everyFaultIsSaid(_ name: String) throws {
        let fault = try #require(Self.faults[name])
        do throws(CheckpointError) {
            let checkpoint = try Checkpoint.open(fixture("folders/programs/\(name).pt2"))
            let inspection = try Inspection(checkpoint, Inspection.Request(checksums: true))
            #expect(fault.status == (inspection.holds ? 0 : 1))
            let said = inspection.missing.map(\.reason).joined(separator: "\n")
            #expect(said.contains(fault.words) || fault.status == 0, "\(said)")
            let right = checkpoint.tensors.first { $0.name == "right" }
            #expect((right == nil) == (name == "no_config"))
            let values = try right.map { entry throws(CheckpointError) in try checkpoint.tensor(entry) }?.doubles()
            #expect(values == (right == nil ? nil : [0, 1, 2, 3]))
        } catch {
            #expect(fault.status == 2 && error.description.contains(fault.words), "\(error)")
        }
    }

    @Test func pickledWeightsAreRead() throws {
        let checkpoint = try Checkpoint.open(fixture("folders/programs/pickled.pt2"))
        let entry = try #require(checkpoint.tensors.first { $0.name == "net.w" })
        #expect(try checkpoint.tensor(entry).doubles() == [0, 1, 2, 3])
    }

    @Test func aWeightThatWasSavedWithoutValuesIsListed() throws {
        let checkpoint = try Checkpoint.open(fixture("folders/programs/without_values.pt2"))
        let entry = try #require(checkpoint.tensors.first { $0.name == "net.w" })
        #expect(!entry.layout.hasValues && entry.shape == [4])
        #expect(throws: CheckpointError(.noValues, found: "")) { try checkpoint.tensor(entry) }
    }

    /// No cut of the file is read as if it were whole.
    @Test func cutsAreSaid() throws {
        let whole = try bytes(of: fixture("folders/pair.pt2"))
        for count in stride(from: 1, to: whole.count, by: 97) {
            do throws(CheckpointError) {
                let checkpoint = try Checkpoint.open(ByteRegion(Array(whole.prefix(count))), file: "cut.pt2")
                #expect(!checkpoint.missing.isEmpty)
            } catch { #expect(!error.description.isEmpty) }
        }
    }
}
