import ArgumentParser
import BBCUKit

/// The options that say how float convolutions are computed where no sign is taken of what comes of them.
struct ConvolutionOptions: ParsableArguments {
    @Flag(help: "Compute all float convolutions directly: the bits of trace --path binarized, more slowly.")
    var exact = false

    @Flag(
        help: """
            Compute float convolutions behind the last sign a little faster, with an error of about 5e-6 of their range.
            """)
    var fast = false

    func validate() throws {
        if exact, fast { throw ValidationError("--exact and --fast are two methods; give one of them.") }
    }

    /// The method in the library's terms.
    var method: FloatMethod { exact ? .exact : fast ? .fast : .standard }
}
