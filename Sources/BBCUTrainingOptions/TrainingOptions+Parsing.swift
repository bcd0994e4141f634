import BBCUNetworks
import BBCUPlatform
import Yams

/// The kinds of failure of an options file.
public enum OptionsCode: String, Sendable, Hashable, CaseIterable {
    /// It cannot be read, or is larger than such a file.
    case unreadable
    /// It is neither YAML nor JSON.
    case syntax
    /// It describes no network.
    case noNetwork
}

/// Why an options file cannot be read.
public typealias OptionsError = ReadingError<OptionsCode>

extension TrainingOptions {
    /// Reads the text of an options file: BasicSR's YAML, or KAIR's JSON with `//` comments.
    ///
    /// JSON is a subset of YAML, so that one parser reads both once the comments are out.
    public init(text: String, file: String) throws(OptionsError) {
        let isJSON = text.unicodeScalars.first { !$0.properties.isWhitespace }.map { $0 == "{" || $0 == "/" } ?? false
        let root: Node?
        do {
            root = try Yams.compose(yaml: isJSON ? JSONComments.strip(text) : text)
        } catch {
            let reason = String(describing: error).linesOfText.first ?? ""
            throw OptionsError(.syntax, file: file, found: "neither YAML nor JSON with comments: \(reason)")
        }
        guard let mapping = root?.mapping else {
            throw OptionsError(
                .noNetwork, file: file, found: "an options file is a mapping with network_g or netG, this is not")
        }
        if let network = mapping["network_g"]?.mapping {
            self.init(network: network, dialect: .basicSR, file: file)
            if let scale = mapping["scale"] { add(scale, path: "scale", meaning: .upscale) }
        } else if let network = mapping["netG"]?.mapping {
            self.init(network: network, dialect: .kair, file: file)
        } else {
            throw OptionsError(.noNetwork, file: file, found: "neither network_g (BasicSR) nor netG (KAIR) is in it")
        }
        if let key = mapping["path"]?.mapping?["param_key_g"]?.scalar?.string, !["", "~", "null"].contains(key) {
            parameterKey = key
        }
    }

    private init(network: Node.Mapping, dialect: OptionsDialect, file: String) {
        self.init(file: file, dialect: dialect)
        let meanings: [(String, Meaning)]
        if dialect == .basicSR {
            type = network["type"]?.scalar?.string
            meanings = [
                ("num_in_ch", .inputChannels), ("num_out_ch", .outputChannels), ("num_feat", .features),
                ("num_block", .blocks), ("upscale", .upscale),
            ]
        } else {
            type = network["net_type"]?.scalar?.string
            meanings = [
                ("in_nc", .inputChannels), ("out_nc", .outputChannels), ("nc", .features), ("nb", .blocks),
            ]
        }
        family = type.flatMap { Family(optionType: $0, dialect: dialect) }
        for (key, meaning) in meanings {
            if let node = network[key] { add(node, path: dialect.path(key), meaning: meaning) }
        }
        let typeKey = dialect == .basicSR ? "type" : "net_type"
        if network[typeKey] != nil, type == nil {
            problems.append(
                Problem(.options, key: dialect.path(typeKey), expected: "the network's type", found: "no scalar"))
        }
        readAmplification(network["k"])
    }

    private mutating func add(_ node: Node, path: String, meaning: Meaning) {
        guard let text = node.scalar?.string, let value = Int(text) else {
            problems.append(
                Problem(.options, key: path, expected: "a whole number", found: node.scalar?.string ?? "no scalar"))
            return
        }
        sizes.append(Size(path: path, meaning: meaning, value: value))
    }

    private mutating func readAmplification(_ node: Node?) {
        let path = dialect.path("k")
        guard let node else {
            if dialect == .kair {
                problems.append(
                    Problem(.options, key: path, expected: "the amplification factor k", found: "no such option"))
            }
            return
        }
        namesAmplification = true
        let text = node.scalar?.string ?? "no scalar"
        guard let value = Amplification.parse(text) else {
            problems.append(
                Problem(.options, key: path, expected: "a number greater than 0 that float32 can hold", found: text))
            return
        }
        amplification = value
    }
}
