import Foundation
import TestSupport
import Testing

/// Scripts read the ids of faults: each that is found has to be in the schema.
@Suite struct FaultIdentifierTests {
    @Test func everyFaultIsInTheSchema() throws {
        let path = Fixtures.folder + "/../Schemas/check-port.schema.json"
        let schema = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
        let known = Self.enumeration(schema, having: "kernel-rotated")
        let found = DoctorTests.faults.map(\.id) + OutputDoctorTests.faults.map(\.id)
        #expect(Set(found).subtracting(known).isEmpty)
        #expect(known.count > 60)
    }

    /// The `enum` that has a value, wherever it is.
    private static func enumeration(_ schema: Any, having value: String) -> [String] {
        if let list = schema as? [Any] { return list.flatMap { enumeration($0, having: value) } }
        guard let object = schema as? [String: Any] else { return [] }
        if let values = object["enum"] as? [String], values.contains(value) { return values }
        return object.values.flatMap { enumeration($0, having: value) }
    }
}
