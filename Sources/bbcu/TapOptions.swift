import ArgumentParser
import BBCUKit

/// Which taps a port has.
struct TapOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The port's taps: names or patterns with commas, such as 'output,*.sums'; 'modules', 'signs' and 'sums' are "
                + "all of a kind, and '.binary_conv' is another name for '.sums'. Default: all; for --self-test modules.",
            valueName: "LIST"))
    var taps: String?

    /// The taps that were asked for.
    /// - Throws: `ValidationError` for a name that no tap has.
    func taps(of network: Network) throws -> VectorTaps {
        let all = VectorTaps(network)
        guard let taps else { return all }
        var chosen: Set<String> = []
        for part in taps.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            let pattern = NamePattern(VectorTaps.plain(part))
            let found = all.names.filter { name in
                switch part {
                case "modules": !VectorTaps.isInside(name)
                case "signs", "sums": name.hasSuffix("." + part)
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
