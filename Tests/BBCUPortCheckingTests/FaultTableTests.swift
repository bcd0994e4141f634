import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking
import BBCUPortTestData
import BBCUReporting
import Foundation
import TensorBytes
import TestSupport
import Testing

/// The table of faults is what the schema, the documents and the tests say of them, and nothing else is.
///
/// `BBCU_WRITE_FAULTS=1 swift test --filter FaultTableTests` writes the schema's list and `Documentation/Faults.md` anew.
@Suite struct FaultTableTests {
    private static let root = Fixtures.folder + "/../"
    private static var writes: Bool { ProcessInfo.processInfo.environment["BBCU_WRITE_FAULTS"] != nil }

    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: Self.root + path, encoding: .utf8)
    }

    @Test func anIdHasOneRowInEachScopeAndIsReadable() {
        for scope in BBCUPortChecking.Fault.Scope.allCases {
            let rows = FaultTable.rows[scope] ?? []
            #expect(!rows.isEmpty && Set(rows.map(\.id)).count == rows.count, "\(scope)")
            #expect(rows.allSatisfy { $0.scope == scope })
        }
        for id in FaultTable.ids {
            #expect(id.rawValue.allSatisfy { $0.isLowercase && $0.isASCII || $0.isNumber || $0 == "-" }, "\(id)")
        }
    }

    @Test func theSchemaHasTheIdsOfTheTable() throws {
        let path = "Schemas/check-port.schema.json"
        var schema = try text(path)
        let known = try #require(schema.range(of: "\"padding-minus-one\"")?.lowerBound)
        let opening = schema.range(of: "[\n", options: .backwards, range: schema.startIndex..<known)
        let start = try #require(opening?.upperBound)
        let end = try #require(schema.range(of: "]", range: known..<schema.endIndex)?.lowerBound)
        let lines = schema[start..<end].split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        let listed = lines.filter { !$0.isEmpty }.map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "\",")) }
        if Self.writes {
            let ids = FaultTable.ids.map { "              \"\($0)\"" }.joined(separator: ",\n")
            schema.replaceSubrange(start..<end, with: ids + "\n            ")
            return try schema.write(toFile: Self.root + path, atomically: true, encoding: .utf8)
        }
        #expect(listed == FaultTable.ids.map(\.rawValue))
    }

    @Test func theDocumentIsThatOfTheTable() throws {
        let path = "Documentation/Faults.md"
        let expected = try FaultDocument.text()
        if Self.writes { return try expected.write(toFile: Self.root + path, atomically: true, encoding: .utf8) }
        #expect(try text(path) == expected, "BBCU_WRITE_FAULTS=1 swift test --filter FaultTableTests writes it")
    }

    /// Every fault of the catalogue is a line of the shipped matrix; in a unit's own vector it shows where the table says.
    @Test func theShippedMatrixHasTheFaultsOfTheTable() throws {
        let rows = FaultCatalogue.scopes.flatMap { FaultTable.rows[$0] ?? [] }
        let lines = try text("Documentation/DetectionMatrix.md").split(separator: "\n").map(String.init)
        var seen: Set<FaultID> = []
        for line in lines {
            guard let name = line.split(separator: " ").first,
                line.contains("killed") || line.contains("  not-applicable")
                    || line.contains("  equivalent")
            else { continue }
            let id = FaultID(rawValue: String(name.split(separator: ":")[0]))
            seen.insert(id)
            guard line.contains("killed"), let row = rows.first(where: { $0.id == id }) else { continue }
            let kinds = line.split(separator: " ").filter { $0.contains("body.0.body.0") || $0.hasPrefix("upconv1") }
            // Columns of single units come last; of the images some later unit may show it first.
            guard row.scope == .unit, let cell = kinds.last else { continue }
            let stage = BBCUPortChecking.Fault.Stage.allCases.first { cell.hasSuffix(".\($0.rawValue)") } ?? .module
            #expect(stage >= row.shows, "\(line)")
            if kinds.count > 4 { #expect(stage == row.shows, "\(line)") }
        }
        #expect(seen == Set(rows.map(\.id)))
    }

    /// Every fault is put into a port somewhere, and found.
    @Test func everyFaultIsTested() throws {
        let outputs = OutputDiagnosisTests.faults + OutputDiagnosisTests.pixelFaults
        let ports = DiagnosisTests.faults.map(\.id) + outputs.map(\.id)
        let elsewhere: [(file: String, ids: [FaultID])] = [
            ("BBCUPortCheckingTests/DoubtTests.swift", ["alpha-off-by-one"]),
            ("BBCUPortCheckingTests/OutputDiagnosisTests.swift", ["output-transposed"]),
            ("BBCUPortCheckingTests/BudgetTests.swift", ["format-rounding", "format-overflow"]),
            ("CommandTests/RestoredImageTests.swift", ["chroma-swapped", "chroma-missing"]),
            ("CommandTests/AccumulatorTests.swift", ["accumulator-byte-order", "accumulator-scaled"]),
            (
                "CommandTests/AccumulatorEvidenceTests.swift",
                [
                    "accumulator-flipped", "accumulator-transposed", "accumulator-shifted",
                    "accumulator-channel-order",
                ]
            ),
        ]
        for (file, ids) in elsewhere {
            let source = try text("Tests/\(file)")
            for id in ids { #expect(source.contains("\"\(id)\""), "\(id) in \(file)") }
        }
        #expect(Set(ports + elsewhere.flatMap(\.ids)) == Set(FaultTable.ids))
    }
}

/// What users read of the table.
private enum FaultDocument {
    private static let scopes: [(BBCUPortChecking.Fault.Scope, String)] = [
        (.unit, "1-bit units"), (.order, "Order of weights, bits and pixels"), (.input, "Input"),
        (.network, "k, skip, activations, weights"), (.image, "Image before the network"), (.output, "Output"),
        (.outputValues, "Values of the output"), (.outputPlaces, "Places of the output's pixels"),
        (.missingNetwork, "Output without the network"), (.staleFrame, "Frames"), (.tiles, "Tiles"),
        (.chroma, "Colours of an image of which the network restores luma"), (.lumaRange, "Range of luma"),
        (.format, "Number formats (`--formats`)"), (.sums, "Dumped integer sums (`--accumulators`)"),
        (.sumPlaces, "Places of dumped integer sums"), (.sumNames, "Names of dumped integer sums"),
    ]

    private static let stages: [BBCUPortChecking.Fault.Stage: String] = [
        .signs: "signs", .sums: "integer sums", .module: "module's output", .output: "final output",
        .dumpedSums: "dumped sums",
    ]

    static func text() throws -> String {
        let contexts = try examples()
        var lines = [
            "# Known faults", "",
            "The faults that `bbcu check-port`, `bisect` and `reduce` name. An id may stand for several changes; one is shown, with",
            "the numbers of an example. \"Shows at\" is the first of a faulty layer's signs, integer sums and output that differs. This",
            "document is made from the table in `Sources/BBCUPortChecking/Faults`.",
        ]
        for (scope, title) in scopes {
            lines += [
                "", "## \(title)", "", "| id | shows at | change that repairs it | cannot occur if |",
                "| --- | --- | --- | --- |",
            ]
            for fault in FaultTable.rows[scope] ?? [] {
                let change = contexts.lazy.compactMap { context in
                    context.hypotheses([scope], ids: [fault.id]).first?.changes[0].text
                }.first
                let lack = fault.need.map { PortFault.Reason.lacks($0).description } ?? ""
                lines.append(
                    "| `\(fault.id)` | \(stages[fault.shows] ?? "") | \(try #require(change, "\(fault.id)")) | \(lack) |"
                )
            }
        }
        #expect(Set(scopes.map(\.0)) == Set(BBCUPortChecking.Fault.Scope.allCases))
        return lines.joined(separator: "\n") + "\n"
    }

    /// Networks, and dumps of them, in which every fault has a change.
    private static func examples() throws -> [FaultContext] {
        let kernels = try Kernels(threads: 1)
        return try [DiagnosisTests.Subject.general, .zeros, .deblock].flatMap { subject -> [FaultContext] in
            let model = try DiagnosisTests.model(subject)
            let (network, scale) = (model.network, model.network.hyperparameters.upscale)
            let channels = subject == .deblock ? 3 : network.hyperparameters.outputChannels
            func map(_ size: Int, _ slope: Double, _ offset: Double) -> FeatureMap<Double> {
                FeatureMap(
                    height: size, width: size, channels: channels,
                    filled: (0..<size * size * channels).map { Double($0 * 37 % 101) / 101 * slope + offset })
            }
            var formats = PortFormats()
            try formats.set("residual", "fixed:9.7")
            return try ([nil, PixelCoding(levels: 255)] as [PixelCoding?]).map { pixels in
                let evaluator = EnclosureEvaluator(
                    model: model, formats: subject == .general && pixels == nil ? formats : nil, kernels: kernels)
                var tap = Tap(
                    name: "output", layer: network.layers.count - 1, arrayName: "output", layout: .nchw,
                    map: map(8 * scale, 0.5, 0.25), end: network.layers.count - 1, pixels: pixels)
                if subject == .deblock {
                    let image = try #require(
                        FeatureMap<Float>(
                            channels: 3, height: 8, width: 8, channelMajorValues: [Float](repeating: 0.5, count: 192)))
                    tap.colours = ColouredOutput(image, input: image, levels: 255)
                }
                var context = FaultContext(evaluator, layers: network.layers.indices, tap: tap)
                (context.image, context.right) = (map(8, 1, 0), map(8 * scale, 1, 0))
                context.frames = [Enclosure(exactly: map(8 * scale, 0.9, 0))]
                context.tilings = [Tiling(height: 4, width: 4, halo: 1)]
                context.alternatives = [(root: "params", model: model)]
                let layer = try #require(network.unitIndices.first)
                let unit = try #require(network.layers[layer].operation.unit)
                func sums(_ layer: Int) -> AccumulatorTap? {
                    AccumulatorTap(
                        PortDump.Array(
                            name: "", shape: [1, unit.outputs, 4, 4],
                            values: (0..<16 * unit.outputs).map { Double($0) }, storage: .int32),
                        layer: layer, network, size: nil)
                }
                let others = network.unitIndices.compactMap { sums($0) }
                context.sums = (
                    try #require(sums(layer)), Dictionary(uniqueKeysWithValues: others.map { ($0.layer, $0) }), true
                )
                return context
            }
        }
    }
}
