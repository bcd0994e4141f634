import BBCUPlatform
import TensorBytes

/// Everything that is wrong with a state dict that should be a given network's.
public enum Validation {
    /// Checks keys, shapes and dtypes alone: nothing is read.
    public static func structure(of stateDict: StateDict, as network: BBCUNetwork) -> [Problem] {
        let expected = ExactDictionary(
            network.parameters.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        let unexpected = stateDict.tensors.keys.filter { expected[$0] == nil }
        let missing = expected.keys.filter { stateDict.tensors[$0] == nil }
        var problems: [Problem] = []
        for parameter in expected.values {
            guard let found = stateDict.tensors[parameter.key] else {
                let near = NearestName.find(parameter.key, among: unexpected)
                problems.append(
                    parameter.problem(
                        .missingKey, expected: "float32 \(TensorShape.text(parameter.shape))",
                        found: near.map { "nothing; the nearest unexpected key is \($0)" } ?? "nothing"))
                continue
            }
            if found.shape != parameter.shape {
                let shapes = [parameter.shape, found.shape].map(TensorShape.text)
                problems.append(parameter.problem(.shape, expected: shapes[0], found: shapes[1]))
            }
            if found.dtype != .float32 {
                problems.append(parameter.problem(.dtype, expected: "float32", found: found.dtype.rawValue))
            }
        }
        let layers = network.layers.map(\.prefix).filter { !$0.isEmpty }
        for key in unexpected {
            let near = NearestName.find(key, among: missing) ?? NearestName.find(key, among: expected.keys)
            problems.append(
                Problem(
                    .unexpectedKey, layer: layers.first { key.begins(with: $0 + ".") }, key: key,
                    expected: near.map { "no such key; the nearest expected one is \($0)" } ?? "no such key",
                    found: stateDict.tensors[key].map { "\($0.dtype.rawValue) \(TensorShape.text($0.shape))" }
                        ?? "a tensor"))
        }
        return problems
    }

    /// Checks the values of every tensor that has the right key and shape.
    /// - Throws: what reading a tensor throws.
    public static func values(of stateDict: StateDict, as network: BBCUNetwork) throws -> [Problem] {
        var problems: [Problem] = []
        for parameter in network.parameters {
            guard stateDict.tensors[parameter.key]?.shape == parameter.shape,
                let values = try stateDict.load(parameter.key).doubles()
            else { continue }
            problems += check(values, of: parameter)
        }
        return problems
    }

    private static func check(_ values: [Double], of parameter: Parameter) -> [Problem] {
        var problems: [Problem] = []
        let nonFinite = values.count { !$0.isFinite }
        if nonFinite > 0, let first = values.firstIndex(where: { !$0.isFinite }) {
            problems.append(
                parameter.problem(
                    .nonFinite, expected: "finite values",
                    found:
                        "\(nonFinite) of \(values.count), the first is \(values[first]) at \(place(first, parameter))"))
        }
        guard parameter.role == .latentWeight, parameter.shape[0] > 0 else { return problems }
        let filterSize = values.count / parameter.shape[0]
        var zeroFilters: [Int] = []
        var zeros: [Int] = []
        for filter in 0..<parameter.shape[0] {
            let range = filter * filterSize..<(filter + 1) * filterSize
            let here = range.filter { values[$0] == 0 }
            if here.count == filterSize, filterSize > 0 { zeroFilters.append(filter) } else { zeros += here }
        }
        if !zeroFilters.isEmpty {
            problems.append(
                parameter.problem(
                    .zeroFilter, expected: "a weight that is not zero in every filter",
                    found: "all weights zero (alpha = 0) in \(list("filter", zeroFilters))"))
        }
        if let first = zeros.first {
            problems.append(
                parameter.problem(
                    .zeroWeights, expected: "weights with a sign",
                    found: "\(zeros.count) of \(values.count) exactly zero, the first at \(place(first, parameter))"))
        }
        if values.contains(where: { $0 != 0 }), values.allSatisfy({ abs($0) == 1 || $0 == 0 }) {
            problems.append(
                parameter.problem(
                    .binaryWeights, expected: "latent float weights, whose mean magnitude is alpha",
                    found: "every weight is already +1 or -1, so alpha is 1"))
        }
        return problems
    }

    /// The place of a value in words: `(3, 0, 2, 1)`.
    private static func place(_ index: Int, _ parameter: Parameter) -> String {
        var rest = index
        var coordinates: [Int] = []
        for size in parameter.shape.reversed() {
            coordinates.insert(rest % size, at: 0)
            rest /= size
        }
        return TensorShape.text(coordinates)
    }

    private static func list(_ noun: String, _ numbers: [Int]) -> String {
        let shown = numbers.prefix(8).map(String.init).joined(separator: ", ")
        let more = numbers.count > 8 ? " and \(numbers.count - 8) more" : ""
        return "\(noun.plural(for: numbers.count)) \(shown)\(more)"
    }
}

extension Parameter {
    fileprivate func problem(_ kind: Problem.Kind, expected: String, found: String) -> Problem {
        Problem(kind, layer: layer, key: key, expected: expected, found: found)
    }
}

extension Selection {
    /// Everything that is wrong with the keys, shapes and dtypes below the weights root: nothing is read.
    public func problems(as network: BBCUNetwork) -> [Problem] {
        Validation.structure(of: stateDict, as: network)
            + outside.map { key, description in
                Problem(
                    .unexpectedKey, key: key,
                    expected:
                        "only keys that begin with \(stateDict.prefix.isEmpty ? "the network's" : stateDict.prefix)",
                    found: "\(description.dtype.rawValue) \(TensorShape.text(description.shape))")
            }
            + extras.map { Problem(.unexpectedKey, key: $0, expected: "only tensors", found: "another value") }
    }
}
