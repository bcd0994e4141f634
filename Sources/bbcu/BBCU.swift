import ArgumentParser

@main
struct BBCU: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bbcu", abstract: "Reads, checks and runs pretrained BBCU networks, without Python.",
        subcommands: [InspectCommand.self])
}
