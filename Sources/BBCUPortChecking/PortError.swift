import BBCUPlatform
import TensorBytes

/// The kinds of failure of what belongs to a port: its dump, and what is kept about it.
public enum PortCode: String, Sendable, Hashable, CaseIterable {
    /// A file cannot be read.
    case unreadable
    /// A file is no JSON.
    case notJSON
    /// A file is JSON of another kind.
    case otherKind
    /// A value is none of those that are possible.
    case value
    /// A map of names says something of what is not there.
    case names
    /// Something is there twice.
    case twice
    /// An array has another shape or element type.
    case array
    /// A file has been changed since it was written.
    case changed
    /// A case or a search is of another checkpoint, input or command.
    case otherSubject
    /// A case contradicts itself.
    case contradiction
    /// Nothing of the dump belongs to the network.
    case nothingKnown
    /// Nothing of the dump could be judged.
    case nothingJudged
}

/// Why a dump cannot be checked, or what is kept of a check cannot be used.
public typealias PortError = ReadingError<PortCode>

extension StrictJSON {
    /// Reads what a file of JSON holds; its errors name the file.
    /// - Parameter kind: what should be in it, in words.
    package static func read<Value>(
        _ path: String, atMost largest: Int, most: Int = StrictJSON.mostValues, kind: String? = nil,
        advice: Advice? = nil, _ value: (StrictJSON) throws(PortError) -> Value
    ) throws(PortError) -> Value {
        let region: ByteRegion
        do throws(BytesError) { region = try ByteRegion.mapping(path, atMost: largest) } catch {
            throw PortError(
                .unreadable, file: path, found: error.found, expected: error.expected ?? kind, advice: advice)
        }
        do throws(PortError) {
            return try value(parsing(region.bytes, most: most, kind: kind, advice: advice))
        } catch { throw error.inFile(path) }
    }

    /// Reads a model.
    /// - Parameter kind: what it is part of, in words.
    package func model<Model: Decodable>(_ kind: String, advice: Advice? = nil) throws(PortError) -> Model {
        do throws(Mismatch) { return try decode(Model.self) } catch {
            throw PortError(
                .otherKind, found: "found no such thing" + (error.place.isEmpty ? "" : " at \"\(error.place)\""),
                expected: "\(error.expected), as in \(kind)", advice: advice)
        }
    }

    /// Parses JSON of a kind.
    package static func parsing(
        _ bytes: [UInt8], most: Int = StrictJSON.mostValues, kind: String?, advice: Advice? = nil
    ) throws(PortError) -> StrictJSON {
        do throws(StrictJSON.Failure) { return try parse(bytes, most: most) } catch {
            throw PortError(
                .notJSON, found: "no JSON at byte \(error.offset)", expected: kind ?? error.expected, advice: advice)
        }
    }
}

extension Advice {
    package static let input = Advice("the input")
    package static let giveItsInput = Advice("give its input")
    package static let map = Advice("the map")
    package static let mapArrays = Advice("name the arrays so, or map their names")
    package static let checkSums = Advice("integer sums are judged by AccumulatorCheck")
    package static let previousInput = Advice("the image before")
    package static let floatPort = Advice("say so")
    package static let givenPreviousInput = Advice("given the image before")
    package static let portFormats = Advice("its formats given, or the arithmetic fixed:I.%")
    package static let savedReport = Advice("a port's report as JSON")
    package static let savedFormats = Advice("the report of a budget as JSON")
}
