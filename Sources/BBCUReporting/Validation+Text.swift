import BBCUNetworks
import BBCUPlatform
import OrderedCollections
import TensorBytes

extension ValidationReport {
    /// Problems of one kind that are told in one line.
    struct Group {
        var problems: [Problem]
        var first: Problem { problems[0] }
    }

    /// The problems by kind, in order; dtypes also by what was found. Problems of options are about different things.
    var groups: [Group] {
        var groups = OrderedDictionary<[String], Group>()
        for (index, problem) in problems.enumerated() {
            let own: String =
                switch problem.kind {
                case .dtype: problem.found
                case .options, .amplification: "\(index)"
                default: ""
                }
            groups[[problem.kind.rawValue, own], default: Group(problems: [])].problems.append(problem)
        }
        return Array(groups.values)
    }

    /// A line for each kind of problem, and what to do about it.
    ///
    /// - Parameters:
    ///   - file: the checkpoint, as the caller named it.
    ///   - showsDetails: whether every problem has a line below that.
    func problemBlocks(file: String, showsDetails: Bool) -> [ReportDocument.Block] {
        var blocks: [ReportDocument.Block] = []
        for group in groups {
            blocks.append(.paragraph(RichText(group.line(network: resolution.network))))
            if group.problems.count > 1 {
                let details = ReportDocument.Block.list(group.problems.map { RichText($0.detail) })
                blocks.append(showsDetails ? details : .page { [.folded("All of them", [details])] })
            }
            if group.first.kind == .dtype, DType.convertible.contains(group.first.found) {
                blocks += [
                    .paragraph("\(Advice.convertWeights)"),
                    .lines(["\(Advice.convertedCopy.of(file.shellWord))"]),
                ]
            }
            if group.first.kind == .unexpectedKey {
                blocks.append(.paragraph("\(Advice.allowKeys)"))
            }
        }
        let hidesSome = groups.contains { $0.problems.count > Group.mostShown }
        return blocks + (hidesSome && !showsDetails ? [.text([.paragraph("\(Advice.listAll)")])] : [])
    }
}

extension ValidationReport.Group {
    static let mostShown = 3

    /// The group in a line: `error: dtype: 24 tensors are float16, expected float32: a, b, c and 21 more`.
    func line(network: BBCUNetwork?) -> String {
        let head = "\(first.severity.rawValue): \(first.kind.rawValue): "
        guard problems.count > 1 else { return head + first.detail }
        let count = problems.count
        switch first.kind {
        case .dtype:
            return head + "\(count.counted("tensor", "are")) \(first.found), expected \(first.expected): " + names
        case .missingKey: return head + "\(count.counted("key", "are")) missing: " + names
        case .unexpectedKey: return head + "\(count.counted("key")) are not the network's: " + names
        case .shape: return head + "\(count.counted("tensor", "have")) another shape than the network's: " + details
        default: return head + "\(count.counted("tensor")), expected \(first.expected): " + details
        }
    }

    private var names: String { problems.map { $0.key ?? $0.layer ?? "" }.shortList }

    private var details: String {
        let shown = problems.prefix(Self.mostShown).map { problem in
            let expected = problem.kind == .shape ? ", expected \(problem.expected)" : ""
            return "\((problem.key ?? problem.layer ?? "").printable()) (\(problem.found.printable())\(expected))"
        }.joined(separator: "; ")
        return problems.count > Self.mostShown ? "\(shown); and \(problems.count - Self.mostShown) more" : shown
    }
}

extension Problem {
    /// The place, what was found and what was expected, in a line.
    var detail: String {
        let place = (key ?? layer).map { "\($0.printable()): " } ?? ""
        return "\(place)found \(found.printable()), expected \(expected.printable())"
    }
}

extension DType {
    /// The dtypes whose tensors `--convert-dtype` takes.
    fileprivate static let convertible: Set<String> = [
        DType.float16.rawValue, DType.bfloat16.rawValue, DType.float64.rawValue,
    ]
}
