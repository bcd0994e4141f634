import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TensorPickle
import TestSupport
import Testing

@Suite struct CheckpointErrorTests {
    typealias Change = @Sendable (inout CheckpointBuilder) -> Void
    typealias Builder = CheckpointBuilder

    static let damaged: [(String, CheckpointCode, Change)] = [
        ("no data.pkl", .noPickle, { $0.hasPickle = false }),
        (
            "two data.pkl", .noPickle,
            {
                $0.prefix = ""
                $0.hasPickle = false
                $0.others = ["a/data.pkl": [], "b/data.pkl": []]
            }
        ),
        ("no storage", .missingStorage, { $0.storages = [:] }),
        ("short storage", .storageSize, { $0.storages["0"]?.removeLast() }),
        ("too many rows", .beyondStorage, { $0.object = Builder.tensor(shape: [3, 3]) }),
        ("offset", .beyondStorage, { $0.object = Builder.tensor(offset: 1) }),
        ("stride", .beyondStorage, { $0.object = Builder.tensor(strides: [4, 1]) }),
        ("more than the count", .beyondStorage, { $0.object = Builder.tensor(count: 5) }),
        ("huge size", .overflow, { $0.object = Builder.tensor(shape: [.max, 3], strides: [0, 0]) }),
        ("huge stride", .overflow, { $0.object = Builder.tensor(strides: [.max, .max]) }),
        ("huge offset", .overflow, { $0.object = Builder.tensor(offset: .max) }),
        ("huge count", .overflow, { $0.object = Builder.tensor(count: .max) }),
        ("negative count", .overflow, { $0.object = Builder.tensor(count: -6) }),
        ("negative size", .tensor, { $0.object = Builder.tensor(shape: [-2, 3]) }),
        ("negative stride", .tensor, { $0.object = Builder.tensor(strides: [-3, 1]) }),
        ("negative offset", .tensor, { $0.object = Builder.tensor(offset: -1) }),
        ("fewer strides", .tensor, { $0.object = Builder.tensor(strides: [3]) }),
        ("untyped without a dtype", .dtype, { $0.object = Builder.tensor(storage: "UntypedStorage", count: 24) }),
        ("v3 without a dtype", .tensor, { $0.object = Builder.tensor(function: "_rebuild_tensor_v3") }),
        ("no arguments", .tensor, { $0.object = Array("ctorch._utils\n_rebuild_tensor_v2\n)R".utf8) }),
        ("parameter of nothing", .tensor, { $0.object = Array("ctorch._utils\n_rebuild_parameter\n)R".utf8) }),
        ("byte order", .byteOrder, { $0.others["byteorder"] = Array("middle".utf8) }),
        ("damaged pickle", .pickle(.opcode), { $0.object = [0xFF] }),
        ("pickle without an end", .pickle(.truncated), { $0.object = Array("Vab".utf8) }),
        ("nesting", .limit, { $0.object = [UInt8](repeating: 0x5D, count: 1) + [UInt8](repeating: 0x85, count: 300) }),
    ]

    @Test(arguments: damaged.indices)
    func damagedCheckpoints(_ index: Int) throws {
        let (name, code, change) = Self.damaged[index]
        try withTemporaryFolder { folder in
            var builder = CheckpointBuilder()
            builder.object = CheckpointBuilder.dictionary([("weight", CheckpointBuilder.tensor())])
            _ = try Checkpoint.open(try builder.write(in: folder))
            change(&builder)
            let path = try builder.write(in: folder)
            let error = #expect(throws: CheckpointError.self, "\(name)") { try Checkpoint.open(path) }
            #expect(error?.code == code, "\(name)")
            #expect(error?.description.hasPrefix(path + ": ") == true)
            #expect(error?.description.contains("\n") == false)
        }
    }

