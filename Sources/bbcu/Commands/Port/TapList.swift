import ArgumentParser
import BBCUKit
import BBCUPlatform
import BBCUPortTestData

/// The taps of a port, as `--taps` lists them.
enum TapList {
    /// The help of `--taps`.
    /// - Parameter rest: when it is given, and what holds where it is not.
    static func help(_ rest: String) -> ArgumentHelp {
        ArgumentHelp(
            "The port's taps: names or patterns with commas, such as 'output,*.sums'; 'modules', 'signs' and 'sums' are "
                + "all of a kind, and '.binary_conv' is another name for '.sums'. \(rest)",
            valueName: "LIST")
    }

    /// The taps that a list names.
    /// - Throws: `ValidationError` for a name that no tap has.
    static func taps(_ list: String, of network: BBCUNetwork) throws -> VectorTaps {
        let all = VectorTaps(network)
        var chosen: Set<String> = []
        for part in list.parts(at: ",") {
            let pattern = NamePattern(VectorTaps.plain(part))
            let found = all.names.filter { name in
                switch part {
                case "modules": !VectorTaps.isInside(name)
                case "signs", "sums": name.ends(with: "." + part)
                default: pattern.matches(name)
                }
            }
            guard !found.isEmpty else {
                throw ValidationError(
                    "--taps: \"\(part.printable())\" is no tap of this network, such as "
                        + "\(all.names.prefix(4).joined(separator: ", ")).")
            }
            chosen.formUnion(found)
        }
        return VectorTaps(network) { chosen.contains($0) }
    }
}
