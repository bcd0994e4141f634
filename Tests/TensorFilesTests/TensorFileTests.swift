import BBCUPlatform
import Foundation
import TensorArchives
import TensorBytes
import TensorFiles
import TestSupport
import Testing

/// `TensorFile`, which shows a `Checkpoint` by its tensors' names.
@Suite struct TensorFileTests {
    static let files: [(CheckpointFormat, String)] = [
        (.pyTorchZip, "networks/bbcum_x4/checkpoint.pth"), (.pyTorchZip, "containers/dtypes.pth"),
        (.pyTorchZip, "containers/big_endian.pth"), (.pyTorchZip, "containers/views.pth"),
        (.pyTorchLegacy, "generations/1.13.1/legacy_dtypes.pth"), (.pyTorchTar, "generations/1.4.0/tar.pth"),
        (.torchScript, "generations/1.13.1/script.pt"), (.pickle, "generations/1.13.1/pickle_f.pkl"),
        (.safetensors, "safetensors/dtypes.safetensors"), (.npz, "arrays/stored.npz"),
        (.npy, "containers/arrays/fortran_big_int16.npy"), (.npy, "containers/arrays/float64_big.npy"),
        (.shardIndex, "arrays/model.safetensors.index.json"), (.distributed, "folders/dcp_two_ranks"),
        (.exported, "folders/small.pt2"),
    ]

    @Test func everyFormatIsThere() {
        #expect(Set(Self.files.map(\.0)) == Set(CheckpointFormat.allCases))
    }

    @Test(arguments: files)
    func isWhatTheCheckpointSays(_ format: CheckpointFormat, _ name: String) throws {
        let checkpoint = try Checkpoint.open(fixture(name))
        let file = try TensorFile(fixture(name))
        #expect(file.checkpoint.format == format)
        #expect(file.names == checkpoint.allTensors.map(\.name) && !file.names.isEmpty)
        #expect(file.missing == checkpoint.missing)
        for (tensor, entry) in zip(file.tensors, checkpoint.allTensors) {
            #expect(tensor.entry == entry && tensor.name == entry.name)
            #expect(tensor.dtype == entry.dtype && tensor.shape == entry.shape)
            let values = try checkpoint.tensor(entry)
            #expect(try tensor.read() == values, "\(entry.name)")
            #expect(try Self.bits(tensor.floats) == Self.bits(values.floats()), "\(entry.name)")
            #expect(try tensor.withUnsafeBytes { Array($0) } == values.bytes, "\(entry.name)")
            #expect(file[entry.name]?.entry == entry)
        }
        #expect(file.tensors.count == checkpoint.allTensors.count)
        #expect(file["no such tensor"] == nil && file[(file.names.last ?? "") + "."] == nil)
    }

    /// NaN differs from itself, its bits do not.
    static func bits(_ values: [Float]?) -> [UInt32]? { values?.map(\.bitPattern) }

    @Test func valuesAreThoseInTheFile() throws {
        let file = try TensorFile(fixture("networks/bbcum_x4/checkpoint.pth"))
        let tensor = try #require(file["params.conv_first.weight"])
        #expect(tensor.dtype == .float32 && tensor.shape == [8, 3, 3, 3])
        #expect(try tensor.withUnsafeBytes(\.count) == 864)
        #expect(try tensor.floats?.count == 216)
        let first = try tensor.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
        #expect(try tensor.floats?.first?.bitPattern == UInt32(littleEndian: first))
        struct Stop: Error {}
        #expect(throws: Stop.self) { try tensor.withUnsafeBytes { _ in throw Stop() } }
    }

