import BBCUFileAudit
import BBCUPlatform
import OrderedCollections
import TensorBytes

extension Scan {
    /// The audit of one file: what was found, the worst first, what was looked at, and the verdict.
    public var document: ReportDocument { document(json: json) }

    /// The same as the report of a command, whose JSON says more.
    package func document(json: @escaping @Sendable @autoclosure () -> JSONValue) -> ReportDocument {
        let ending = extensionAgrees.map { $0 ? ", as its name says" : ", which its name does not say" } ?? ""
        return ReportDocument(
            title: "Audit of \(file.printable(atMost: 120))", verdict: verdictText, tone: tone,
            facts: [.init("file", .code(file))]
                + (failure == nil
                    ? [.init("content", "\(kind.rawValue), \(NumberText.grouped(byteCount, "byte"))\(ending)")] : []),
            sections: failure == nil ? sections : [], json: json())
    }

    private var tone: ReportDocument.Tone {
        guard failure == nil else { return .bad }
        return switch verdict {
        case .dangerous: .bad
        case .unknown, .unreadable: .caution
        case .skipped: .neutral
        case .expected: .good
        }
    }

    private static let mostItems = 100

    /// What was found and what was looked at.
    var sections: [ReportDocument.Section] {
        [
            .init("names", "Names", [.table(nameTable)]),
            .init("findings", "Findings", [.list(findings.map(Self.text), atMost: Self.mostItems)]),
            .init(
                "unexamined", "Not examined, and not called safe",
                [
                    .list(
                        notExamined.map { "\(Self.located($0.place))\($0.reason.printable(atMost: 200))" },
                        atMost: Self.mostItems)
                ]), .init("examined", "Examined", [.list(examined.map(Self.text), atMost: Self.mostItems)]),
        ]
    }

    private var nameTable: ReportTable {
        ReportTable(
            "Names", of: names.prefix(500), isBad: { $0.judgement == .dangerous && $0.allowedBy == nil },
            columns: [
                .text("judgement") { $0.allowedBy == nil ? $0.judgement.rawValue : "allowed" },
                .rich("name") {
                    .code(
                        $0.judgement == .expected ? $0.fullName : $0.call ?? $0.fullName,
                        atMost: $0.call == nil ? 120 : 4000)
                },
                .number("times") { String($0.count) },
                .rich("first at") {
                    "\(Self.located($0.place))byte \($0.offset) (\($0.opcode)\($0.isCalled ? ", called" : ""))"
                },
                .text("why") { name in
                    let allowed = name.allowedBy.map {
                        "allowed by \($0.printable(atMost: 80)), else \(name.judgement.rawValue): "
                    }
                    return name.judgement == .expected ? "" : (allowed ?? "") + name.reason
                },
            ])
    }

    private static func located(_ place: String) -> RichText {
        place.isEmpty ? "" : "\(code: place, atMost: 100): "
    }

    private static func text(_ finding: Finding) -> RichText {
        "\(finding.severity.rawValue): \(located(finding.place))byte \(finding.offset): \(finding.text.printable(atMost: 240))"
    }

    private static func text(_ item: Examined) -> RichText {
        let place: RichText = item.place.isEmpty ? "the file" : .code(item.place, atMost: 100)
        let range: RichText =
            item.count > 1
            ? "to \(code: item.lastPlace, atMost: 100) (\(item.count) of them)"
            : "bytes \(item.range.lowerBound) to \(item.range.upperBound)"
        return "\(place), \(range): \(item.how.printable(atMost: 200))"
    }

    private var verdictText: String {
        if let failure { return "UNREADABLE: \(failure.printable(atMost: 200))." }
        let allowed = names.count { $0.allowedBy != nil }
        let counts =
            Judgement.allCases.map { judgement in
                "\(names.count { $0.judgement == judgement && $0.allowedBy == nil }) \(judgement.rawValue)"
            }.joined(separator: ", ") + (allowed > 0 ? ", \(allowed) allowed" : "")
        return switch verdict {
        case .dangerous: "DANGEROUS: loading this file can run what it names (\(counts)). Do not load it."
        case .unknown:
            "NOT CALLED SAFE: \(counts) \("name".plural(for: allowed > 0 ? allowed : names.count { $0.judgement == .expected })), "
                + "\(findings.count { $0.severity != .note }.counted("finding")), "
                + "\(notExamined.count.counted("part")) not examined."
        case .unreadable: "NOT EXAMINED: \(unexaminedReason.printable(atMost: 200))."
        case .skipped: "SKIPPED: text that is no pickle; no loader of models runs it."
        case .expected: "EXPECTED: every name is one that tensors and state dicts are made of (\(counts))."
        }
    }

    private var unexaminedReason: String {
        notExamined.first?.reason ?? "text that is no pickle and no archive"
    }
}
