import BBCUPlatform
import TensorBytes

/// A member of a saved report, with what it is called in messages.
struct ReportReader {
    /// The file it is in.
    let file: String
    private let value: StrictJSON?
    private let place: String

    /// The whole report of a file.
    init(file: String, _ bytes: [UInt8]) throws(EvaluationError) {
        do throws(StrictJSON.Failure) { value = try StrictJSON.parse(bytes, most: 1 << 22) } catch {
            throw EvaluationError(
                .notAReport, file: file, found: "found no JSON at byte \(error.offset) (\(error.expected) is missing)",
                expected: "\(Advice.savedImageReport)")
        }
        self.file = file
        place = ""
    }

    /// Which command's report it is.
    /// - Throws: ``EvaluationError`` where it is none of many images.
    func kind() throws(EvaluationError) -> String {
        guard let kind = value?["report"]?.text, [EvaluationReport.kind, FolderVerification.kind].contains(kind) else {
            throw EvaluationError(
                .notAReport, file: file,
                found: "found JSON (\(value?.kindText ?? "nothing")) that is no report of images",
                expected: "\(Advice.savedImageReport)")
        }
        return kind
    }

    private init(file: String, value: StrictJSON?, place: String) {
        self.file = file
        self.value = value
        self.place = place
    }

    /// A member of an object.
    subscript(key: String) -> ReportReader {
        ReportReader(file: file, value: value?[key], place: place.isEmpty ? key : "\(place).\(key)")
    }

    /// Whether there is no value, or null.
    var isNull: Bool {
        guard let value else { return true }
        if case .null = value { return true }
        return false
    }

    func text() throws(EvaluationError) -> String {
        guard let text = value?.text else { throw failure("a text") }
        return text
    }

    func number() throws(EvaluationError) -> Double {
        guard case .number(let digits)? = value, let number = Double(digits), number.isFinite else {
            throw failure("a number")
        }
        return number
    }

    /// A number that may be infinite, which JSON has as a text.
    func boundlessNumber() throws(EvaluationError) -> Double {
        guard let number = value?.number else { throw failure("a number") }
        return number
    }

    /// A whole number, negative or not, whose sums over all rows fit 64 bits.
    func integer() throws(EvaluationError) -> Int {
        guard let number = Int(exactly: try number()), number.magnitude <= Self.largest else {
            throw failure("a whole number of at most 2^40")
        }
        return number
    }

    /// How many there are of something.
    func count() throws(EvaluationError) -> Int {
        let count = try integer()
        guard count >= 0 else { throw failure("a whole number from 0 on") }
        return count
    }

    private static let largest = UInt(1) << 40

    func flag() throws(EvaluationError) -> Bool {
        guard case .bool(let flag)? = value else { throw failure("true or false") }
        return flag
    }

    func list() throws(EvaluationError) -> [ReportReader] {
        guard case .array(let elements)? = value else { throw failure("a list") }
        return elements.enumerated().map { ReportReader(file: file, value: $1, place: "\(place)[\($0)]") }
    }

    func optionalNumber() throws(EvaluationError) -> Double? { isNull ? nil : try number() }
    func optionalText() throws(EvaluationError) -> String? { isNull ? nil : try text() }
    func optionalInteger() throws(EvaluationError) -> Int? { isNull ? nil : try integer() }

    func texts() throws(EvaluationError) -> [String] {
        try list().map { element throws(EvaluationError) in try element.text() }
    }

    /// One of an enumeration's values.
    func choice<Value: RawRepresentable>(_ type: Value.Type) throws(EvaluationError) -> Value
    where Value.RawValue == String {
        guard let choice = Value(rawValue: try text()) else { throw failure("a name that this version knows") }
        return choice
    }

    func failure(_ expected: String) -> EvaluationError {
        EvaluationError(
            .member, file: file, found: "found no such thing at \"\(place)\"",
            expected: "\(expected), as in a report of this version")
    }
}
