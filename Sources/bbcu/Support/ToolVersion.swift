/// The version of the command, which reports that are merged have to share.
enum ToolVersion {
    static let current = "0.1.0"
}
