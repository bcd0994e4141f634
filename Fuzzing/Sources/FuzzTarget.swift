import BBCUFileAudit
import BBCUKit

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What is done with an input: everything a user would, and nothing of it may crash, hang or balloon.
enum FuzzTarget: String, CaseIterable {
    case zip, pickle, legacy, safetensors, npy, tar, index, scan, png, jpeg

    /// The target that the environment names.
    static let current: FuzzTarget = {
        guard let name = getenv("BBCU_FUZZ_TARGET"), let target = FuzzTarget(rawValue: String(cString: name)) else {
            print("BBCU_FUZZ_TARGET is one of \(allCases.map(\.rawValue).joined(separator: ", "))")
            exit(64)
        }
        return target
    }()

    /// What every file of the format starts with, so that no time is lost on finding it.
    private var beginning: [UInt8] {
        switch self {
        case .npy: [0x93] + Array("NUMPY".utf8)
        case .zip: Array("PK\u{3}\u{4}".utf8)
        case .legacy:
            [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E, 0x80, 2]
                + [0x4D, 0xE9, 3, 0x2E]
        case .png: ImageChecks.pngSignature
        case .jpeg: [0xFF, 0xD8, 0xFF]
        default: []
        }
    }

    func run(_ input: [UInt8]) {
        var bytes = input
        for (index, byte) in beginning.enumerated() where index < bytes.count { bytes[index] = byte }
        // A safetensors file is known by its ninth byte, the length before it is small.
        if self == .safetensors, bytes.count > 8 {
            for index in 3..<8 { bytes[index] = 0 }
            bytes[8] = UInt8(ascii: "{")
        }
        switch self {
        case .png: ImageChecks.look(at: ImageChecks.withRightChecksums(bytes))
        case .jpeg: ImageChecks.look(at: bytes)
        case .scan: ScanChecks.look(at: bytes)
        default: readCheckpoint(bytes)
        }
    }

    private func readCheckpoint(_ bytes: [UInt8]) {
        let region = ByteRegion(bytes)
        if let checkpoint = try? Checkpoint.open(region, file: "fuzz") { look(at: checkpoint) }
        if let salvage = try? Salvage(bytes: region) {
            look(at: salvage.document(file: "fuzz"))
            if let checkpoint = salvage.checkpoint { look(at: checkpoint) }
        }
        let scan = Scan(region, file: "fuzz")
        look(at: scan.document)
    }

    private func look(at document: ReportDocument) {
        _ = (document.text, document.markdown, document.html)
    }

    private func look(at checkpoint: Checkpoint) {
        // Values that an attacker names many times are not worth the fuzzer's time.
        let byteCount = checkpoint.tensors.reduce(0) { min(1 << 30, $0 + min(1 << 30, $1.byteCount)) }
        let reads = byteCount < 1 << 20
        var request = Inspection.Request(checksums: reads, statistics: reads)
        request.order = .name
        if let inspection = try? Inspection(checkpoint, request) {
            look(at: inspection.document(isFolded: false))
            look(at: inspection.document(isFolded: true))
        }
        if reads { for entry in checkpoint.tensors { _ = try? checkpoint.tensor(entry) } }
        _ = try? checkpoint.resolve()
    }
}