    /// Each element type either has floats in `Tensor` and here, or in neither.
    @Test func dtypesWithFloats() throws {
        let file = try TensorFile(fixture("containers/dtypes.pth"))
        #expect(try file["float16"]?.floats?.count == 15 && file["float8_e5m2"]?.floats?.count == 15)
        for name in ["int64", "bool", "complex64", "qint8"] {
            let tensor = try #require(file[name])
            #expect(try tensor.floats == nil, "\(name)")
        }
        for dtype in DType.allCases {
            let empty = try #require(Tensor(dtype: dtype, shape: [0], bytes: []))
            #expect((empty.floats() != nil) == dtype.hasFloats, "\(dtype.rawValue)")
        }
    }

    @Test func namesAreComparedByScalars() throws {
        try withTemporaryFolder { folder in
            let named = try UnicodeNameTests.names.enumerated().map {
                NamedTensor($1, try UnicodeNameTests.tensor(Float($0)))
            }
            let path = folder + "/e\u{301}.safetensors"
            try SafetensorsWriter.write(named, to: path)
            for file in [try TensorFile(path), try TensorFile(URL(fileURLWithPath: path))] {
                #expect(file.names.count == 4)
                for (index, name) in UnicodeNameTests.names.enumerated() {
                    #expect(try file[name]?.floats == [Float(index)])
                }
                #expect(file["e"] == nil)
            }
        }
    }

    /// `a`, `b` and `a.b` make one name: the first of the file is found, both are listed.
    @Test func keysThatMakeOneName() throws {
        try withTemporaryFolder { folder in
            var builder = CheckpointBuilder()
            builder.storages["1"] = [UInt8](repeating: 2, count: 24)
            let inner = CheckpointBuilder.dictionary([("b", CheckpointBuilder.tensor())])
            builder.object = CheckpointBuilder.dictionary(
                [("a", inner), ("a.b", CheckpointBuilder.tensor(key: "1"))])
            let file = try TensorFile(try builder.write(in: folder))
            #expect(file.names == ["a.b", "a.b"])
            #expect(try file["a.b"]?.withUnsafeBytes(\.first) == 1)
            #expect(try file.tensors.map { try $0.withUnsafeBytes(\.first) } == [1, 2])
        }
    }

    @Test func whatIsNoCheckpoint() throws {
        let path = fixture("absent.pth")
        let error = #expect(throws: CheckpointError.self) { try TensorFile(path) }
        #expect(error?.code == .file(.absent) && error?.file == path)
        #expect(throws: CheckpointError(.notCheckpoint, found: "")) { try TensorFile(fixture("README.md")) }
        #expect(throws: CheckpointError(.file(.absent), found: "")) { try TensorFile(URL(fileURLWithPath: path)) }
        for text in ["https://example.org/a.pth", "file:///a%E9b.pth", "file:///a%00.pth"] {
            let url = try #require(URL(string: text))
            let error = #expect(throws: CheckpointError.self, "\(text)") { try TensorFile(url) }
            #expect(error?.code == .file(.unreadable) && error?.found.contains("URL") == true, "\(text)")
        }
    }

    /// The fault is thrown where the values are read; it is no dtype without floats.
    @Test func damagedValuesThrow() throws {
        try withTemporaryFolder { folder in
            let path = try CheckpointBuilder().write(in: folder)
            var content = try bytes(of: path)
            let place = try #require(content.indices.first { content[$0...].starts(with: [1, 1, 1, 1]) })
            content[place] = 3
            try write(content, to: path)
            let tensor = try #require(try TensorFile(path)[""])
            #expect(throws: CheckpointError(.archive(.checksum), found: "")) { try tensor.floats }
            #expect(throws: CheckpointError(.archive(.checksum), found: "")) { try tensor.withUnsafeBytes(\.count) }
        }
    }

    /// Foundation's text of an error is the error's own line.
    @Test func localizedDescriptions() throws {
        let file: any Error = CheckpointError(.file(.absent), file: "a.pth", found: "there is no such file")
        #expect(file.localizedDescription == "a.pth: there is no such file")
        let bytes: any Error = BytesError(.pastEnd, offset: 4, found: "the data end", expected: "2 more bytes")
        #expect(bytes.localizedDescription == "byte 4: the data end, expected 2 more bytes")
    }
}
