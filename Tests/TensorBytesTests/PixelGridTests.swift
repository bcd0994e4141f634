import TensorBytes
import Testing

/// Parts and rearrangements of grids, against the definition: which pixel of the one a pixel of the other is.
struct PixelGridTests {
    /// A grid whose values name their row, column and channel.
    private struct Grid: PixelGrid, Equatable {
        var width: Int
        var height: Int
        var channels = 2
        var pixelValues: [String]

        init(height: Int, width: Int, _ values: [String]) {
            (self.height, self.width, pixelValues) = (height, width, values)
        }

        init(height: Int, width: Int) {
            let places = (0..<height).flatMap { row in (0..<width).map { (row, $0) } }
            self.init(height: height, width: width, places.flatMap { ["\($0.0) \($0.1) a", "\($0.0) \($0.1) b"] })
        }

        func with(height: Int, width: Int, _ values: [String]) -> Grid {
            Grid(height: height, width: width, values)
        }
    }

    @Test func aPartHasItsRowsAndColumns() {
        let part = Grid(height: 4, width: 5).cropped(to: PixelRectangle(rows: 1..<3, columns: 2..<4))
        #expect(
            part
                == Grid(
                    height: 2, width: 2,
                    ["1 2 a", "1 2 b", "1 3 a", "1 3 b", "2 2 a", "2 2 b", "2 3 a", "2 3 b"]))
        let grid = Grid(height: 2, width: 3)
        #expect(grid.cropped(to: grid.whole) == grid)
    }

    @Test func pixelsAreGatheredWithABorder() {
        let grid = Grid(height: 2, width: 2)
        let transposed = grid.gathered(height: 2, width: 2) { ($1, $0) }
        #expect(transposed.pixelValues == ["0 0 a", "0 0 b", "1 0 a", "1 0 b", "0 1 a", "0 1 b", "1 1 a", "1 1 b"])
        let shifted = grid.gathered(height: 2, width: 2, border: ["-", "+"]) { ($0 - 1, $1 + 1) }
        #expect(shifted.pixelValues == ["-", "+", "-", "+", "0 1 a", "0 1 b", "-", "+"])
    }

    @Test func rectanglesGrowAndScale() {
        let part = PixelRectangle(rows: 1..<3, columns: 4..<9)
        #expect(part.scaled(by: 3) == PixelRectangle(rows: 3..<9, columns: 12..<27))
        let grown = part.grown(by: 2, height: 4, width: 10)
        #expect(grown == PixelRectangle(rows: 0..<4, columns: 2..<10))
        #expect(part.within(grown) == PixelRectangle(rows: 1..<3, columns: 2..<7))
        #expect(part.middle(2) == PixelRectangle(rows: 1..<3, columns: 5..<7))
        #expect(part.corner(1) == PixelRectangle(rows: 1..<2, columns: 4..<5))
        #expect(part.lies(inHeight: 3, width: 9) && !part.lies(inHeight: 3, width: 8))
    }

    /// White is 235 in studio range, black 16, and a colour comes back from its luma and two of its parts.
    @Test func lumaIsThatOfBT601() {
        #expect(abs(BT601.studioLuma(255, 255, 255) - 235) < 1e-9 && BT601.studioLuma(0, 0, 0) == 16)
        let luma = BT601.luma(10, 200, 30)
        #expect(abs(luma - (2.99 + 117.4 + 3.42)) < 1e-9)
        #expect(abs(BT601.green(luma: luma, red: 10, blue: 30) - 200) < 1e-9)
    }
}
