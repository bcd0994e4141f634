import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TestSupport
import Testing

@Suite struct CheckpointTests {
    /// What PyTorch says of a tensor.
    struct Truth: Decodable {
        let name: String
        let dtype: String
        let shape: [Int]
        let strides: [Int]
        let bytes: Int
        let crc32: UInt32
    }

    @Test func everyFixtureIsWhatPyTorchSays() throws {
        let truth = try decoded([String: [Truth]].self, from: fixture("containers/containers.json"))
        #expect(truth.count == 14)
        for (file, tensors) in truth {
            let checkpoint = try Checkpoint.open(fixture("containers/" + file))
            #expect(checkpoint.tensors.map(\.name) == tensors.map(\.name), "\(file)")
            for (entry, truth) in zip(checkpoint.tensors, tensors) {
                #expect(entry.dtype.rawValue == truth.dtype, "\(file) \(truth.name)")
                #expect(entry.shape == truth.shape, "\(file) \(truth.name)")
                #expect(entry.strides == truth.strides, "\(file) \(truth.name)")
                #expect(entry.byteCount == truth.bytes, "\(file) \(truth.name)")
                #expect(CRC32.of(try checkpoint.tensor(entry).bytes) == truth.crc32, "\(file) \(truth.name)")
            }
            #expect(checkpoint.notes.isEmpty == (file != "no_checksums.pth"))
        }
    }

    @Test func trainedNetwork() throws {
        let path = fixture("bbcum_x2_trained.pth")
        let checkpoint = try Checkpoint.open(path)
        #expect(checkpoint.file == path)
        #expect(checkpoint.format.rawValue == "pytorch-zip")
        #expect(checkpoint.byteCount == 5_562_263)
        #expect(checkpoint.tensors.count == 174)
        #expect(checkpoint.tensors.first?.path == ["params", "conv_first.weight"])
        #expect(checkpoint.tensors.first?.description == TensorDescription(shape: [64, 3, 3, 3]))
        #expect(try checkpoint.sha256() == "a0be0d00f967b044090f59f4b6d8cef739ec914b5d88ab8179d215ec78e33bcd")
    }

    @Test func valuesBesideTheTensors() throws {
        let root = try Checkpoint.open(fixture("containers/nested.pth")).root
        guard case .integer(12)? = root["epoch"], case .float(0.001)? = root["rate"], case .some(.none) = root["none"],
            case .bool(true)? = root["flag"], case .string("naïve ☃")? = root["text"],
            case .bytes? = root["bytes"], case .bigInteger? = root["big"], case .complex(1, -2)? = root["complex"],
            case .set(let set)? = root["set"], set.count == 1, case .tuple(let size)? = root["size"], size.count == 2,
            case .symbol("torch.bfloat16")? = root["dtype"], case .object(let device)? = root["device"],
            device.type == "torch.device", case .dictionary(let counter)? = root["counter"]
        else {
            Issue.record("\(root)")
            return
        }
        #expect(counter.map(\.name) == ["100000", "200000"])
    }

    @Test func sharedTensorsShareTheirStorage() throws {
        let tensors = try Checkpoint.open(fixture("containers/views.pth")).tensors
        let base = try #require(tensors.first { $0.name == "base" })
        for name in ["same", "transposed", "window", "row"] {
            #expect(tensors.first { $0.name == name }?.storageKey == base.storageKey)
        }
        #expect(base.layout.storageByteCount == 4 * 6 * 5 * 4)
        #expect(tensors.first { $0.name == "row" }?.storageOffset == 2 * 30 + 3 * 5)
    }

    /// `_rebuild_tensor_v3` and an untyped storage, whose element count is in bytes.
    @Test func untypedStorage() throws {
        try withTemporaryFolder { folder in
            let object = CheckpointBuilder.tensor(
                function: "_rebuild_tensor_v3", storage: "UntypedStorage", count: 24, dtype: "uint32")
            let checkpoint = try Checkpoint.open(try CheckpointBuilder(object: object).write(in: folder))
            #expect(checkpoint.tensors.map(\.name) == [""])
            #expect(checkpoint.tensors.first?.dtype == .uint32)
            #expect(try checkpoint.tensors.map(checkpoint.tensor).first?.bytes.count == 24)
        }
    }

    @Test func storageMayBeLongerThanItsCount() throws {
        try withTemporaryFolder { folder in
            let object = CheckpointBuilder.tensor(count: 6)
            var builder = CheckpointBuilder(object: object)
            builder.storages["0"]? += [9, 9]
            let path = try builder.write(in: folder)
            #expect(try Checkpoint.open(path).tensors.count == 1)
        }
    }
}
