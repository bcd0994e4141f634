import BBCUPlatform
import CBBCUSHA256
import Foundation
import TestSupport
import Testing

/// Against NIST's vectors (Cryptographic Algorithm Validation Program, `Fixtures/README.md`), by every implementation that this
/// processor has.
@Suite struct SHA256Tests {
    private static let names = ["portable", "sha-ni", "armv8"]

    private static func digests(_ bytes: [UInt8]) -> [[UInt8]] {
        names.compactMap { name in
            var digest = [UInt8](repeating: 0, count: 32)
            let wasRun = bytes.withUnsafeBytes { bbcu_sha256_by(name, $0.baseAddress, $0.count, &digest) }
            return wasRun ? digest : nil
        }
    }

    private static func bytes(_ hexadecimal: Substring) -> [UInt8] {
        let digits = hexadecimal.utf8.map { UInt8($0 < 0x3A ? $0 - 0x30 : $0 - 0x57) }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    @Test func messages() throws {
        let lines = try String(contentsOfFile: fixture("sha256/messages.txt"), encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 72)
        for line in lines {
            let parts = line.split(separator: " ")
            let (message, expected) = (parts[0] == "-" ? [] : Self.bytes(parts[0]), parts[1])
            #expect(message.withUnsafeBytes { sha256($0) } == expected, "\(message.count) bytes")
            let digests = Self.digests(message)
            #expect(!digests.isEmpty && digests.allSatisfy { $0 == Self.bytes(expected) }, "\(message.count) bytes")
        }
    }

    /// The Monte Carlo test: each of 20 results is 1,000 digests of the three before.
    @Test func chain() throws {
        let lines = try String(contentsOfFile: fixture("sha256/chain.txt"), encoding: .utf8).split(separator: "\n")
        var seed = Self.bytes(try #require(lines.first))
        for expected in lines.dropFirst() {
            var last = [seed, seed, seed]
            for _ in 0..<1000 {
                let digests = Self.digests(last.flatMap(\.self))
                #expect(Set(digests).count == 1)
                last = [last[1], last[2], try #require(digests.first)]
            }
            seed = last[2]
            #expect(seed == Self.bytes(expected))
        }
    }
}
