import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TestSupport
import Testing

/// Element types that came after the first ones, and those that are still to come.
@Suite struct OtherDTypeTests {
    /// All codes of the small types, as ml_dtypes and PyTorch read them.
    @Test func everyCodeOfTheSmallTypes() throws {
        let codes = try Checkpoint.open(fixture("reading/codes.safetensors"))
        let expected = try Checkpoint.open(fixture("reading/codes_expected.safetensors"))
        #expect(codes.tensors.count == 6)
        for entry in codes.tensors {
            let other = try #require(expected.tensors.first { $0.name == entry.name })
            #expect(entry.shape == other.shape && entry.byteCount == 256, "\(entry.name)")
            let values = try #require(try codes.tensor(entry).floats()).map(\.bitPattern)
            let truth = try #require(try expected.tensor(other).floats())
            // NaN has many patterns; which one of them is nothing that a value says.
            #expect(zip(values, truth).allSatisfy { $0 == $1.bitPattern || Float(bitPattern: $0).isNaN && $1.isNaN })
            #expect(values.count == truth.count)
        }
    }

    @Test func pairsAsPyTorchHasThem() throws {
        let checkpoint = try Checkpoint.open(fixture("reading/codes.pth"))
        let pairs = try #require(checkpoint.tensors.first { $0.name == "pairs" })
        #expect(pairs.dtype == .bcomplex32 && pairs.shape == [3] && pairs.byteCount == 12)
        let packed = try #require(checkpoint.tensors.first { $0.name == "packed" })
        #expect(packed.dtype == .float4E2M1FNX2 && packed.shape == [2, 128] && packed.byteCount == 256)
        let other = try Checkpoint.open(fixture("reading/codes.safetensors"))
        let single = try #require(other.tensors.first { $0.name == "F4" })
        #expect(try checkpoint.tensor(packed).doubles() == other.tensor(single).doubles())
        let inspection = try Inspection(checkpoint, .init(statistics: true))
        let statistics = try #require(inspection.rows.first { $0.entry.name == "packed" }?.statistics)
        #expect(statistics.finite == 512 && statistics.min == -6 && statistics.max == 6 && statistics.zeros == 64)
    }

