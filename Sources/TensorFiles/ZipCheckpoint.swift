import BBCUPlatform
import TensorArchives
import TensorBytes

/// A ZIP archive: PyTorch's, TorchScript's or NumPy's, by what lies in it.
enum ZipCheckpoint {
    static func open(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        var archive: ZipArchive
        do throws(ZipError) {
            archive = try ZipArchive.read(region, largestCount: reading.limits.entries)
        } catch { throw described(error, region, reading) }
        archive.largestInflated = reading.limits.inflatedBytes
        return try open(archive, region, reading)
    }

    static func open(
        _ archive: ZipArchive, _ region: ByteRegion, _ reading: Reading
    ) throws(CheckpointError) -> Checkpoint {
        if let program = ExportedProgram(archive) { return try program.open(region, reading) }
        let names = archive.entries.lazy.map(\.name)
        if !names.contains(where: PyTorchZip.isPickle), names.contains(where: { $0.ends(with: ".npy") }) {
            return try NPZ.open(archive, region, reading)
        }
        return try PyTorchZip.open(archive, region, reading)
    }

    /// The most bytes that are searched for the entries of an archive without a directory, to count them.
    private static let mostSearched = 1 << 30

    /// An error of the archive, with what is left of a file that begins as an archive and does not end as one.
    private static func described(_ error: ZipError, _ region: ByteRegion, _ reading: Reading) -> CheckpointError {
        var result: CheckpointError = error.recoded(.archive(error.code))
        guard error.code == .notZip || error.code == .truncated, region.count <= mostSearched,
            let left = try? ZipSalvage.read(region, largestCount: reading.limits.entries)
        else { return result }
        let count = left.archive.entries.count
        result.advice = .salvage.of("the \(count.counted("entry", "that are")) whole")
        return result
    }
}

extension ZipArchive {
    /// What a reader should know of the archive's checksums.
    var checksumNotes: [String] {
        guard hasChecksums else { return ["The archive has no CRC-32: its writer left them out."] }
        guard let first = unchecked.first else { return [] }
        let count = unchecked.count
        return [
            "\(count == 1 ? "One entry has" : "\(count.counted("entry", "have"))") no CRC-32 (\(first.name.printable(atMost: 60))"
                + (count > 1 ? ", ..." : "") + "): written later, or by torch.serialization.skip_data. "
                + "Damage in \(count == 1 ? "it" : "them") cannot be found."
        ]
    }
}
