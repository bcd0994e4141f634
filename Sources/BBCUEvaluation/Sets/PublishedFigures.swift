import BBCUNetworks

/// What the paper reports: Xia et al., "Basic Binary Convolution Unit for Binarized Image Restoration Network", ICLR 2023
/// (arXiv 2210.00405), the tables of super-resolution, colour denoising and JPEG artefacts.
public enum PublishedFigures {
    /// The figures of a family's network on a set at a setting; nil where the paper has none. Denoising has PSNR alone.
    public static func score(_ family: Family, _ set: PublishedSet, setting: Double) -> Score? {
        tables[family]?[setting]?[set].map { Score(psnr: $0.psnr, ssim: $0.ssim) }
    }

    private struct Figure {
        var psnr: Double
        var ssim: Double?

        init(_ psnr: Double, _ ssim: Double? = nil) {
            self.psnr = psnr
            self.ssim = ssim
        }
    }

    private static let tables: [Family: [Double: [PublishedSet: Figure]]] = [
        .bbcuM: mediumSuperResolution, .bbcuL: largeSuperResolution, .denoise: denoising, .deblock: deblocking,
    ]

    private static let mediumSuperResolution: [Double: [PublishedSet: Figure]] = [
        2: [
            .set5: Figure(37.44, 0.9584), .set14: Figure(33.04, 0.9127), .b100: Figure(31.81, 0.8946),
            .urban100: Figure(30.84, 0.9149), .manga109: Figure(37.20, 0.9738),
        ],
        4: [
            .set5: Figure(31.54, 0.8862), .set14: Figure(28.20, 0.7718), .b100: Figure(27.31, 0.7263),
            .urban100: Figure(25.35, 0.7602), .manga109: Figure(29.22, 0.8918),
        ],
    ]

    private static let largeSuperResolution: [Double: [PublishedSet: Figure]] = [
        2: [
            .set5: Figure(37.58, 0.9590), .set14: Figure(33.18, 0.9143), .b100: Figure(31.91, 0.8962),
            .urban100: Figure(31.12, 0.9179), .manga109: Figure(37.50, 0.9746),
        ],
        4: [
            .set5: Figure(31.79, 0.8905), .set14: Figure(28.38, 0.7762), .b100: Figure(27.41, 0.7303),
            .urban100: Figure(25.62, 0.7696), .manga109: Figure(29.69, 0.8992),
        ],
    ]

    private static let denoising: [Double: [PublishedSet: Figure]] = [
        15: [.cbsd68: Figure(33.08), .kodak24: Figure(33.66), .urban100: Figure(32.27)],
        25: [.cbsd68: Figure(30.56), .kodak24: Figure(31.28), .urban100: Figure(29.96)],
        50: [.cbsd68: Figure(27.33), .kodak24: Figure(28.15), .urban100: Figure(26.61)],
    ]

    private static let deblocking: [Double: [PublishedSet: Figure]] = [
        10: [.live1: Figure(29.06, 0.8087), .classic5: Figure(30.00, 0.8028)],
        20: [.live1: Figure(31.43, 0.8780), .classic5: Figure(32.27, 0.8645)],
        30: [.live1: Figure(32.80, 0.9067), .classic5: Figure(33.59, 0.8903)],
        40: [.live1: Figure(33.75, 0.9221), .classic5: Figure(34.45, 0.9044)],
    ]
}
