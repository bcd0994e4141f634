import BBCUPlatform
import TensorBytes

/// The values of a distributed checkpoint: tensors that are put together from their pieces when they are asked for,
/// and the storages of the values that are no tensors.
struct DistributedStorages: StorageSource {
    /// A tensor and the bytes of its pieces, each a file of its own within a file.
    struct Source {
        let name: String
        let dtype: DType
        let shape: [Int]
        let byteCount: Int
        let pieces: [Part]
    }

    /// A piece and where it lies.
    struct Part {
        let piece: DistributedPlan.Piece
        let bytes: ByteRegion
        let file: String
    }

    let reading: Reading
    var tensors: ExactDictionary<Source> = [:]
    var values = KeyedStorages()

    func byteCount(of key: String) -> Int? { tensors[key]?.byteCount ?? values.byteCount(of: key) }

    func isBigEndian(_ key: String) -> Bool { tensors[key] == nil && values.isBigEndian(key) }

    var places: [StoragePlace] {
        tensors
            .map { StoragePlace(key: $0.key, entry: nil, byteCount: $0.value.byteCount) } + values.places
    }

    func bytes(of place: StoragePlace) throws(CheckpointError) -> ByteRegion {
        if let key = place.key { return try bytes(of: key) }
        return try values.bytes(of: place)
    }

    func bytes(of key: String) throws(CheckpointError) -> ByteRegion {
        guard let source = tensors[key] else { return try values.bytes(of: key) }
        // All pieces are looked at before memory for the whole is taken.
        var parts: [(piece: DistributedPlan.Piece, bytes: ByteRegion)] = []
        for part in source.pieces where !part.piece.sizes.contains(0) {
            parts.append((part.piece, try values(of: part, source)))
        }
        if parts.count == 1, let only = parts.first, only.piece.sizes == source.shape { return only.bytes }
        let assembly = PieceAssembly(
            shape: source.shape, elementSize: source.dtype.byteCount, byteCount: source.byteCount)
        guard let whole = assembly.whole(parts) else {
            throw DistributedPlan.failure(source.name, found: "pieces of other sizes", expected: "those of the plan")
        }
        return whole
    }

    /// The values of a piece, which is a file that holds this one tensor.
    private func values(of part: Part, _ source: Source) throws(CheckpointError) -> ByteRegion {
        let place = "\(source.name), piece at \(TensorShape.text(part.piece.offsets)), byte \(part.bytes.start)"
        var reading = reading.within
        reading.file = part.file
        do throws(CheckpointError) {
            let checkpoint = try Checkpoint.open(part.bytes, reading)
            guard checkpoint.tensors.count == 1, let entry = checkpoint.tensors.first else {
                throw CheckpointError(
                    .distributed, found: "\(checkpoint.tensors.count.counted("tensor"))",
                    expected: "the piece of one tensor")
            }
            guard entry.dtype == source.dtype, entry.shape == part.piece.sizes else {
                throw CheckpointError(
                    .distributed, found: "\(entry.dtype.rawValue) \(TensorShape.text(entry.shape))",
                    expected: "\(source.dtype.rawValue) \(TensorShape.text(part.piece.sizes)), as the plan says",
                    advice: "the plan and its files are not of the same checkpoint")
            }
            return try checkpoint.values(entry)
        } catch {
            throw CheckpointError(
                error.code, file: part.file, place: place + (error.place.map { ", " + $0 } ?? ""), offset: error.offset,
                found: error.found, expected: error.expected, advice: error.advice)
        }
    }
}
