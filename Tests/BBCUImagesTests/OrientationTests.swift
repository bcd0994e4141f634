import BBCUImages
import TestSupport
import Testing

@Suite("Orientation")
struct OrientationTests {
    @Test("a JPEG file comes out upright, as another decoder turns it", arguments: 1...8)
    func jpeg(orientation: Int) throws {
        let path = fixture("images/jpeg/orientation_\(orientation).jpg")
        let upright = try RasterImage.read(fixture("images/jpeg/orientation_\(orientation).png"))
        #expect(try RasterImage.read(path) == upright)
        #expect((upright.width, upright.height) == (orientation < 5 ? (17, 11) : (11, 17)))
        let size = try #require(try ImageFile(path).size)
        #expect(size == (upright.width, upright.height))
    }

    @Test("a PNG file too, by its chunk eXIf")
    func png() throws {
        let path = fixture("images/jpeg/exif_chunk.png")
        let upright = try RasterImage.read(fixture("images/jpeg/exif_chunk_upright.png"))
        #expect(try RasterImage.read(path) == upright)
        #expect((upright.width, upright.height) == (11, 17))
        let size = try #require(try ImageFile(path).size)
        #expect(size == (11, 17))
    }

    @Test("what is written states none")
    func written() throws {
        let image = try RasterImage.read(fixture("images/jpeg/orientation_6.jpg"))
        try withTemporaryFolder { folder in
            try image.writePNG(folder + "/upright.png")
            #expect(try RasterImage.read(folder + "/upright.png") == image)
        }
    }

    @Test("the header states the size of what is decoded", arguments: ExpectedImage.all)
    func size(expected: ExpectedImage) throws {
        let size = try #require(try ImageFile(expected.path).size)
        #expect(size == (expected.width, expected.height))
    }
}
