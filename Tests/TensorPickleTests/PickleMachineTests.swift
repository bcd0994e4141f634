import BBCUPlatform
import TensorBytes
import TensorPickle
import TestSupport
import Testing

@Suite struct PickleMachineTests {
    struct Sample: Decodable {
        let `protocol`: Int
        let hex: String
        let value: String
    }

    static func run(_ bytes: [UInt8], limits: PickleLimits = PickleLimits()) throws -> PickleGraph {
        try PickleMachine.run(ByteRegion(bytes), limits: limits)
    }

    /// What CPython's pickle wrote, in every protocol; and no beginning of it is a whole pickle.
    @Test func readsWhatPythonWrites() throws {
        let samples = try decoded([Sample].self, from: fixture("containers/pickles.json"))
        #expect(samples.count > 200)
        for sample in samples {
            let digits = Array(sample.hex)
            let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(digits[$0...$0 + 1]), radix: 16)
            }
            let graph = try Self.run(bytes)
            #expect(graph.shown == sample.value, "protocol \(sample.protocol)")
            #expect(graph.end == bytes.count)
            for count in bytes.indices {
                #expect(throws: PickleError(.truncated, found: "")) { try Self.run(Array(bytes[..<count])) }
            }
        }
    }

    static let texts: [(String, String)] = [
        ("cos\nsystem\n(Vrm\ntR.", "os.system(\"rm\")"),
        ("cm\nC\n)R}Va\nI5\nsb.", "m.C() state {\"a\": 5}"),
        ("cm\nC\n)R(I1\nI2\ne(I3\nI4\nu.", "m.C() [1, 2] {3: 4}"),
        ("(I1\nim\nC\n.", "m.C(1)"),
        ("(cm\nC\nI1\nI2\no.", "m.C(1, 2)"),
        ("Pkey 7\n.", "persistent \"key 7\""),
        ("I7\nQ.", "persistent 7"),
        ("S'a\\n\\x41\\101\\q\\\\'\n.", "\"a\nAA\\q\\\""),
        ("Vx\\u2603\\U0001F600\n.", "\"x☃😀\""),
        ("(I01\nI00\nI2\nt.", "(True, False, 2)"),
        ("I1\n(0.", "1"),
        ("(]2t.", "([], [])"),
        ("]p5\n0g5\n.", "[]"),
        ("L123456789012345678901234567890L\n.", "123456789012345678901234567890"),
        ("(I1\nI2\nd.", "{1: 2}"),
        ("(I1\n(I2\n1l.", "[1]"),
    ]

    @Test(arguments: texts)
    func runsText(_ pickle: String, _ value: String) throws {
        #expect(try Self.run(Array(pickle.utf8)).shown == value)
    }

    static let binaries: [([UInt8], String)] = [
        ([0x8C, 1, 0x6D, 0x8C, 1, 0x43, 0x93, 0x29, 0x7D, 0x92, 0x2E], "m.C(){}"),
        ([0x8C, 1, 0x6D, 0x8C, 1, 0x43, 0x93, 0x29, 0x81, 0x2E], "m.C()"),
        ([0x8F, 0x28, 0x4B, 1, 0x4B, 2, 0x90, 0x2E], "set(1, 2)"),
        ([0x28, 0x4B, 1, 0x91, 0x2E], "frozenset(1)"),
        ([0x82, 7, 0x83, 1, 1, 0x84, 0, 0, 1, 0, 0x87, 0x2E], "(extension 7, extension 257, extension 65536)"),
        ([0x97, 0x98, 0x97, 0x86, 0x2E], "(buffer 0, buffer 1)"),
        ([0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0x2E], "0x008000000000000000"),
        ([0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0x80, 0xFF, 0x2E], "-9223372036854775808"),
        ([0x8A, 0, 0x2E], "0"), ([0x8A, 1, 0xFF, 0x2E], "-1"), ([0x8B, 1, 0, 0, 0, 0x7F, 0x2E], "127"),
        ([0x55, 2, 0xFF, 0xFE, 0x2E], "bytes fffe"), ([0x55, 1, 0x61, 0x2E], "\"a\""),
    ]

    @Test(arguments: binaries)
    func runsBinary(_ pickle: [UInt8], _ value: String) throws {
        #expect(try Self.run(pickle).shown == value)
    }

    static let refused: [(String, [UInt8], PickleCode)] = [
        ("no opcode", [0xFF, 0x2E], .opcode), ("nothing", [], .truncated), ("newer", [0x80, 6, 0x2E], .version),
        ("nothing to stop with", [0x2E], .stack), ("a value below the mark", [0x4E, 0x28, 0x2E], .stack),
        ("tuple below the mark", [0x4E, 0x28, 0x4E, 0x86, 0x2E], .stack), ("no mark", [0x4E, 0x74, 0x2E], .stack),
        ("append to a number", [0x4B, 1, 0x4B, 2, 0x61, 0x2E], .stack),
        ("set on a list", [0x5D, 0x4B, 2, 0x4B, 2, 0x73, 0x2E], .stack),
        ("append to a tuple", [0x29, 0x4B, 2, 0x61, 0x2E], .stack),
        ("odd dictionary", [0x28, 0x4B, 1, 0x64, 0x2E], .stack),
        ("state of a number", [0x4B, 1, 0x4B, 2, 0x62, 0x2E], .stack),
        ("class named by numbers", [0x4B, 1, 0x4B, 2, 0x93, 0x2E], .stack), ("empty memo", [0x68, 0, 0x2E], .memo),
        ("negative length", [0x54, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E], .argument),
        ("length past the end", [0x58, 0xFF, 0xFF, 0xFF, 0x3F, 0x2E], .truncated),
        ("huge length", [0x8D] + [UInt8](repeating: 0xFF, count: 8) + [0x2E], .argument),
        ("long frame", [0x80, 4, 0x95, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0x4E, 0x2E], .truncated),
        ("number of letters", Array("Iabc\n.".utf8), .argument), ("memo of letters", Array("Npx\n.".utf8), .argument),
        ("unquoted", Array("Sabc\n.".utf8), .argument), ("class of nothing", Array("(o.".utf8), .stack),
    ]

    @Test(arguments: refused.indices)
    func refuses(_ index: Int) {
        let (name, bytes, code) = Self.refused[index]
        #expect(throws: PickleError(code, found: ""), "\(name)") { try Self.run(bytes) }
    }

    @Test func limits() {
        let bytes: [UInt8] = [0x28, 0x28, 0x5D, 0x94, 0x5D, 0x94, 0x8C, 3, 0x61, 0x61, 0x61, 0x74, 0x74, 0x2E]
        #expect(throws: Never.self) { try Self.run(bytes) }
        for limits in [
            PickleLimits(opcodes: 8), PickleLimits(memoEntries: 1), PickleLimits(stringBytes: 2),
            PickleLimits(marks: 1),
        ] {
            #expect(throws: PickleError(.limit, found: "")) { try Self.run(bytes, limits: limits) }
        }
    }

    @Test func cyclesAndDepthAreHarmless() throws {
        // A list in itself.
        #expect(try Self.run([0x5D, 0x94, 0x68, 0, 0x61, 0x2E]).nodes.count == 1)
        // A million tuples within each other: released without recursion.
        let tuples = [0x4E] + [UInt8](repeating: 0x85, count: 1_000_000) + [0x2E]
        var limits = PickleLimits()
        limits.memoryPerByte = 1000
        #expect(try Self.run(tuples, limits: limits).nodes.count == 1_000_000)
        // What takes a hundred times its own size is refused without being asked.
        #expect(throws: PickleError(.limit, found: "")) { try Self.run(tuples) }
    }

    @Test func errorsNameTheByte() throws {
        let error = #expect(throws: PickleError.self) { try Self.run([0x4E, 0x4E, 0xFF]) }
        #expect(error?.offset == 2)
    }

    @Test func severalInOneFile() throws {
        let region = ByteRegion([0x4B, 1, 0x2E, 0x4B, 2, 0x2E])
        let first = try PickleMachine.run(region)
        #expect(try PickleMachine.run(region, from: first.end).shown == "2")
    }
}
