import BBCUEvaluation
import BBCUNetworks
import Testing

@Suite("Sets, shards and means") struct SetTests {
    @Test(arguments: [
        ("/data/set5", "Set5"), ("/data/MANGA109/HR", "Manga109"), ("/Urban100/mine/kodak24/x/HR", "Kodak24"),
        ("/data/holiday", "holiday"), ("/data/Set5x", "Set5x"),
    ])
    func theNearestPublishedNameIsTheSet(_ path: String, _ set: String) {
        #expect(PublishedSet.name(ofFolder: path) == set)
    }

    /// Figures of the paper's tables, one of each.
    @Test func figuresAreThePapers() {
        #expect(PublishedFigures.score(.bbcuM, .set5, setting: 2) == Score(psnr: 37.44, ssim: 0.9584))
        #expect(PublishedFigures.score(.bbcuL, .urban100, setting: 4) == Score(psnr: 25.62, ssim: 0.7696))
        #expect(PublishedFigures.score(.denoise, .kodak24, setting: 50) == Score(psnr: 28.15, ssim: nil))
        #expect(PublishedFigures.score(.deblock, .classic5, setting: 40) == Score(psnr: 34.45, ssim: 0.9044))
        #expect(PublishedFigures.score(.bbcuM, .set5, setting: 3) == nil)
        #expect(PublishedFigures.score(.bbcuM, .live1, setting: 2) == nil)
    }

    /// Most sets are named for their size; LIVE1 has 29 images.
    @Test(arguments: PublishedSet.allCases) func aSetHasAsManyImagesAsItsNameSays(_ set: PublishedSet) {
        #expect(set.imageCount == (set == .live1 ? 29 : Int(set.rawValue.filter(\.isNumber))))
    }

    @Test func shardsShareAllItems() throws {
        for count in 1...7 {
            var all: [Int] = []
            for index in 1...count {
                let shard = try #require(Shard("\(index)/\(count)"))
                let items = shard.items(of: Array(0..<11))
                #expect(items.count == shard.itemCount(of: 11))
                all += items
            }
            #expect(all.sorted() == Array(0..<11))
        }
        for text in ["0/2", "3/2", "1", "a/b", "1/2/3", "-1/2"] { #expect(Shard(text) == nil) }
    }

    /// The interval of many equal values is that value, and of a normal sample about 1.96 standard errors wide.
    @Test func theIntervalIsThatOfTheMean() throws {
        #expect(Interval(meanOf: [3, 3, 3]) == Interval(meanOf: [3, 3]))
        #expect(Interval(meanOf: [3]) == nil && Interval(meanOf: [3, nil]) == nil)
        var normal = LegacyNormal(seed: 7)
        let values = (0..<400).map { _ in normal.next() }
        let mean = values.reduce(0, +) / 400
        let injectedFault = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 400).squareRoot()
        let interval = try #require(Interval(meanOf: values))
        #expect(abs(interval.lower - (mean - 1.96 * injectedFault / 20)) < 0.01)
        #expect(abs(interval.upper - (mean + 1.96 * injectedFault / 20)) < 0.01)
    }
}
