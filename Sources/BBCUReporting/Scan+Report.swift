import BBCUFileAudit
import BBCUPlatform
import OrderedCollections
import TensorBytes

extension Scan {
    /// The audit for a person: what was found, the worst first, what was looked at, and the verdict.
    public var text: [String] {
        var lines = ["file           \(file.printable())"]
        if let failure { return lines + ["", "UNREADABLE: \(failure.printable(atMost: 200))."] }
        let ending = extensionAgrees.map { $0 ? ", as its name says" : ", which its name does not say" } ?? ""
        lines.append("content        \(kind.rawValue), \(NumberText.grouped(byteCount, "byte"))\(ending)")
        if !names.isEmpty { lines += [""] + nameTable.lines }
        if !findings.isEmpty {
            lines += ["", "Findings"] + findings.prefix(Self.mostLines).map(Self.line) + more(findings.count)
        }
        if !notExamined.isEmpty {
            lines += ["", "Not examined, and not called safe"]
            lines += notExamined.prefix(Self.mostLines).map { item in
                "  " + Self.located(item.place) + item.reason.printable(atMost: 200)
            }
            lines += more(notExamined.count)
        }
        lines += ["", "Examined"] + examined.prefix(Self.mostLines).map(Self.line) + more(examined.count)
        return lines + ["", verdictLine]
    }

    private static let mostLines = 100

    private func more(_ count: Int) -> [String] {
        count > Self.mostLines ? ["  … \(count - Self.mostLines) more"] : []
    }

    private var nameTable: TextTable {
        var table = TextTable(["Judgement", "name", "times", "first at", "why"], alignments: [.left, .left, .right])
        for name in names.prefix(500) {
            let allowed = name.allowedBy.map {
                "allowed by \($0.printable(atMost: 80)), else \(name.judgement.rawValue): "
            }
            table.add([
                allowed == nil ? name.judgement.rawValue : "allowed",
                name.judgement == .expected ? name.fullName.printable(atMost: 120) : name.shownCall,
                String(name.count),
                "\(Self.located(name.place))byte \(name.offset) (\(name.opcode)\(name.isCalled ? ", called" : ""))",
                name.judgement == .expected ? "" : (allowed ?? "") + name.reason,
            ])
        }
        return table
    }

    private static func located(_ place: String) -> String { place.isEmpty ? "" : place.printable(atMost: 100) + ": " }

    private static func line(_ finding: Finding) -> String {
        "  \(finding.severity.rawValue): \(located(finding.place))byte \(finding.offset): "
            + finding.text.printable(atMost: 240)
    }

    private static func line(_ item: Examined) -> String {
        let place = item.place.isEmpty ? "the file" : item.place.printable(atMost: 100)
        let range =
            item.count > 1
            ? "to \(item.lastPlace.printable(atMost: 100)) (\(item.count) of them)"
            : "bytes \(item.range.lowerBound) to \(item.range.upperBound)"
        return "  \(place), \(range): \(item.how.printable(atMost: 200))"
    }

    private var verdictLine: String {
        let allowed = names.count { $0.allowedBy != nil }
        let counts =
            Judgement.allCases.map { judgement in
                "\(names.count { $0.judgement == judgement && $0.allowedBy == nil }) \(judgement.rawValue)"
            }.joined(separator: ", ") + (allowed > 0 ? ", \(allowed) allowed" : "")
        return switch verdict {
        case .dangerous: "DANGEROUS: loading this file can run what it names (\(counts)). Do not load it."
        case .unknown:
            "NOT CALLED SAFE: \(counts) \("name".plural(for: allowed > 0 ? allowed : names.count { $0.judgement == .expected })), "
                + "\(NumberText.count(findings.count { $0.severity != .note }, "finding")), "
                + "\(NumberText.count(notExamined.count, "part")) not examined."
        case .unreadable: "NOT EXAMINED: \(unexaminedReason.printable(atMost: 200))."
        case .skipped: "SKIPPED: text that is no pickle; no loader of models runs it."
        case .expected: "EXPECTED: every name is one that tensors and state dicts are made of (\(counts))."
        }
    }

    private var unexaminedReason: String {
        notExamined.first?.reason ?? "text that is no pickle and no archive"
    }

    /// The audit as JSON, an element of `files` in `Schemas/scan.schema.json`.
    public var json: JSONValue {
        [
            "file": .string(file), "content": .string(kind.rawValue), "bytes": .integer(byteCount),
            "size": .integer(byteCount), "sha256": JSONValue(sha256), "name_agrees": JSONValue(extensionAgrees),
            "verdict": .string(verdict.rawValue),
            "level": .string(level.rawValue), "failure": JSONValue(failure),
            "names": .array(
                names.map { name in
                    [
                        "module": .string(name.module), "name": .string(name.name),
                        "judgement": .string(name.judgement.rawValue), "reason": .string(name.reason),
                        "count": .integer(name.count), "called": .bool(name.isCalled),
                        "call": JSONValue(name.call), "place": .string(name.place),
                        "offset": .integer(name.offset), "opcode": .string(name.opcode),
                        "allowed_by": JSONValue(name.allowedBy),
                    ]
                }),
            "findings": .array(
                findings.map { finding in
                    [
                        "severity": .string(finding.severity.rawValue), "place": .string(finding.place),
                        "offset": .integer(finding.offset), "text": .string(finding.text),
                    ]
                }),
            "not_examined": .array(
                notExamined.map { ["place": .string($0.place), "reason": .string($0.reason)] }),
            "examined": .array(
                examined.map { item in
                    [
                        "place": .string(item.place), "last_place": .string(item.lastPlace),
                        "count": .integer(item.count), "from": .integer(item.range.lowerBound),
                        "to": .integer(item.range.upperBound), "how": .string(item.how),
                    ]
                }),
        ]
    }
}

extension Scan.Name {
    /// The call with its constant arguments, or the full name of what is never called.
    fileprivate var shownCall: String { call ?? fullName.printable(atMost: 120) }
}
