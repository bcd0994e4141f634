import BBCUCheckpointDiff
import BBCUPlatform
import TensorBytes
import TensorFiles

/// What a page shows of two checkpoints beside how they differ.
package struct DifferencePictures: Sendable {
    /// A tensor that was compared, by its name without root and prefix, and the bytes of its values.
    package typealias Sized = (name: String, byteCount: Int)
    /// A changed tensor's values in both, over the same bins.
    package typealias Pair = (name: String, a: ValueHistogram, b: ValueHistogram)

    /// A's tensors.
    package var inA: [Sized]
    /// B's tensors.
    package var inB: [Sized]
    /// Histograms of changed tensors.
    package var changed: [Pair]

    /// Collects what a page shows.
    package init(inA: [Sized], inB: [Sized], changed: [Pair]) {
        (self.inA, self.inB, self.changed) = (inA, inB, changed)
    }
}

extension Difference {
    /// Tensors that a page shows one by one.
    private static let mostTiles = 400

    /// Every tensor of both files as an area.
    func sizes(_ pictures: DifferencePictures) -> ReportDocument.Block {
        let changedNames = Set(changed.map(\.name)).union(notCompared.map(\.name))
        let renamedNames = Set(renamed.map(\.nameInA))
        let alone = Set(onlyInA.map(\.name))
        let aloneInB = Set(onlyInB.map(\.name))
        let items = pictures.inA.map { tensor in
            changedNames.contains(tensor.name)
                ? Tile(tensor, "second", "changed")
                : renamedNames.contains(tensor.name)
                    ? Tile(tensor, "third", "renamed")
                    : alone.contains(tensor.name)
                        ? Tile(tensor, "beyond", "only in A") : Tile(tensor, "level1", "equal")
        }
        let others = pictures.inB.filter { aloneInB.contains($0.name) }.map { Tile($0, "fourth", "only in B") }
        let all = (items + others).sorted { $0.tensor.byteCount > $1.tensor.byteCount }
        let left = all.count - min(all.count, Self.mostTiles)
        let shown = all.prefix(Self.mostTiles)
        let map = Treemap(
            description: "Bytes of the tensors of both files as areas", items: shown.map(\.item))
        let names = ReportTable(
            "Tensors, the largest first", of: shown,
            columns: [
                .code("tensor", \.tensor.name), .text("what", \.state),
                .number("bytes") { NumberText.grouped($0.tensor.byteCount) },
            ])
        let counts = [
            ("equal", equal), ("changed", changed.count), ("renamed", renamed.count), ("only in A", onlyInA.count),
            ("only in B", onlyInB.count), ("not compared", notCompared.count),
        ]
        let table = ReportTable(
            "Tensors by what became of them", of: counts,
            columns: [.text("what", \.0), .number("tensors") { NumberText.grouped($0.1) }])
        return .page {
            [
                .figure(
                    RichText(
                        "Each area is the bytes of a tensor."
                            + (left > 0 ? " \(NumberText.grouped(left)) more are not shown." : "")),
                    key: [
                        ("level1", "equal"), ("second", "changed"), ("third", "renamed"), ("beyond", "only in A"),
                        ("fourth", "only in B"),
                    ], map.markup, table: table), .folded("Every tensor by its name", [.table(names)]),
            ]
        }
    }

    /// A tensor of the treemap.
    private struct Tile {
        let tensor: DifferencePictures.Sized
        let style: String
        let state: String

        init(_ tensor: DifferencePictures.Sized, _ style: String, _ state: String) {
            self.tensor = tensor
            self.style = style
            self.state = state
        }

        var item: Treemap.Item {
            .init(
                name: tensor.name.printable(atMost: 120),
                detail: "\(state), \(NumberText.grouped(tensor.byteCount, "byte"))",
                size: Double(tensor.byteCount), style: style)
        }
    }

    /// The values of changed tensors in both files.
    func histograms(_ pairs: [DifferencePictures.Pair]) -> ReportDocument.Block {
        let items = pairs.map { pair in
            (
                name: pair.name, detail: "",
                chart: SmallHistogram(
                    description: "Histograms of \(pair.name.printable(atMost: 120)) in A and in B",
                    histograms: [(pair.a, "first"), (pair.b, "second")])
            )
        }
        guard !pairs.isEmpty else { return .group([]) }
        let key = Markup.key([("first", "A"), ("second", "B")])
        return .page {
            [
                .paragraph("\(pairs.count) of \(changed.count.counted("changed tensor"))."), .drawing { key },
                .drawing { SmallHistogram.gallery(items) },
            ]
        }
    }
}
