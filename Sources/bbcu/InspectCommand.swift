import ArgumentParser
import BBCUKit

/// `bbcu inspect`: what is in a checkpoint.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Shows what is in a checkpoint: its structure, its tensors, totals.",
        discussion: """
            Nothing in the file is executed, and without --checksums and --stats no tensor is read.
            Exit status: 0, 1 where the file's name promises another SHA-256 (--checksums), 2 where the file cannot be read.
            """)

    @Argument(help: "The checkpoint.", completion: .file())
    var file: String

    @Flag(help: "Join repeated layers into one line.")
    var fold = false

    @Flag(
        help: """
            Compute CRC-32 of every tensor and SHA-256 of the file, and check a -xxxxxxxx suffix of its name.
            """)
    var checksums = false

    @Flag(help: "Compute minimum, maximum, mean, standard deviation, zeros and non-finite values of every tensor.")
    var stats = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        try withExitStatus {
            let checkpoint = try Checkpoint.open(file)
            let inspection = try Inspection(checkpoint, checksums: checksums, statistics: stats)
            print(json ? inspection.json().text : inspection.text(isFolded: fold).joined(separator: "\n"))
            return inspection.holds
        }
    }
}
