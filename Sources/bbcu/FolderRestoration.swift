import ArgumentParser
import BBCUKit
import Images

/// Restores the images of a folder into another one.
struct FolderRestoration {
    private let input: ImageFolder
    private let output: String
    /// Where each image goes, in the order of the input's.
    private let targets: [String]

    /// Lists the images and refuses what would go wrong later, before any work is done.
    /// - Parameter others: files that are read too.
    /// - Throws: ``ImageError``, ``InputError`` or `ValidationError`
    init(_ input: String, into output: String, others: [String?]) throws {
        try Guards.refuseOutput(output, inside: input)
        let folder = try ImageFolder(input)
        var origins: [String: String] = [:]
        for image in folder.images {
            let target = Self.name(for: image)
            if let other = origins.updateValue(image, forKey: target) {
                throw InputError(
                    file: input, found: "\(other) and \(image), which would both become \(target)",
                    expected: "names that differ before their suffix; rename one of them")
            }
        }
        guard !folder.images.isEmpty else {
            throw InputError(
                file: input, found: "no image among \(NumberText.count(folder.otherCount, "file"))",
                expected: "files that end in .png, .jpg or .jpeg")
        }
        targets = folder.images.map(Self.name)
        try Guards.refuseOverwriting(
            targets.map { output + "/" + $0 }, inputs: others + folder.images.map { input + "/" + $0 })
        self.input = folder
        self.output = output
    }

    /// Restores one image after the other; what becomes of each is said on standard error.
    /// - Returns: whether every image was restored.
    /// - Throws: ``InputError`` where none was, or a file cannot be written.
    func run(_ restorer: Restorer) throws -> Bool {
        try makeFolder(output)
        let progress = Progress(label: "restore", unit: "image")
        let count = input.images.count
        var restoredCount = 0
        for (index, (image, target)) in zip(input.images, targets).enumerated() {
            progress.show(index + 1, count)
            do {
                let place = try ImageFiles.makePlace(for: target, in: output)
                try restorer.restore(input.path + "/" + image).writePNG(place)
                restoredCount += 1
            } catch {
                progress.clear()
                // What cannot be written now cannot be written later either.
                if !isOfOneImage(error) { throw error }
                Standard.error("bbcu: error: \(Standard.message(error))")
            }
        }
        progress.clear()
        guard restoredCount > 0 else {
            throw InputError(
                file: input.path, found: "no image that could be restored", expected: "at least one of \(count)")
        }
        let others = input.otherCount == 0 ? "" : "; other files left alone: \(input.otherCount)"
        Standard.error("bbcu: \(restoredCount) of \(NumberText.count(count, "image")) restored\(others)")
        return restoredCount == count
    }

    /// The path of a PNG of the same name.
    private static func name(for image: String) -> String {
        (image.lastIndex(of: ".").map { image[..<$0] } ?? image[...]) + ".png"
    }
}
