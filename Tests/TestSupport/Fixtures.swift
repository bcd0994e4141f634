/// The path of a file in the package's `Fixtures` folder.
public func fixture(_ name: String) -> String {
    let folders = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    return folders.joined(separator: "/") + "/Fixtures/" + name
}
