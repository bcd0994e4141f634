import ArgumentParser
import BBCUErrorBounds
import BBCUEvaluation
import BBCUImages
import BBCUKit
import BBCUPlatform
import BBCUReporting
import TensorBytes

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Measures PSNR and SSIM of two images, or of all images of two folders.",
        discussion: """
            Folders are compared by the relative names of their images. A grey image counts as three equal channels, \
            16 bits count as fractions of 8. Status 0, 1 where an image of a folder could not be compared, 2 where \
            nothing could.

            Example: bbcu compare original.png restored.png --y --border 2
            """)

    @Argument(help: ArgumentHelp("An image or a folder of images.", valueName: "A"), completion: .file())
    var first: String

    @Argument(help: ArgumentHelp("What it is compared with.", valueName: "B"), completion: .file())
    var second: String

    @Flag(name: .customLong("y"), help: "Compare BT.601 luma in studio range, as super-resolution is measured.")
    var isLuma = false

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Pixels to leave out on each side.", valueName: "N"),
        transform: OptionValues.whole(0...1 << 20))
    var border = 0

    @Option(help: ArgumentHelp("Also draw where two images differ.", valueName: "OUT.png"), completion: .file())
    var heatmap: String?

    @OptionGroup var output: ReportOptions

    func validate() throws {
        if let heatmap, !PathText.hasEnding(heatmap, among: ".png") {
            throw ValidationError("The heat map is a PNG; \(heatmap.printable()) should end in .png.")
        }
    }

    func run() throws {
        try withExitStatus {
            var report = ComparisonReport(first, second, isLuma: isLuma, border: border)
            switch (FolderListing.isFolder(first), FolderListing.isFolder(second)) {
            case (true, true): try compareFolders(&report)
            case (false, false): try compareFiles(&report)
            default:
                throw InputError(
                    file: FolderListing.isFolder(first) ? second : first, found: "no folder",
                    expected: "a folder, since the other is one")
            }
            try output.put(report.document)
            return report.excluded.isEmpty
        }
    }

    private func compareFiles(_ report: inout ComparisonReport) throws {
        try output.check(inputs: [first, second])
        if let heatmap { try Guards.refuseOverwriting(heatmap, inputs: [first, second]) }
        let images = (try ImageFiles.compared(first), try ImageFiles.compared(second))
        let name = PathText.lastPart(of: first)
        try report.add(name, images.0, images.1)
        if let heatmap { try draw(heatmap) }
    }

    private func draw(_ heatmap: String) throws {
        let pictures = try [first, second].map { path throws(ImageError) in
            do throws(ImageError) { return try Planes(RasterImage.read(path), channels: 3) } catch {
                throw error.inFile(path)
            }
        }
        guard let map = HeatMap(pictures[0], pictures[1]) else { return }
        try map.image().writePNG(heatmap)
        Standard.error(
            "\(heatmap.printable()): the picture in grey where both are equal; yellow is a difference of "
                + "\(NumberText.significant(Double(map.largest) * 255)) levels of 255")
    }

    private func compareFolders(_ report: inout ComparisonReport) throws {
        if heatmap != nil { throw ValidationError("--heatmap draws two images, not folders of them.") }
        let (left, right) = (try images(in: first), try images(in: second))
        try output.check(inputs: left.map { first + "/" + $0 } + right.map { second + "/" + $0 })
        let (known, others) = (Set(left), Set(right))
        for name in left {
            do {
                guard others.contains(name) else { throw unpaired(second) }
                try report.add(
                    name, try ImageFiles.compared(first + "/" + name), try ImageFiles.compared(second + "/" + name))
            } catch {
                report.excluded.append(Exclusion(name: name, set: "", reason: error.reasonText))
            }
        }
        report.excluded += right.filter { !known.contains($0) }
            .map { Exclusion(name: $0, set: "", reason: unpaired(first).reasonText) }
        guard !report.pairs.isEmpty else {
            throw InputError(
                file: second,
                found: "no image that could be compared with one in \(first)"
                    + (report.excluded.first.map { " (\($0.name): \($0.reason))" } ?? ""),
                expected: "images of the same relative names and sizes")
        }
    }

    private func images(in folder: String) throws -> [String] {
        try FolderListing.files(under: folder).filter(ImageName.isImage)
    }

    private func unpaired(_ folder: String) -> InputError {
        InputError(file: folder, found: "no image of this name in \(folder)", expected: "one")
    }
}
