import BBCUCheckpointDiff
import BBCUPlatform
import TensorBytes
import TensorFiles

/// What a page shows of two checkpoints beside how they differ.
package struct DifferencePictures: Sendable {
    /// A tensor that was compared.
    package struct Sized: Sendable {
        /// The name, without root and prefix.
        package var name: String
        /// Bytes of its values.
        package var byteCount: Int

        /// A tensor and its size.
        package init(name: String, byteCount: Int) {
            self.name = name
            self.byteCount = byteCount
        }
    }

    /// A changed tensor's values in both, over the same bins.
    package struct Pair: Sendable {
        package var name: String
        package var a: ValueHistogram
        package var b: ValueHistogram

        /// The histograms of a tensor.
        package init(name: String, a: ValueHistogram, b: ValueHistogram) {
            self.name = name
            self.a = a
            self.b = b
        }
    }

    /// A's tensors.
    package var inA: [Sized]
    /// B's tensors.
    package var inB: [Sized]
    /// Histograms of changed tensors.
    package var changed: [Pair]

    /// Collects what a page shows.
    package init(inA: [Sized], inB: [Sized], changed: [Pair]) {
        self.inA = inA
        self.inB = inB
        self.changed = changed
    }
}

extension Difference {
    /// Tensors that a page shows one by one.
    private static let mostTiles = 400

    /// The comparison as one HTML file.
    ///
    /// - Parameters:
    ///   - networks: which networks are compared, where they are known.
    ///   - signs: how their 1-bit weights differ, line by line.
    ///   - json: the report as the command prints it.
    package func html(
        _ pictures: DifferencePictures, networks: String? = nil, signs: [String] = [], json: JSONValue? = nil
    ) -> String {
        var sections = [sizeSection(pictures)]
        if !explanations.isEmpty || changed.contains(where: { !$0.relations.isEmpty }) {
            sections.append(relationSection)
        }
        if !changed.isEmpty { sections.append(changeSection(pictures.changed)) }
        if !signs.isEmpty {
            let lines = signs.flatMap { [Markup.text($0), .tag("br")] }
            sections.append(
                .init(
                    "signs", "1-bit weights",
                    [.scrolling("1-bit weights", .tag("pre", [:], [.tag("code", [:], lines)]))]))
        }
        if !renamed.isEmpty { sections.append(renamingSection) }
        if !onlyInA.isEmpty || !onlyInB.isEmpty { sections.append(singleSection) }
        if !values.isEmpty || !notCompared.isEmpty || !unlisted.isSame { sections.append(restSection) }
        return ReportPage(
            title: "Differences of \(Self.title(a)) and \(Self.title(b))",
            verdict: summary, tone: isSame ? .good : .bad,
            facts: [("A", .text(Self.described(a))), ("B", .text(Self.described(b)))]
                + (networks.map { [("networks", .text($0))] } ?? []) + [("result", .text(count))]
                + remarks.map { ("note", .text($0)) },
            sections: sections, json: json ?? self.json
        ).html
    }

    private static func title(_ side: Side) -> String {
        side.file.printable(atMost: 80) + (side.root.isEmpty ? "" : " (\(side.root.printable(atMost: 60)))")
    }

