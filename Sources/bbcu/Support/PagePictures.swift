import BBCUEvaluation
import BBCUImages
import BBCUKit
import BBCUReporting

/// Pictures for the pages of reports.
enum PagePictures {
    /// Sides of a picture on a page; larger ones are reduced.
    private static let side = 1280

    /// What the two paths made of an image, and where they differ; nil where the maps are no pictures.
    ///
    /// - Throws: `ImageError` where PNG cannot hold one.
    static func verification(
        input: FeatureMap<Float>, reference: FeatureMap<Float>, binarized: FeatureMap<Float>
    ) throws -> VerificationPictures? {
        guard let before = Planes(input), let first = Planes(reference), let second = Planes(binarized),
            let heat = HeatMap(first, second)
        else { return nil }
        // Reduced after it was drawn, so that a pixel that differs alone is still seen.
        let drawn = try Planes(try heat.image(), channels: 3)
        let size = { (map: FeatureMap<Float>) in "\(map.width) x \(map.height)" }
        return VerificationPictures(
            input: try picture(before, "input, \(size(input))"),
            reference: try picture(first, "float32 reference, \(size(reference))"),
            binarized: try picture(second, "1-bit execution, \(size(binarized))"),
            differences: try picture(drawn, "where the two paths differ"), scale: Double(heat.largest))
    }

    /// A part of an image as a picture.
    ///
    /// - Throws: `ImageError` where PNG cannot hold it.
    static func picture(_ image: ByteImage, _ description: String) throws -> PagePicture? {
        try RasterImage(image).map { image in
            PagePicture(png: try image.png(), width: image.width, height: image.height, description: description)
        }
    }

    private static func picture(_ planes: Planes, _ description: String) throws -> PagePicture {
        let shown = planes.reduced(toAtMost: side)
        let note = shown == planes ? "" : ", shown at \(shown.width) x \(shown.height)"
        return PagePicture(
            png: try shown.image(bitDepth: 8).png(), width: shown.width, height: shown.height,
            description: description + note)
    }
}

extension Planes {
    /// A map of 1 or 3 channels as a picture; nil for another.
    init?(_ map: FeatureMap<Float>) {
        guard map.channels == 1 || map.channels == 3 else { return nil }
        self.init(channels: map.channels, height: map.height, width: map.width, values: map.values)
    }
}
