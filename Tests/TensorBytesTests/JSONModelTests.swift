import TensorBytes
import Testing

@Suite struct JSONModelTests {
    private struct Place: JSONModel {
        var rowIndex = 3
        var column: Int?
    }

    private struct Numbers: JSONModel {
        var maxULP: UInt64?
        var crc32: UInt32 = 7
        var ratio: Double?
        var isSmall: Bool?
    }

    private struct Row: JSONModel {
        func encode(to encoder: any Encoder) throws {
            try encoder.encode(["name": "a", "none": Int?.none], with: Place(), nil, JSONMembers(["of": [1, 2]]))
            try encoder.encode(["last": ["z": .null, "a": .float(0.1)] as JSONValue])
        }
    }

    @Test func membersKeepTheirOrder() {
        #expect(
            Row().json.compactText
                == #"{"name":"a","none":null,"row_index":3,"column":null,"of":[1,2],"last":{"z":null,"a":0.1}}"#)
    }

    /// What is absent is null, whatever its type; what no `Int` holds is a number.
    @Test(arguments: [
        (nil, #"{"max_ulp":null,"crc32":7,"ratio":null,"is_small":null}"#),
        (5, #"{"max_ulp":5,"crc32":7,"ratio":null,"is_small":null}"#),
        (UInt64.max, #"{"max_ulp":1.8446744073709552e+19,"crc32":7,"ratio":null,"is_small":null}"#),
    ])
    func integersOfEveryWidth(_ value: UInt64?, _ text: String) {
        #expect(Numbers(maxULP: value).json.compactText == text)
    }

    @Test(arguments: ["[]", "{}", #"{"a":[true,null,"x",{"b":1.5}]}"#])
    func valuesEncodeAsThemselves(_ text: String) throws {
        let value: JSONValue =
            switch text {
            case "[]": []
            case "{}": [:]
            default: ["a": [.bool(true), .null, "x", ["b": .number(1.5)]]]
            }
        #expect(JSONValue(encoding: value) == value && value.compactText == text)
    }
}
