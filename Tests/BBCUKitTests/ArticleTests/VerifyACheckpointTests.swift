import BBCUKit
import TestSupport
import Testing

/// The snippets of `VerifyACheckpoint.md`.
@Suite struct VerifyACheckpointTests {
    @Test func aRightExecutionHoldsAndAWrongOneDoesNot() throws {
        let file = fixture("networks/bbcum_x2/checkpoint.pth")

        // snippet: verify
        let loaded = try LoadedModel(file)
        let kernels = try Kernels()
        let verification = try Verification(loaded.model, kernels: kernels)
        let input = try FeatureMap.noise(channels: 3, height: 24, width: 32, seed: 1)
        let report = try verification.run(input)
        print(report.verdict)
        // end
        #expect(report.holds)
        #expect(report.verdict.hasPrefix("HOLDS"))

        // snippet: look
        for unit in report.units {
            print("\(unit.name): \(unit.binarized.share) of its bound, at \(unit.binarized.place)")
        }
        let flips = report.endToEnd.units.filter { $0.flips > 0 }
        let end = report.truth
        print("\(flips.count) units see other signs; the outputs are off by \(end.reference) and \(end.binarized)")
        // end
        #expect(report.units.map(\.name).last == "conv_hr")
        #expect(report.units.allSatisfy { $0.binarized.share <= 1 })

        // snippet: modules
        var modules: [String: FeatureMap<Float>] = [:]
        _ = try verification.run(
            input,
            tap: { run, name, map in
                if run == .binarized { modules[name] = map }
            })
        // end
        #expect(modules["output"]?.height == 48 && modules["conv_first"]?.channels == 8)

        // snippet: fault
        var wrong = loaded.model
        for index in wrong.network.layers.indices {
            guard var unit = wrong.network.layers[index].operation.unit else { continue }
            unit.padding = .minusOne
            wrong.network.layers[index].operation = .unit(unit)
        }
        let candidate = BinarizedPath(wrong, kernels: kernels)
        let refuted = try Verification(loaded.model, candidate: candidate, kernels: kernels).run(input)
        print(refuted.verdict)
        // end
        #expect(!refuted.holds)
        #expect(refuted.verdict.hasPrefix("FAILS: body.0.body.0 is the first unit whose 1-bit execution is wrong"))

        // snippet: report
        let subject = VerificationSubject(
            file: file, sha256: try loaded.checkpoint.sha256(), selection: loaded.resolution.selection,
            amplification: loaded.amplification, input: "noise, seed 1", channels: input.channels,
            height: input.height, width: input.width, threads: kernels.threads)
        let text = report.document(subject).text.joined(separator: "\n")
        let json = report.json(subject).text
        // end
        #expect(text.hasSuffix(report.verdict))
        #expect(try SchemaCheck.errors(in: json, schema: "verify").isEmpty)
    }

    @Test func aPackedModel() throws {
        try withTemporaryFolder { folder in
            let packedFile = folder + "/model.bbcu"
            let checkpoint = try Checkpoint.open(fixture("networks/bbcum_x2/checkpoint.pth"))
            _ = try Conversion(checkpoint, Conversion.Request(.bbcu)).write(to: packedFile)
            let kernels = try Kernels()
            let input = try FeatureMap.noise(channels: 3, height: 9, width: 7, seed: 1)

            // snippet: packed
            let packed = try LoadedModel(packedFile)
            let report = try Verification(packed.model, form: .exact, kernels: kernels).run(input)
            // end
            #expect(report.holds && report.form == .exact)
        }
    }
}
