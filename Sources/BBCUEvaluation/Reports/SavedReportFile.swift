import BBCUPlatform
import TensorBytes

/// Whose report of many images a file holds.
public enum ImageReportKind: String, Codable, Sendable { case evaluate, verify }

/// A report of many images that is read again, to go on with it or to join it with others.
public protocol SavedImageReport: JSONModel, Codable {
    /// What the report says it is.
    static var kind: ImageReportKind { get }
}

extension SavedImageReport {
    /// Reads what was written as JSON.
    ///
    /// - Parameter file: its name, for messages.
    /// - Throws: ``EvaluationError`` where it is something else.
    public init(_ bytes: [UInt8], file: String) throws(EvaluationError) {
        self = try SavedReportFile(bytes, file: file).read(Self.self)
    }
}

/// The JSON of a saved report.
struct SavedReportFile {
    let file: String
    let kind: ImageReportKind
    private let json: StrictJSON

    /// - Throws: ``EvaluationError`` where the file is no report of many images.
    init(_ bytes: [UInt8], file: String) throws(EvaluationError) {
        do throws(StrictJSON.Failure) { json = try StrictJSON.parse(bytes, most: 1 << 22) } catch {
            throw EvaluationError(
                .notAReport, file: file, found: "found no JSON at byte \(error.offset) (\(error.expected) is missing)",
                expected: "\(Advice.savedImageReport)")
        }
        guard let kind = json["report"]?.text.flatMap(ImageReportKind.init) else {
            throw EvaluationError(
                .notAReport, file: file, found: "found JSON (\(json.kindText)) that is no report of images",
                expected: "\(Advice.savedImageReport)")
        }
        (self.file, self.kind) = (file, kind)
    }

    /// - Throws: ``EvaluationError`` where it is another report, or a member does not fit.
    func read<Report: SavedImageReport>(_ type: Report.Type) throws(EvaluationError) -> Report {
        guard kind == Report.kind else {
            throw EvaluationError(
                .notAReport, file: file,
                found: "found \(kind == .verify ? Advice.verificationReport : Advice.evaluationReport)",
                expected: "\(Advice.evaluationReport)")
        }
        do throws(StrictJSON.Mismatch) { return try json.decode(type) } catch {
            throw EvaluationError(
                .member, file: file, found: "found no such thing at \"\(error.place)\"",
                expected: "\(error.expected), as in a report of this version")
        }
    }
}
