import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles

// Several archives in one file, as the ranks of a distributed checkpoint write them.
extension Scanner {
    /// Looks at the parts of a rank's file that its plan names, each as a file of its own, and at what lies between them;
    /// false where it names none.
    mutating func lookAtPieces(_ region: ByteRegion, _ plan: [Range<Int>]) -> Bool {
        let pieces = plan.map { $0.clamped(to: 0..<region.count) }.filter { !$0.isEmpty }
        guard !pieces.isEmpty else { return false }
        if pieces != plan { find(.unknown, "", region.count, "pieces of the plan reach past the end of the file") }
        // What the file holds without the plan is asked too: another plan, or none, may be used with it.
        let others = ZipSeries.pieces(of: region) ?? [0..<region.count]
        var position = 0
        for piece in pieces {
            if piece.lowerBound > position {
                find(
                    .unknown, "", position,
                    "\((piece.lowerBound - position).counted("byte")) that no piece of the plan has")
            }
            if piece.lowerBound < position { find(.unknown, "", piece.lowerBound, "pieces of the plan share bytes") }
            position = max(position, piece.upperBound)
        }
        if position < region.count {
            find(
                .unknown, "", position, "\((region.count - position).counted("byte")) behind the last piece of the plan"
            )
        }
        scan.kind = .pyTorchPieces
        let isTiled = Set(pieces) == Set(others)
        for piece in pieces + (isTiled ? [] : others.filter { !pieces.contains($0) }) {
            lookAtPiece(region, piece, "", 0)
        }
        return true
    }

    /// Looks at archives one after the other; nil where the bytes are not that.
    mutating func lookAtSeries(_ region: ByteRegion, _ place: String, _ depth: Int) -> FileContent? {
        guard let pieces = ZipSeries.pieces(of: region) else { return nil }
        if !DistributedPlaces.isPart(place.isEmpty ? scan.file : place) {
            find(
                .unknown, place, 0,
                "\(pieces.count.counted("archive")) one after the other: readers differ in which they take")
        } else if ZipSeries.misleads(region, pieces: pieces) {
            find(.unknown, place, 0, "the last archive's end leads readers of the whole file to another directory")
        }
        for piece in pieces { lookAtPiece(region, piece, place, depth) }
        return .pyTorchPieces
    }

    private mutating func lookAtPiece(_ region: ByteRegion, _ piece: Range<Int>, _ place: String, _ depth: Int) {
        guard let bytes = try? region.slice(at: piece.lowerBound, count: piece.count) else { return }
        let name = piece.count == region.count ? place : inside(place, "piece at byte \(piece.lowerBound)")
        look(at: bytes, place: name, depth: depth + 1)
    }
}
