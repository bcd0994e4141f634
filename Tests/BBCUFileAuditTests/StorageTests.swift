import BBCUFileAudit
import BBCUPlatform
import TensorBytes
import TensorPickle
import TestSupport
import Testing

/// Members that a pickle names as storages: numbers, unless they do something as a pickle.
@Suite struct StorageTests {
    /// The beginnings of 100 times 70,000 storages, of different kinds of numbers: none is a pickle. A beginning that
    /// no opcode of a pickle starts, as most do, is passed over here without being followed.
    @Test func numbersAreNeverPickles() {
        var random = SplitMix(state: 22)
        var (followed, taken) = (0, 0)
        var values = [UInt8](repeating: 0, count: 64)
        for seed in 0..<100 {
            for _ in 0..<70_000 {
                var index = 0
                while index < values.count {
                    let bits = random.next()
                    let word: UInt64 =
                        switch seed % 10 {
                        case 0...2: bits
                        // float32 below one, as weights are.
                        case 3...5: (bits & 0x83FF_FFFF_83FF_FFFF) | 0x3800_0000_3800_0000
                        case 6, 7: (bits & 0xBFFF_BFFF_BFFF_BFFF) & ~0x4000_4000_4000_4000 | 0x3000_3000_3000_3000
                        // Small integers, and texts in bytes.
                        case 8: bits & 0x0000_007F_0000_007F
                        default: (bits & 0x1F1F_1F1F_1F1F_1F1F) | 0x6060_6060_6060_6060
                        }
                    for byte in 0..<8 { values[index + byte] = UInt8(truncatingIfNeeded: word >> UInt64(8 * byte)) }
                    index += 8
                    // The rest is only made where somebody would read on.
                    if index == 8, PickleOpcode(rawValue: values[0]) == nil { break }
                }
                guard PickleOpcode(rawValue: values[0]) != nil else { continue }
                followed += 1
                if HiddenPickle.starts(ByteRegion(values)) { taken += 1 }
            }
        }
        #expect(followed > 500_000)
        #expect(taken == 0)
    }

    /// The floats that once made honest files suspicious: PROTO 2 and an extension's code.
    @Test(
        arguments: [
            [0x80, 2, 0x82, 0x47, 1, 2, 3, 4], [0x80, 2, 0x82, 7, 0x2E, 0, 0, 0], [0x80, 4, 0x4B, 5, 0x2E, 9, 9, 9],
            [0x80, 2, 0x4E, 0x2E], [0x80, 3, 0x28, 0x28, 0x83, 1, 0, 0x2E],
        ] as [[UInt8]])
    func likePickles(_ values: [UInt8]) throws {
        #expect(!HiddenPickle.starts(ByteRegion(values + [0, 0, 0x80, 0x3F])))
        let scan = Scan(ByteRegion(try Samples.checkpoint(values + [0, 0, 0x80, 0x3F])), file: "x.pth")
        #expect(scan.verdict == .expected)
    }

    /// Every attack hidden as a storage is found, also with values behind it and without its end.
    @Test(arguments: AttackTests.attacks)
    func hiddenPickles(_ attack: AttackTests.Attack) throws {
        guard attack.verdict == .dangerous else { return }
        for values in [attack.bytes, attack.bytes + [UInt8](repeating: 0x3F, count: 64)] {
            let scan = Scan(ByteRegion(try Samples.checkpoint(values)), file: "x.pth")
            #expect(scan.verdict != .expected)
        }
    }

    @Test(arguments: [
        "cos\nsystem\n(S'true'\ntR.", "ios\nsystem\n.", "(S'true'\nios\nsystem\n.", "cnt\nsystem\n\u{1}\u{1}",
    ])
    func hiddenText(_ pickle: String) throws {
        for start in [[], [0x80, 2], [0x80, 4]] as [[UInt8]] {
            let scan = Scan(ByteRegion(try Samples.checkpoint(start + Array(pickle.utf8))), file: "x.pth")
            #expect(scan.verdict == .dangerous, "\(pickle)")
        }
    }

    /// A record is a storage only where a pickle names it, and only as large as the pickle says.
    @Test func whatIsNoStorage() throws {
        let pickle = Samples.pickle(naming: "0", count: 2, type: "FloatStorage")
        let values: [UInt8] = [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]
        func verdict(_ entries: [(String, [UInt8])]) throws -> Scan {
            Scan(ByteRegion(try Samples.zip(entries)), file: "x.pth")
        }
        #expect(try verdict([("a/data.pkl", pickle), ("a/data/0", values)]).verdict == .expected)
        // The pickle may stand behind its storages, and names are found without regard to capitals.
        #expect(try verdict([("a/DATA/0", values), ("a/data.pkl", pickle)]).verdict == .expected)
        for name in ["a/data/1", "b/data/0", "a/data/00", "a/constants/0", "0"] {
            let scan = try verdict([("a/data.pkl", pickle), (name, values)])
            #expect(scan.notExamined.map(\.place) == [name])
            #expect(scan.verdict == .unknown)
        }
        let longer = try verdict([("a/data.pkl", pickle), ("a/data/0", values + AttackTests.evil)])
        #expect(longer.verdict == .dangerous)
        #expect(longer.findings.contains { $0.text.contains("follow the values of the storage") })
    }

    /// A generator whose numbers a test can repeat (Steele, Lea and Flood, 2014).
    struct SplitMix {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var bits = state
            bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
            return bits ^ bits >> 31
        }
    }
}
