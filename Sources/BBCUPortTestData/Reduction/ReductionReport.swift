import BBCUErrorBounds
import BBCUPlatform
import BBCUPortChecking
import TensorBytes

/// What a reduction came to: the reduced case with its files.
public struct ReductionReport: JSONModel, Sendable {
    /// The checkpoint, the network, the dump and the input.
    public var subject: PortSubject
    /// The factor k.
    public var amplification: Double
    /// The check of the whole dump.
    public var report: PortReport
    /// The smallest case; nil where the dump holds.
    public var reduced: ReducedCase?
    /// The reduced case's own report.
    public var judged: PortReport?
    /// The folder.
    public var folder: String
    /// What was written there; empty where there was nothing to reduce.
    public var files: [ReducedFolder.File] = []
    /// The command that repeats the case.
    public var command: String

    /// A report before anything is written.
    public init(
        _ outcome: PortReduction.Outcome, of subject: PortSubject, amplification: Double, folder: String,
        command: String
    ) {
        (report, reduced, self.subject, self.amplification) = (outcome.report, outcome.reduced, subject, amplification)
        (self.folder, self.command) = (folder, command)
    }

    /// Writes the report; `Schemas/reduce.schema.json` describes it.
    public func encode(to encoder: any Encoder) throws {
        let written = JSONMembers(["local": judged?.modules.first?.local, "files": files])
        let results = JSONMembers([
            "k": amplification, "dumps": subject.dumps, "input": subject.input, "precision": report.arithmetic.text,
            "formats": report.formats, "compared": report.comparedCount, "folder": reduced.map { _ in folder },
            "case": reduced.map { JSONMembers([:], with: ReducedFolder.Place($0), written) },
            "command": reduced.map { _ in command }, "diagnoses": report.diagnoses,
            "notes": report.noteTexts + looseNotes, "unused_keys": subject.unusedKeys,
        ])
        try encoder.encode(
            ["verdict": reduced == nil ? "holds" : "fails", "first_wrong": reduced?.module], with: subject, results)
    }

    /// That what holds may be wrong all the same, where the bounds tell little.
    package var looseNotes: [String] {
        let loose = report.loose.map(\.name)
        guard reduced == nil, !loose.isEmpty else { return [] }
        return [
            "the bounds of \(loose.joined(separator: ", ")) are loose, beyond 5 % of the range: a wrong port can be within them; "
                + "dump more modules, or give the port \(Advice.vectorInput)"
        ]
    }
}

extension ReducedFolder.File: Encodable {
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "name": name, "file": name + ".npy", "text": text, "shape": shape, "dtype": type, "sha256": sha256,
        ])
    }
}
