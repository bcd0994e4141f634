import BBCUPlatform
import TensorBytes
import TensorFiles
import TestSupport
import Testing

@Suite struct SafetensorsTests {
    @Test func theSameTensorsAsThePyTorchFile() throws {
        let checkpoint = try Checkpoint.open(fixture("safetensors/bbcum_x2.safetensors"))
        #expect(checkpoint.format == .safetensors)
        let original = try Checkpoint.open(fixture("networks/bbcum_x2/checkpoint.pth"))
        #expect(checkpoint.tensors.count == original.tensors.count)
        for entry in original.tensors {
            let name = String(entry.name.dropFirst("params.".count))
            let found = try #require(checkpoint.tensors.first { $0.name == name })
            #expect(found.shape == entry.shape && found.strides == entry.strides)
            #expect(try checkpoint.tensor(found) == original.tensor(entry))
        }
        guard case .string(let k)? = checkpoint.root["__metadata__"]?["k"] else {
            Issue.record("no metadata")
            return
        }
        #expect(k == "16.25")
    }

    @Test func everyDtype() throws {
        let checkpoint = try Checkpoint.open(fixture("safetensors/dtypes.safetensors"))
        for entry in checkpoint.tensors where !["empty", "scalar"].contains(entry.name) {
            #expect(entry.dtype.rawValue == entry.name && entry.shape == [2, 3])
            let expected: [Double] = entry.dtype == .bool ? [0, 1, 1, 1, 1, 1] : [0, 1, 2, 3, 4, 5]
            let values = try checkpoint.tensor(entry).doubles()
            #expect(entry.dtype == .complex64 ? values == nil : values == expected, "\(entry.name)")
        }
        #expect(checkpoint.tensors.first { $0.name == "empty" }?.byteCount == 0)
        #expect(checkpoint.tensors.first { $0.name == "scalar" }?.shape == [])
    }

    /// Headers that the format forbids, each over 8 bytes of data.
    static let forbidden: [String] = [
        #"{"a":1}"#, #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[9223372036854775807,9],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        #"{"__metadata__":{"k":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x"#,
        "{\"a\u{1}\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"a\":" + String(repeating: "[", count: 100_000),
    ]

    @Test(arguments: forbidden)
    func forbiddenHeadersAreRefused(_ header: String) {
        let error = #expect(throws: CheckpointError.self) { try Self.open(header) }
        #expect(error?.code == .safetensors)
    }

    @Test func allowedHeadersAreRead() throws {
        let padded = #"{"a b\u00e9\ud83d\ude00":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}   "#
        #expect(try Self.open(padded).tensors.map(\.name) == ["a bé😀"])
        let empty =
            #"{"x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"y":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}"#
        #expect(try Self.open(empty).tensors.map(\.byteCount) == [0, 8])
    }

    @Test func everyTruncationIsRefused() throws {
        let whole = try bytes(of: fixture("safetensors/dtypes.safetensors"))
        try withTemporaryFolder { folder in
            for count in stride(from: 1, to: whole.count, by: 7) {
                try write(Array(whole[..<count]), to: folder + "/cut.safetensors")
                #expect(throws: CheckpointError.self) { try Checkpoint.open(folder + "/cut.safetensors") }
            }
        }
    }

    private static func open(_ header: String) throws -> Checkpoint {
        let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { [UInt8]($0) }
        return try withTemporaryFolder { folder in
            try write(length + header.utf8 + [UInt8](repeating: 1, count: 8), to: folder + "/a.safetensors")
            return try Checkpoint.open(folder + "/a.safetensors")
        }
    }
}
