import BBCUPlatform
import TensorBytes

/// The images of a folder that are restored into another one, each as a PNG of the same name.
public struct FolderRestoration: Sendable {
    /// The folder.
    public let input: String
    /// The images' paths from the folder on, in the order of their UTF-8 bytes.
    public let images: [String]
    /// Where each image goes, in the order of the images.
    public let targets: [String]
    /// How many other files there are.
    public let otherCount: Int

    /// Lists the images, and refuses those that would become one file.
    /// - Throws: `BytesError` or ``EvaluationError``
    public init(_ input: String) throws {
        self.input = input
        let files = try FolderListing.files(under: input)
        images = files.filter { PathText.hasEnding($0, among: ".png", ".jpg", ".jpeg") }
        otherCount = files.count - images.count
        targets = images.map { PathText.withoutSuffix($0) + ".png" }
        var origins: [ExactName: String] = [:]
        for (image, target) in zip(images, targets) {
            if let other = origins.updateValue(image, forKey: ExactName(target)) {
                throw EvaluationError(
                    .twice, file: input, found: "found \(other) and \(image), which would both become \(target)",
                    expected: "names that differ before their suffix; rename one of them")
            }
        }
        guard !images.isEmpty else {
            throw EvaluationError(
                .folder, file: input, found: "found no image among \(otherCount.counted("file"))",
                expected: "files that end in .png, .jpg or .jpeg")
        }
    }

    /// Restores one image after the other.
    ///
    /// - Parameters:
    ///   - progress: told before each image how many were begun.
    ///   - failed: told why an image could not be restored.
    ///   - restore: restores the image of a path to a name in the other folder.
    /// - Returns: how many were restored.
    /// - Throws: ``EvaluationError`` where none was; what cannot be written now cannot be written later either.
    public func run(
        progress: (_ begun: Int, _ count: Int) -> Void, failed: (any Error) -> Void,
        restore: (_ path: String, _ target: String) throws -> Void
    ) throws -> Int {
        var restored = 0
        for (index, (image, target)) in zip(images, targets).enumerated() {
            progress(index + 1, images.count)
            do {
                try restore(input + "/" + image, target)
                restored += 1
            } catch  where error.isOfOneImage {
                failed(error)
            }
        }
        guard restored > 0 else {
            throw EvaluationError(
                .folder, file: input, found: "found no image that could be restored",
                expected: "at least one of \(images.count)")
        }
        return restored
    }
}
