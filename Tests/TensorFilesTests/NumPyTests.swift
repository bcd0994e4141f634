import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TestSupport
import Testing

@Suite struct NumPyTests {
    struct Truth: Decodable {
        let dtype: String
        let shape: [Int]
        let crc32: UInt32
    }

    @Test func readsWhatNumPyWrites() throws {
        let truth = try decoded([String: Truth].self, from: fixture("containers/arrays/arrays.json"))
        #expect(truth.count == 12)
        for (file, truth) in truth {
            let tensor = try NumPyArray.read(fixture("containers/arrays/" + file))
            #expect(tensor.dtype.rawValue == truth.dtype, "\(file)")
            #expect(tensor.shape == truth.shape, "\(file)")
            #expect(CRC32.of(tensor.bytes) == truth.crc32, "\(file)")
        }
    }

    @Test func writesWhatNumPyWrites() throws {
        for name in ["float32", "bool", "uint8", "scalar", "vector", "empty", "complex"] {
            let path = fixture("containers/arrays/\(name).npy")
            #expect(try NumPyArray.encode(try NumPyArray.read(path)) == bytes(of: path), "\(name)")
        }
    }

    @Test func everyDtypeReadsBackOrIsRefused() throws {
        try withTemporaryFolder { folder in
            for dtype in DType.allCases where dtype.elementsPerByte == 1 {
                let content = (0..<6 * dtype.byteCount).map { UInt8($0) }
                let tensor = try #require(Tensor(dtype: dtype, shape: [2, 3], bytes: content))
                let path = folder + "/\(dtype.rawValue).npy"
                let isForeign =
                    [.bfloat16, .complex32, .bcomplex32, .float4E2M1FNX2].contains(dtype) || dtype.isRaw
                    || dtype.rawValue.hasPrefix("float8_") || dtype.rawValue.hasPrefix("q")
                if isForeign {
                    #expect(throws: CheckpointError(.npy, found: "")) { try NumPyArray.write(tensor, to: path) }
                } else {
                    try NumPyArray.write(tensor, to: path)
                    #expect(try NumPyArray.read(path) == tensor)
                }
            }
        }
    }

    @Test func archiveOfArrays() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.npz"
            let tensor = try #require(Tensor([Float(1), 2, 3, 4], shape: [2, 2]))
            var writer = try NPZWriter(path)
            try writer.add("body.0.body.1", tensor)
            #expect(throws: CheckpointError(.archive(.duplicateName), found: "")) {
                try writer.add("body.0.body.1", tensor)
            }
            try writer.finish()
            let archive = try ZipArchive.read(try ByteRegion.mapping(path))
            #expect(try NumPyArray.decode(try archive.contents(of: "body.0.body.1.npy")) == tensor)
            #expect(try contents(ofFolder: folder) == ["a.npz"])
        }
    }

    static let headers = [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 99999999999999999999), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }",
        "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': 'f4', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f4', 'fortran_order': False, }",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f4'", "",
    ]

    @Test(arguments: headers)
    func refusesHeaders(_ header: String) {
        let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
        #expect(throws: CheckpointError(.npy, found: "")) {
            try NumPyArray.decode(ByteRegion(bytes + [UInt8](repeating: 0, count: 8)))
        }
    }

    @Test func truncations() throws {
        let whole = try bytes(of: fixture("containers/arrays/float32.npy"))
        for count in whole.indices {
            #expect(throws: CheckpointError(.npy, found: "")) {
                try NumPyArray.decode(ByteRegion(Array(whole[..<count])))
            }
        }
        #expect(throws: CheckpointError(.file(.absent), found: "")) { try NumPyArray.read("/nonexistent") }
    }
}
