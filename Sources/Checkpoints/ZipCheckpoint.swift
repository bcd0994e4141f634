import Bytes
import Containers

/// A ZIP archive: PyTorch's, TorchScript's or NumPy's, by what lies in it.
enum ZipCheckpoint {
    static func open(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        var archive = try CheckpointError.archive { () throws(ZipError) in
            try ZipArchive.read(region, largestCount: reading.limits.entries)
        }
        archive.largestInflated = reading.limits.inflatedBytes
        return try open(archive, region, reading)
    }

    static func open(
        _ archive: ZipArchive, _ region: ByteRegion, _ reading: Reading
    ) throws(CheckpointError) -> Checkpoint {
        let names = archive.entries.lazy.map(\.name)
        let hasPickle = names.contains { $0 == "data.pkl" || $0.ends(with: "/data.pkl") }
        if !hasPickle, names.contains(where: { $0.ends(with: ".npy") }) {
            return try NPZ.open(archive, region, reading)
        }
        return try PyTorchZip.open(archive, region, reading)
    }
}
