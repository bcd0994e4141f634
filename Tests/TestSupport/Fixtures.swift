import Foundation

/// The files the tests read, in the repository's `Fixtures` folder.
public enum Fixtures {
    /// The folder's absolute path, without a slash at the end.
    public static let folder: String = {
        let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardizedFileURL
        return root.appendingPathComponent("Fixtures").path
    }()

    /// The absolute path of a file in the folder.
    public static func path(_ name: String) -> String { folder + "/" + name }
}

/// The absolute path of a file in the repository's `Fixtures` folder.
public func fixture(_ name: String) -> String { Fixtures.path(name) }
