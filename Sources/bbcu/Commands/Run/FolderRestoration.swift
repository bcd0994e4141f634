import ArgumentParser
import BBCUImages
import BBCUKit
import BBCUPlatform
import BBCUReporting
import TensorBytes

/// Restores the images of a folder into another one.
struct FolderRestoration {
    private let input: String
    private let output: String
    /// The images' paths from the folder on, in the order of their UTF-8 bytes.
    private let images: [String]
    /// How many other files there are.
    private let otherCount: Int
    /// Where each image goes, in the order of the images.
    private let targets: [String]

    /// Lists the images and refuses what would go wrong later, before any work is done.
    /// - Parameter others: files that are read too.
    /// - Throws: `BytesError`, ``InputError`` or `ValidationError`
    init(_ input: String, into output: String, others: [String?]) throws {
        try Guards.refuseOutput(output, inside: input)
        let files = try FolderListing.files(under: input)
        images = files.filter { PathText.hasEnding($0, among: ".png", ".jpg", ".jpeg") }
        otherCount = files.count - images.count
        var origins: [ExactName: String] = [:]
        for image in images {
            let target = Self.name(for: image)
            if let other = origins.updateValue(image, forKey: ExactName(target)) {
                throw InputError(
                    file: input, found: "\(other) and \(image), which would both become \(target)",
                    expected: "names that differ before their suffix; rename one of them")
            }
        }
        guard !images.isEmpty else {
            throw InputError(
                file: input, found: "no image among \(NumberText.count(otherCount, "file"))",
                expected: "files that end in .png, .jpg or .jpeg")
        }
        targets = images.map(Self.name)
        try Guards.refuseOverwriting(
            targets.map { output + "/" + $0 }, inputs: others + images.map { input + "/" + $0 })
        self.input = input
        self.output = output
    }

    /// Restores one image after the other; what becomes of each is said on standard error.
    /// - Returns: whether every image was restored.
    /// - Throws: ``InputError`` where none was, or a file cannot be written.
    func run(_ restorer: Restorer) throws -> Bool {
        try makeFolder(output)
        let progress = Progress(label: "restore", unit: "image")
        let count = images.count
        var restoredCount = 0
        for (index, (image, target)) in zip(images, targets).enumerated() {
            progress.show(index + 1, count)
            do {
                let restored = try restorer.restore(input + "/" + image)
                try restored.writePNG(ImageFiles.makePlace(for: target, in: output))
                restoredCount += 1
            } catch {
                progress.clear()
                // What cannot be written now cannot be written later either.
                if !error.isOfOneImage { throw error }
                Standard.error("bbcu: error: \(Standard.message(error))")
            }
        }
        progress.clear()
        guard restoredCount > 0 else {
            throw InputError(
                file: input, found: "no image that could be restored", expected: "at least one of \(count)")
        }
        let others = otherCount == 0 ? "" : "; other files left alone: \(otherCount)"
        Standard.error("bbcu: \(restoredCount) of \(NumberText.count(count, "image")) restored\(others)")
        return restoredCount == count
    }

    /// The path of a PNG of the same name.
    private static func name(for image: String) -> String {
        PathText.withoutSuffix(image) + ".png"
    }
}
