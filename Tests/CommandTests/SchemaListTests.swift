import BBCUNetworks
import Foundation
import TensorFiles
import TestSupport
import Testing

/// The lists of values in the schemas are those of the types.
///
/// `BBCU_WRITE_SCHEMAS=1 swift test --filter SchemaListTests` writes them anew.
@Suite struct SchemaListTests {
    /// A list, known by one of its values.
    struct List: Sendable, CustomTestStringConvertible {
        var known: String
        var values: [String]
        /// How many schemas have it.
        var schemas: Int
        var testDescription: String { known }
    }

    static let lists = [
        List(known: "bbcu-l", values: Family.allCases.map(\.rawValue), schemas: 9),
        List(known: "pytorch-tar", values: CheckpointFormat.allCases.map(\.rawValue), schemas: 1),
    ]

    @Test(arguments: lists) func everySchemaHasTheValuesOfTheType(_ list: List) throws {
        let folder = Fixtures.folder + "/../Schemas/"
        let writes = ProcessInfo.processInfo.environment["BBCU_WRITE_SCHEMAS"] != nil
        var found = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
            var schema = try String(contentsOfFile: folder + name, encoding: .utf8)
            let lists = schema.matches(of: /"enum"(\s*:\s*)\[([^\]]*)\]/).filter { $0.2.contains("\"\(list.known)\"") }
            guard !lists.isEmpty else { continue }
            found += 1
            for match in lists.reversed() {
                let values = match.2.split(separator: ",").map {
                    $0.trimmingCharacters(in: CharacterSet(charactersIn: " \n\""))
                }
                if writes, values != list.values {
                    let text = list.values.map { "\"\($0)\"" }.joined(separator: ", ")
                    schema.replaceSubrange(match.range, with: "\"enum\"\(match.1)[\(text)]")
                    try schema.write(toFile: folder + name, atomically: true, encoding: .utf8)
                } else {
                    #expect(values == list.values, "\(name)")
                }
            }
        }
        #expect(found == list.schemas)
    }
}
