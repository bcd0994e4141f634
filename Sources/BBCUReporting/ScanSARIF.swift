import BBCUFileAudit
import BBCUPlatform
import OrderedCollections
import TensorBytes

/// The audits of files as a log in the Static Analysis Results Interchange Format 2.1.0 (OASIS, 27 March 2020).
public struct ScanSARIF: Sendable {
    private var artifacts: [JSONValue] = []
    private var results: [JSONValue] = []

    /// Nothing yet.
    public init() {}

    private enum Rule: String, CaseIterable {
        case dangerousName = "dangerous-name"
        case unknownName = "unknown-name"
        case danger = "dangerous-finding"
        case finding
        case note
        case notExamined = "not-examined"

        var text: String {
            switch self {
            case .dangerousName: "A pickle refers to a name that runs code, or leads to what does."
            case .unknownName: "The file refers to a name of which nothing is known."
            case .danger: "Something in the file does harm."
            case .finding: "Something in the file is odd and cannot be called harmless."
            case .note: "Something in the file is odd and harmless."
            case .notExamined: "The file, or a part of it, was not examined."
            }
        }

        var level: String {
            switch self {
            case .dangerousName, .danger: "error"
            case .unknownName, .finding, .notExamined: "warning"
            case .note: "note"
            }
        }
    }

    /// Adds a file: an artifact, and a result for each name that is not expected, each finding and each part that was
    /// not examined. A name that was allowed is a suppressed result.
    public mutating func add(_ scan: Scan) {
        let index = artifacts.count
        var artifact: JSONValue.Members = ["location": ["uri": .string(Self.uri(scan.file))]]
        if scan.failure == nil { artifact["length"] = .integer(scan.byteCount) }
        if let hash = scan.sha256 { artifact["hashes"] = ["sha-256": .string(hash)] }
        artifacts.append(.object(artifact))
        func add(_ rule: Rule, _ text: String, _ place: String, _ offset: Int?, allowedBy pattern: String? = nil) {
            results.append(Self.result(rule, text, scan.file, index, place, offset, pattern))
        }
        for name in scan.names where name.judgement != .expected {
            let text = "\(name.fullName): \(name.reason)"
            add(
                name.judgement == .dangerous ? .dangerousName : .unknownName, text, name.place, name.offset,
                allowedBy: name.allowedBy)
        }
        for finding in scan.findings {
            let rule: Rule =
                switch finding.severity {
                case .danger: .danger
                case .unknown: .finding
                case .note: .note
                }
            add(rule, finding.text, finding.place, finding.offset)
        }
        for part in scan.notExamined { add(.notExamined, part.reason, part.place, nil) }
        if let failure = scan.failure {
            add(.notExamined, failure, "", nil)
        } else if scan.level == .unexamined, scan.notExamined.isEmpty {
            add(.notExamined, "unknown format", "", nil)
        }
    }

    private static func result(
        _ rule: Rule, _ text: String, _ file: String, _ index: Int, _ place: String, _ offset: Int?, _ pattern: String?
    ) -> JSONValue {
        var physical: JSONValue.Members = [
            "artifactLocation": ["uri": .string(uri(file)), "index": .integer(index)]
        ]
        var message = text
        if place.isEmpty {
            if let offset { physical["region"] = ["byteOffset": .integer(offset), "byteLength": .integer(1)] }
        } else {
            message += " (in \(place)" + (offset.map { ", byte \($0))" } ?? ")")
        }
        var location: JSONValue.Members = ["physicalLocation": .object(physical)]
        if !place.isEmpty { location["logicalLocations"] = [["fullyQualifiedName": .string(place)]] }
        var result: JSONValue.Members = [
            "ruleId": .string(rule.rawValue), "ruleIndex": .integer(Rule.allCases.firstIndex(of: rule) ?? 0),
            "level": .string(rule.level), "message": ["text": .string(message)], "locations": [.object(location)],
        ]
        if let pattern {
            result["suppressions"] = [["kind": "external", "justification": .string("\(Advice.allow.of(pattern))")]]
        }
        return .object(result)
    }

    /// The log.
    ///
    /// - Parameter version: the version of the command.
    public func json(_ summary: ScanSummary, version: String) -> JSONValue {
        let rules = Rule.allCases.map { rule -> JSONValue in
            [
                "id": .string(rule.rawValue), "shortDescription": ["text": .string(rule.text)],
                "defaultConfiguration": ["level": .string(rule.level)],
            ]
        }
        return [
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                [
                    "tool": [
                        "driver": ["name": "bbcu scan", "version": .string(version), "rules": .array(rules)]
                    ],
                    "invocations": [
                        [
                            "executionSuccessful": .bool(summary.unopened == 0),
                            "exitCode": .integer(summary.exitStatus),
                            "properties": ["failOn": .string(summary.failOn.rawValue)],
                        ]
                    ],
                    "artifacts": .array(artifacts), "results": .array(results),
                ]
            ],
        ]
    }

    /// A path as a reference by RFC 3986: bytes other than the unreserved ones and the slash are written in hexadecimal,
    /// an absolute path becomes a `file` URI.
    static func uri(_ path: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in path.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return bytes.first == UInt8(ascii: "/") ? "file://" + text : text
    }
}