    @Test func errorsNameTheTensor() throws {
        try withTemporaryFolder { folder in
            let tensor = CheckpointBuilder.tensor(offset: 1)
            let object = CheckpointBuilder.dictionary([("net", CheckpointBuilder.dictionary([("a.\u{1B}", tensor)]))])
            let path = try CheckpointBuilder(object: object).write(in: folder)
            let error = #expect(throws: CheckpointError.self) { try Checkpoint.open(path) }
            #expect(
                error?.description == "\(path): net.a.\\u{1B}: a tensor that reaches to byte 28 of storage '0', which "
                    + "has 24, expected a tensor inside its storage; the file is damaged, or was not written by PyTorch"
            )
        }
    }

    @Test func truncations() throws {
        let whole = try bytes(of: fixture("bbcum_x2_trained.pth"))
        try withTemporaryFolder { folder in
            for part in 0..<16 {
                let path = folder + "/\(part).pth"
                try write(Array(whole[..<(whole.count * part / 16)]), to: path)
                let error = #expect(throws: CheckpointError.self) { try Checkpoint.open(path) }
                #expect(error?.code == (part == 0 ? .file(.empty) : .archive(.notZip)))
            }
        }
    }

    /// Each bit of a small checkpoint changed: a value or an error, never a crash, and never other values unnoticed.
    @Test func changedBits() throws {
        let whole = try bytes(of: fixture("containers/bare.pth"))
        let original = try Checkpoint.open(fixture("containers/bare.pth"))
        let tensor = try original.tensor(try #require(original.tensors.first))
        for bit in 0..<whole.count * 8 {
            var changed = whole
            changed[bit / 8] ^= 1 << (bit % 8)
            guard let checkpoint = try? Checkpoint.open(ByteRegion(changed), file: "changed") else { continue }
            for entry in checkpoint.tensors {
                guard let values = try? checkpoint.tensor(entry) else { continue }
                #expect(values == tensor, "bit \(bit)")
            }
        }
    }

    @Test func wrongChecksumIsFoundWhereTheDataAreRead() throws {
        try withTemporaryFolder { folder in
            var builder = CheckpointBuilder()
            builder.storages["1"] = [UInt8](repeating: 2, count: 24)
            builder.object = CheckpointBuilder.dictionary(
                [("a", CheckpointBuilder.tensor()), ("b", CheckpointBuilder.tensor(key: "1"))])
            let path = try builder.write(in: folder)
            var content = try bytes(of: path)
            let place = try #require(content.indices.first { content[$0...].starts(with: [2, 2, 2, 2]) })
            content[place] = 3
            try write(content, to: path)
            let checkpoint = try Checkpoint.open(path)
            _ = try checkpoint.tensor(checkpoint.tensors[0])
            let error = #expect(throws: CheckpointError.self) { try checkpoint.tensor(checkpoint.tensors[1]) }
            #expect(error?.code == .archive(.checksum))
            #expect(error?.place == "archive/data/1")
            #expect(error?.file == path)
        }
    }

    static let broken: [(CheckpointCode, [UInt8])] = [
        (.pickle(.truncated), [0x80, 4, 0x95]),
        (.pickle(.truncated), [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]),
        (.npy, [0x93] + Array("NUMPY".utf8)), (.shards, Array("{}".utf8)), (.shards, Array("{\"weight_map\": 1}".utf8)),
        (.tar(.truncated), [UInt8](repeating: 0x30, count: 257) + Array("ustar".utf8)),
        (.tar(.header), [UInt8](repeating: 0x30, count: 257) + Array("ustar".utf8) + [UInt8](repeating: 0, count: 900)),
    ]

    @Test(arguments: broken)
    func brokenFilesSayWhat(_ code: CheckpointCode, _ content: [UInt8]) throws {
        let error = #expect(throws: CheckpointError.self) { try Checkpoint.open(ByteRegion(content), file: "x") }
        #expect(error?.code == code)
        #expect(error?.file == "x")
    }

    @Test func filesThatCannotBeRead() throws {
        #expect(throws: CheckpointError(.file(.absent), found: "")) { try Checkpoint.open("/nonexistent") }
        #expect(throws: CheckpointError(.folder, found: "")) { try Checkpoint.open("/") }
    }

    /// A list that holds itself, and lists whose parts are shared a thousand million times over.
    @Test func cyclesAndSharing() throws {
        try withTemporaryFolder { folder in
            let cycle = try CheckpointBuilder(object: Array("]p0\ng0\na".utf8)).write(in: folder)
            #expect(try Checkpoint.open(cycle).tensors.isEmpty)
            var object: [UInt8] = [0x5D]
            for _ in 0..<30 { object += [0x32, 0x86] }
            let shared = try CheckpointBuilder(object: object).write(in: folder)
            #expect(throws: CheckpointError(.limit, found: "")) { try Checkpoint.open(shared) }
        }
    }

    /// Each tuple is shallow where it is read, and as deep as all before it together where it is used.
    @Test func depthBySharing() throws {
        try withTemporaryFolder { folder in
            var object = Array("(Np0\n".utf8)
            for index in 0..<1000 {
                object += Array("g\(index)\n".utf8) + [UInt8](repeating: 0x85, count: 100)
                object += Array("p\(index + 1)\n".utf8)
            }
            let path = try CheckpointBuilder(object: object + Array("l".utf8)).write(in: folder)
            #expect(throws: CheckpointError(.limit, found: "")) { try Checkpoint.open(path) }
        }
    }

    /// Many objects, each made of one large dictionary.
    @Test func itemsRepeatedByManyObjects() throws {
        try withTemporaryFolder { folder in
            var object = Array("ccollections\nCounter\np0\n(".utf8)
            for _ in 0..<1000 { object += Array("NN".utf8) }
            object += Array("d\u{85}".unicodeScalars.map { UInt8($0.value) }) + Array("p1\n(".utf8)
            for _ in 0..<1000 { object += Array("g0\ng1\nR".utf8) }
            let path = try CheckpointBuilder(object: object + Array("l".utf8)).write(in: folder)
            #expect(throws: CheckpointError(.limit, found: "")) { try Checkpoint.open(path) }
        }
    }

    @Test func endlessRepetitionIsNotWrittenOut() throws {
        try withTemporaryFolder { folder in
            let object = CheckpointBuilder.tensor(shape: [1 << 50], strides: [0])
            let checkpoint = try Checkpoint.open(try CheckpointBuilder(object: object).write(in: folder))
            #expect(throws: CheckpointError(.limit, found: "")) { try checkpoint.tensor(checkpoint.tensors[0]) }
        }
    }
}
