import Foundation

/// The `bbcu` that was built along with the tests.
public enum BuiltCommand {
    /// Runs the command to its end.
    ///
    /// - Parameters:
    ///   - arguments: What stands after `bbcu`.
    ///   - environment: Variables to add to those of the tests, or to replace.
    ///   - folder: The working folder; that of the tests unless told otherwise.
    /// - Throws: ``NotBuilt`` where the build holds no such command.
    public static func run(
        _ arguments: String..., environment: [String: String] = [:], folder: String? = nil
    ) throws -> ProcessOutcome {
        try run(arguments, environment: environment, folder: folder)
    }

    /// Runs the command to its end with a list of arguments.
    public static func run(
        _ arguments: [String], environment: [String: String] = [:], folder: String? = nil
    ) throws -> ProcessOutcome {
        guard let executable else { throw NotBuilt() }
        return try ChildProcess.run(executable, arguments, environment: environment, folder: folder)
    }

    /// The command's path: beside the test bundle, or beside the folders that lead to the running test executable.
    public static let executable: String? = {
        let bundles = Bundle.allBundles.map(\.bundleURL) + [URL(fileURLWithPath: CommandLine.arguments[0])]
        return bundles.lazy.flatMap(ancestors).map { $0.appendingPathComponent("bbcu").path }
            .first { isExecutableFile($0) }
    }()

    /// The error that the build holds no `bbcu`.
    public struct NotBuilt: Error, CustomStringConvertible {
        /// What to do.
        public var description: String { "no built bbcu beside the tests; build the whole package first" }
    }

    private static func ancestors(_ url: URL) -> [URL] {
        var folders: [URL] = []
        var folder = url.resolvingSymlinksInPath()
        for _ in 0..<5 where folder.path != "/" {
            folder.deleteLastPathComponent()
            folders.append(folder)
        }
        return folders
    }

    private static func isExecutableFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
            && FileManager.default.isExecutableFile(atPath: path)
    }
}