    private func sizeSection(_ pictures: DifferencePictures) -> ReportPage.Section {
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
        var names = DataTable("Tensors, the largest first", ["tensor", "what", "bytes"], firstNumber: 2)
        for tile in shown {
            names.add([
                .code(tile.tensor.name), .text(tile.state), .text(NumberText.grouped(tile.tensor.byteCount)),
            ])
        }
        var table = DataTable("Tensors by what became of them", ["what", "tensors"])
        for (state, count) in [
            ("equal", equal), ("changed", changed.count), ("renamed", renamed.count), ("only in A", onlyInA.count),
            ("only in B", onlyInB.count), ("not compared", notCompared.count),
        ] { table.add([state, NumberText.grouped(count)]) }
        return .init(
            "tensors", "Tensors",
            [
                .figure(
                    "Each area is the bytes of a tensor."
                        + (left > 0 ? " \(NumberText.grouped(left)) more are not shown." : ""),
                    key: [
                        ("level1", "equal"), ("second", "changed"), ("third", "renamed"), ("beyond", "only in A"),
                        ("fourth", "only in B"),
                    ], map.markup, table: table),
                .details("Every tensor by its name", [names.markup]),
            ])
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

    private var relationSection: ReportPage.Section {
        .init(
            "relations", "What explains the changes",
            [
                .tag("p", [:], "Checked on every value."),
                .tag("ul", [:], related.dropFirst().map { .tag("li", [:], $0.without(prefix: "  ") ?? $0) }),
            ])
    }

    private func changeSection(_ pairs: [DifferencePictures.Pair]) -> ReportPage.Section {
        var table = DataTable(
            "Changed tensors",
            ["tensor", "in A", "in B", "values", "differ", "max |a - b|", "max relative", "ULP", "cosine"],
            firstNumber: 3)
        for change in changed {
            table.add([.code(change.name)] + Self.cells(change).map(Markup.text))
        }
        let measured = changed.filter { ($0.measures?.maxAbsolute?.value ?? 0) > 0 }
        let chart = SeriesChart(
            description: "Largest difference of each changed tensor, logarithmic",
            names: measured.map { $0.name.printable(atMost: 80) },
            series: [
                .init(
                    meaning: "largest |a - b|", style: "second", mark: .dots,
                    values: measured.map { $0.measures?.maxAbsolute?.value })
            ], isLogarithmic: true)
        let gallery = SmallHistogram.gallery(
            pairs.map { pair in
                (
                    name: pair.name, detail: "",
                    chart: SmallHistogram(
                        description: "Histograms of \(pair.name.printable(atMost: 120)) in A and in B",
                        histograms: [(pair.a, "first"), (pair.b, "second")])
                )
            })
        var content: [Markup] = []
        if !measured.isEmpty {
            content.append(.figure("The largest difference of each changed tensor.", key: chart.key, chart.markup))
        }
        content.append(table.markup)
        if !pairs.isEmpty {
            content += [
                .tag(
                    "h3", [:],
                    pairs.count < changed.count
                        ? "Values before and after, of \(pairs.count.counted("tensor"))" : "Values before and after"),
                .key([("first", "A"), ("second", "B")]), gallery,
            ]
        }
        return .init("changed", "Changed", content)
    }

    private static func cells(_ change: Change) -> [String] {
        let described = [words(change.a), words(change.b)]
        guard let measures = change.measures else { return described + [String](repeating: "", count: 6) }
        let absolute = measures.maxAbsolute.map { NumberText.significant($0.value, 4) }
        let relative = measures.maxRelative.map { NumberText.significant($0.value, 3) }
        let cosine = measures.cosine.map { NumberText.significant($0, 9) }
        return described + [
            NumberText.grouped(measures.count), NumberText.grouped(measures.differing), absolute ?? "",
            relative ?? "", measures.maxULP.map(String.init) ?? "", cosine ?? "",
        ]
    }

    private static func words(_ description: TensorDescription) -> String {
        "\(description.dtype.rawValue) \(TensorShape.text(description.shape))"
    }

    private var renamingSection: ReportPage.Section {
        var table = DataTable("Renamed tensors", ["in A", "in B", "dtype and shape"], firstNumber: 3)
        for tensor in renamed {
            table.add([.code(tensor.nameInA), .code(tensor.nameInB), .text(Self.words(tensor.description))])
        }
        return .init("renamed", "Renamed, equal in content", [table.markup])
    }

    private var singleSection: ReportPage.Section {
        var table = DataTable("Tensors of one file", ["tensor", "only in", "dtype and shape"], firstNumber: 3)
        for (side, tensors) in [("A", onlyInA), ("B", onlyInB)] {
            for tensor in tensors {
                table.add([.code(tensor.name), .text(side), .text(Self.words(tensor.description))])
            }
        }
        return .init("single", "Only in one of them", [table.markup])
    }

    private var restSection: ReportPage.Section {
        let lines =
            notCompared.map { Markup.tag("li", [:], [.code($0.name), .text(": " + $0.reason)]) }
            + (values.map(Self.line) + unlistedLines).map { .tag("li", [:], $0) }
        return .init("rest", "Not compared, and values beside the tensors", [.tag("ul", [:], lines)])
    }
}
