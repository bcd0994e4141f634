import Bytes
import Checkpoints
import Containers
import Tensors
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
            let found = checkpoint.tensors.sorted { $0.name < $1.name }
            let expected = tensors.sorted { $0.name < $1.name }
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
}