    static func header(_ dtype: String, _ shape: String, bytes: Int) -> [UInt8] {
        let text =
            "{\"a\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":[0,\(bytes)]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[\(bytes),\(bytes + 4)]}}"
        let length = UInt64(text.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(text.utf8)
            + (0..<bytes + 4).map { UInt8($0) }
    }

    @Test(arguments: [("F6_E2M3", "[2,4]", 6), ("F6_E3M2", "[4]", 3), ("F3_NEW", "[7]", 5), ("Q5", "[]", 0)])
    func unknownTypesOfSafetensorsAreListed(_ dtype: String, _ shape: String, _ count: Int) throws {
        let checkpoint = try Checkpoint.open(ByteRegion(Self.header(dtype, shape, bytes: count)), file: "x")
        #expect(checkpoint.tensors.map(\.name) == ["a", "b"])
        let entry = checkpoint.tensors[0]
        #expect(entry.dtype.rawValue == dtype && !entry.dtype.isKnown && entry.byteCount == count)
        let tensor = try checkpoint.tensor(entry)
        #expect(tensor.bytes == (0..<count).map { UInt8($0) } && tensor.doubles() == nil)
        #expect(try checkpoint.tensor(checkpoint.tensors[1]).bytes == (count..<count + 4).map { UInt8($0) })
        let rows = try Inspection(checkpoint, .init(checksums: true, statistics: true)).rows
        #expect(rows[0].crc32 == CRC32.of(tensor.bytes) && rows[0].statistics == nil && rows[1].problem == nil)
        #expect(rows[0].problem == "the dtype \(dtype) is not known to this version")
        #expect(try Inspection(checkpoint).rows[0].problem != nil)
        try withTemporaryFolder { folder in
            let path = folder + "/copy.safetensors"
            let named = checkpoint.tensors.map { entry in
                NamedTensor(entry.name, entry.description, byteCount: entry.byteCount) { try checkpoint.tensor(entry) }
            }
            try SafetensorsWriter.write(named, to: path)
            let copy = try Checkpoint.open(path)
            for entry in checkpoint.tensors {
                let other = try #require(copy.tensors.first { $0.name == entry.name })
                #expect(try copy.tensor(other) == checkpoint.tensor(entry))
            }
            #expect(throws: CheckpointError(.dtype, found: "")) {
                try PyTorchWriter.write(checkpoint, to: folder + "/copy.pth")
            }
            #expect(throws: CheckpointError(.npy, found: "")) { try NPZWriter.write(named, to: folder + "/copy.npz") }
            #expect(try contents(ofFolder: folder) == ["copy.safetensors"])
        }
    }

    /// A known size that the file contradicts is damage, whatever can be read.
    @Test(arguments: [("F6_E2M3", "[2,4]", 7), ("F6_E2M3", "[3]", 3), ("F4", "[3]", 2), ("F4", "[2,2]", 4)])
    func sizesMustFit(_ dtype: String, _ shape: String, _ count: Int) {
        #expect(throws: CheckpointError(.safetensors, found: "")) {
            try Checkpoint.open(ByteRegion(Self.header(dtype, shape, bytes: count)), file: "x")
        }
    }

    static let newerThanThis: [(String, [UInt8])] = [
        ("float7", CheckpointBuilder.tensor(function: "_rebuild_tensor_v3", dtype: "float7")),
        ("Float7Storage", CheckpointBuilder.tensor(storage: "Float7Storage", count: 3)),
        (
            "float6_e2m3",
            CheckpointBuilder.tensor(
                function: "_rebuild_tensor_v3", storage: "UntypedStorage", count: 24, dtype: "float6_e2m3")
        ),
    ]

    @Test(arguments: newerThanThis)
    func unknownTypesOfPyTorchAreListed(_ dtype: String, _ object: [UInt8]) throws {
        try withTemporaryFolder { folder in
            var builder = CheckpointBuilder()
            builder.storages["1"] = [UInt8](repeating: 2, count: 24)
            builder.object = CheckpointBuilder.dictionary([
                ("new", object), ("old", CheckpointBuilder.tensor(key: "1")),
            ])
            let checkpoint = try Checkpoint.open(try builder.write(in: folder))
            #expect(checkpoint.tensors.map(\.name) == ["new", "old"])
            let entry = checkpoint.tensors[0]
            #expect(entry.dtype == .other(OtherDType(dtype, .torch)) && entry.shape == [2, 3] && entry.byteCount == 24)
            #expect(try checkpoint.tensor(entry).bytes == [UInt8](repeating: 1, count: 24))
            #expect(try checkpoint.tensor(checkpoint.tensors[1]).floats()?.count == 6)
            let path = folder + "/copy.pth"
            guard !dtype.hasSuffix("Storage") else {
                #expect(throws: CheckpointError(.dtype, found: "")) { try PyTorchWriter.write(checkpoint, to: path) }
                return
            }
            try PyTorchWriter.write(checkpoint, to: path)
            let copy = try Checkpoint.open(path)
            #expect(copy.tensors[0].description == entry.description)
            #expect(try copy.tensor(copy.tensors[0]) == checkpoint.tensor(entry))
        }
    }

    /// In a stream of pickles only the elements' size says where the next storage begins.
    @Test func unknownStorageClassesOfStreams() throws {
        let original = try Checkpoint.open(fixture("forms/legacy.pth"))
        var content = try bytes(of: fixture("forms/legacy.pth"))
        let name = Array("FloatStorage\n".utf8)
        var place = 0
        while let start = content[place...].indices.first(where: { content[$0...].starts(with: name) }) {
            content.replaceSubrange(start..<start + name.count, with: Array("Float9Storage\n".utf8))
            place = start + name.count
        }
        let checkpoint = try Checkpoint.open(ByteRegion(content), file: "x")
        #expect(checkpoint.tensors.map(\.name) == original.tensors.map(\.name))
        for (entry, other) in zip(checkpoint.tensors, original.tensors) where entry.dtype != other.dtype {
            #expect(entry.dtype == .other(OtherDType("Float9Storage", .torch)))
            #expect(try checkpoint.tensor(entry).bytes == original.tensor(other).bytes, "\(entry.name)")
        }
        #expect(checkpoint.tensors.contains { !$0.dtype.isKnown })
    }

    @Test func arraysOfTextsAndRecordsAreListed() throws {
        let checkpoint = try Checkpoint.open(fixture("arrays/objects.npz"))
        let text = try #require(checkpoint.tensors.first { $0.name == "text" })
        #expect(text.dtype == .other(OtherDType("<U3", .numpy)) && text.byteCount % 12 == 0 && text.byteCount > 0)
        try withTemporaryFolder { folder in
            let named = checkpoint.tensors.filter { $0.name != "objects" }.map { entry in
                NamedTensor(entry.name, entry.description, byteCount: entry.byteCount) { try checkpoint.tensor(entry) }
            }
            try NPZWriter.write(named, to: folder + "/copy.npz")
            let copy = try Checkpoint.open(folder + "/copy.npz")
            #expect(copy.tensors.map(\.dtype) == named.map(\.description.dtype))
            for (entry, other) in zip(named, copy.tensors) { #expect(try copy.tensor(other) == entry.load()) }
        }
    }

    /// Texts in Fortran's order give the same bytes as in C's.
    @Test func orderOfUnknownArrays() throws {
        func array(_ isFortran: Bool, _ values: [UInt8]) throws -> Tensor {
            let flag = isFortran ? "True" : "False"
            let header = "{'descr': '|S1', 'fortran_order': \(flag), 'shape': (2, 3), }"
            let bytes =
                [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + values
            let checkpoint = try Checkpoint.open(ByteRegion(bytes), file: "x")
            return try checkpoint.tensor(checkpoint.tensors[0])
        }
        #expect(try array(false, [1, 2, 3, 4, 5, 6]) == array(true, [1, 4, 2, 5, 3, 6]))
        #expect(try array(false, [1, 2, 3, 4, 5, 6]) != array(true, [1, 2, 3, 4, 5, 6]))
    }

    @Test func packedNumbersSurviveConversion() throws {
        let original = try Checkpoint.open(fixture("reading/codes.safetensors"))
        let single = try #require(original.tensors.first { $0.name == "F4" })
        try withTemporaryFolder { folder in
            try PyTorchWriter.write(original, to: folder + "/codes.pth")
            let torch = try Checkpoint.open(folder + "/codes.pth")
            let pairs = try #require(torch.tensors.first { $0.name == "F4" })
            #expect(pairs.dtype == .float4E2M1FNX2 && pairs.shape == [2, 128])
            let named = torch.tensors.map { entry in
                NamedTensor(entry.name, entry.description) { try torch.tensor(entry) }
            }
            try SafetensorsWriter.write(named, to: folder + "/back.safetensors")
            let back = try Checkpoint.open(folder + "/back.safetensors")
            let again = try #require(back.tensors.first { $0.name == "F4" })
            #expect(again.description == single.description)
            #expect(try back.tensor(again) == original.tensor(single))
        }
    }
}
