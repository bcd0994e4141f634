import BBCUExecution
import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TestSupport
import Testing

/// Damaged files of every format, always the same ones: each must end in a value or a typed error, never in a crash, a
/// hang or a balloon.
@Suite struct MutationTests {
    static let formats: [(format: String, files: [String])] = [
        ("zip", ["containers/nested.pth", "containers/views.pth", "containers/dtypes.pth", "containers/deflated.pth"]),
        ("newer zip", ["generations/2.13.0/zip_special.pth", "generations/2.13.0/zip_numpy.pth"]),
        ("torchscript", ["generations/1.13.1/script.pt", "generations/2.13.0/script_constant.pt"]),
        ("legacy", ["generations/1.4.0/legacy_views.pth", "generations/1.4.0/legacy_special.pth"]),
        ("newer legacy", ["generations/2.13.0/legacy_new_dtypes.pth", "generations/2.13.0/legacy_protocol4.pth"]),
        ("tar", ["generations/2.13.0/tar.pth"]), ("pickle", ["generations/2.13.0/pickle_f.pkl"]),
        ("safetensors", ["safetensors/dtypes.safetensors"]),
        ("npy", ["containers/arrays/fortran.npy", "containers/arrays/version3.npy"]),
        ("npz", ["arrays/stored.npz", "arrays/deflated.npz", "arrays/objects.npz"]),
        ("index", ["arrays/model.bin.index.json"]),
    ]
    static let filesOfAFormat = 1_900

    @Test func everyMutatedFileEndsInAValueOrAnError() throws {
        var total = 0
        for (number, (format, files)) in Self.formats.enumerated() {
            var generator = SplitMix64(seed: UInt64(number))
            let seeds = try files.map { try bytes(of: fixture($0)) }
            var (opened, refused) = (0, 0)
            for _ in 0..<Self.filesOfAFormat {
                let mutated = Self.mutated(seeds, &generator)
                if Self.isOpened(mutated) { opened += 1 } else { refused += 1 }
            }
            total += opened + refused
            // Both happen where the mutations reach deep and are not all alike.
            #expect(opened > 20 || format == "index", "\(format): \(opened) opened, \(refused) refused")
            #expect(refused > 20, "\(format): \(opened) opened, \(refused) refused")
        }
        #expect(total >= 20_000)
    }

    /// The pickle alone is changed, and the archive made anew, so that its checksum does not give the change away.
    @Test func mutatedPicklesInWholeArchives() throws {
        var (opened, refused) = (0, 0)
        var generator = SplitMix64(seed: 99)
        for file in [
            "containers/nested.pth", "generations/2.13.0/zip_special.pth", "generations/2.13.0/zip_module.pth",
        ] {
            let archive = try ZipArchive.read(ByteRegion(try bytes(of: fixture(file))))
            let pickle = try #require(archive.entries.first { $0.name.hasSuffix("data.pkl") })
            let content = try archive.contents(of: pickle.name).bytes
            try withTemporaryFolder { folder in
                for _ in 0..<400 {
                    var writer = try ZipWriter(folder + "/a.pth")
                    try writer.add(pickle.name, Self.mutated([content], &generator))
                    for entry in archive.entries where entry.name != pickle.name {
                        try writer.add(entry.name, try archive.contents(of: entry.name).bytes)
                    }
                    try writer.finish()
                    if Self.isOpened(try bytes(of: folder + "/a.pth")) { opened += 1 } else { refused += 1 }
                }
            }
        }
        #expect(opened > 100 && refused > 100, "\(opened) opened, \(refused) refused")
    }

    /// Opens, lists, reads and inspects; false for a typed error.
    private static func isOpened(_ content: [UInt8]) -> Bool {
        let region = ByteRegion(content)
        _ = try? Salvage(bytes: region)
        do throws(CheckpointError) {
            let checkpoint = try Checkpoint.open(region, file: "mutated")
            let byteCount = checkpoint.tensors.reduce(0) { min(1 << 40, $0 + min(1 << 40, $1.byteCount)) }
            let reads = byteCount < 1 << 20
            _ = try? Inspection(checkpoint, Inspection.Request(checksums: reads, statistics: reads)).totals
            for entry in checkpoint.tensors where entry.byteCount < 1 << 16 {
                guard let tensor = try? checkpoint.tensor(entry) else { continue }
                if tensor.bytes.count != entry.byteCount { Issue.record("\(entry.name): \(tensor.bytes.count) bytes") }
            }
            return true
        } catch {
            if error.description.isEmpty { Issue.record("an error without words") }
            return false
        }
    }

    private static let interesting: [UInt64] = [
        0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 40,
        0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF,
    ]

    /// One seed with one to four changes: bits, bytes, numbers of every width, blocks cut, moved, doubled or taken from
    /// another seed, and a cut-off end.
    static func mutated(_ seeds: [[UInt8]], _ generator: inout SplitMix64) -> [UInt8] {
        var content = seeds.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !content.isEmpty {
            // Headers are short and values long: half of all changes go to the first bytes.
            let isEarly = Bool.random(using: &generator)
            let place = Int.random(in: 0..<(isEarly ? min(content.count, 400) : content.count), using: &generator)
            let length = min(content.count - place, Int.random(in: 1...64, using: &generator))
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: content[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: content[place] = UInt8.random(in: 0...255, using: &generator)
            case 2, 3:
                let value = interesting.randomElement(using: &generator) ?? 0
                let width = [1, 2, 4, 8].randomElement(using: &generator) ?? 1
                for index in 0..<min(width, content.count - place) {
                    content[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
                }
            case 4: content.removeSubrange(place..<place + length)
            case 5: content.insert(contentsOf: content[place..<place + length], at: place)
            case 6:
                let other = seeds.randomElement(using: &generator) ?? content
                let start = Int.random(in: 0..<max(1, other.count), using: &generator)
                let block = other[start..<min(other.count, start + length)]
                content.replaceSubrange(place..<min(content.count, place + block.count), with: block)
            default: if Int.random(in: 0..<4, using: &generator) == 0 { content.removeSubrange(place...) }
            }
        }
        return content
    }
}
