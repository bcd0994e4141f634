import BBCUEvaluation
import TestSupport
import Testing

@Suite("Metrics") struct MetricTests {
    /// PSNR within 1e-4 dB and SSIM within 1e-6 of what the published code computes with OpenCV and NumPy.
    @Test(arguments: ReferenceValues.names) func theMetricsAreThePublishedCodes(_ name: String) throws {
        let original = try evaluationImage("originals/\(name)").withThreeChannels
        let rows = ReferenceValues.all.metrics.filter { $0.name == name }
        #expect(rows.count == 10)
        for row in rows {
            let other =
                row.other == "equal" ? original : try evaluationImage("distorted/\(name)").withThreeChannels
            let score = try #require(measured(row, original, other))
            #expect((score.psnr == nil) == (row.psnr == nil), "\(row)")
            #expect(abs((score.psnr ?? 0) - (row.psnr ?? 0)) < 1e-4, "\(row)")
            #expect((score.ssim == nil) == (row.ssim == nil), "\(row)")
            #expect(abs((score.ssim ?? 0) - (row.ssim ?? 0)) < 1e-6, "\(row)")
        }
    }

    private func measured(_ row: ReferenceValues.Metric, _ first: ByteImage, _ second: ByteImage) -> Score? {
        switch row.task {
        case "sr":
            guard let a = ComparedImage(first).luma.withoutBorder(row.setting),
                let b = ComparedImage(second).luma.withoutBorder(row.setting)
            else { return nil }
            return Score(a, b)
        case "deblock": return Score(ComparedImage(first.lumaRounded), ComparedImage(second.lumaRounded))
        default: return Score(ComparedImage(first), ComparedImage(second))
        }
    }

    /// PSNR of a constant difference d is 20 log10(255 / d); with d = 25.5 that is 20 dB.
    @Test func aConstantDifferenceHasAKnownRatio() throws {
        func flat(_ sample: UInt16) throws -> ComparedImage {
            let samples = [UInt16](repeating: sample, count: 12 * 11)
            return try #require(ComparedImage(width: 12, height: 11, channels: 1, samples: samples, unit: 2))
        }
        let (first, second) = (try flat(0), try flat(51))
        let score = try #require(Score(first, second))
        #expect(abs((score.psnr ?? 0) - 20) < 1e-12)
        // Means of 0 and 25.5 without variance: SSIM is C1 / (25.5^2 + C1).
        #expect(abs((score.ssim ?? 0) - 6.5025 / (650.25 + 6.5025)) < 1e-12)
    }

    @Test func imagesOfDifferentSizesAreNotCompared() throws {
        let first = try evaluationImage("originals/cat_37x29")
        #expect(Score(ComparedImage(first), ComparedImage(first.cropped(width: 36, height: 29))) == nil)
        #expect(ComparedImage(first).withoutBorder(15) == nil)
    }

    /// White is 235 and black 16 in studio range.
    @Test func lumaIsInStudioRange() throws {
        let image = try #require(ByteImage(width: 2, height: 1, channels: 1, samples: [0, 255]))
        #expect(image.lumaRounded.samples == [16, 235])
    }
}
