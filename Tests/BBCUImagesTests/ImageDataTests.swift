import BBCUImages
import BBCUPlatform
import TestSupport
import Testing

/// An image needs as many bytes as its data can make of them.
@Suite struct ImageDataTests {
    private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + content
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in body {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return number(UInt32(content.count)) + body + number(~crc)
    }

    private static func number(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    private static func png(
        _ width: UInt32, _ height: UInt32, depth: UInt8 = 8, colour: UInt8 = 0, interlace: UInt8 = 0, data: Int = 20
    ) -> [UInt8] {
        let header = number(width) + number(height) + [depth, colour, 0, 0, interlace]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
            + chunk("IDAT", [0x78, 0x9C] + [UInt8](repeating: 0, count: data)) + chunk("IEND", [])
    }

    /// 22 bytes make at most 22,704, those of the filters included.
    @Test(arguments: [
        png(22704, 1), png(1, 11353), png(8 * 22704, 1, depth: 1), png(3784, 1, depth: 16, colour: 2),
        png(20000, 20000), png(20000, 20000, interlace: 1), png(1, 1 << 20, depth: 1), png(1 << 20, 100, colour: 4),
        png(4000, 8, interlace: 1),
    ]) func anImageBeyondItsDataIsRefused(_ file: [UInt8]) {
        do throws(ImageError) {
            _ = try ImageFile(bytes: file).decode()
            Issue.record("decoded")
        } catch { #expect(error.code == .damaged && error.found.contains("fewer data"), "\(error)") }
        // Without its end the file is cut off.
        #expect(throws: ImageError(.truncated, found: "", expected: "")) {
            try ImageFile(bytes: Array(file.dropLast(12))).decode()
        }
    }

    /// Zeros are no deflate stream, so that what is large enough is damaged.
    @Test(arguments: [png(22703, 1), png(1, 11352), png(3000, 7, interlace: 1), png(100, 100)])
    func anImageWithinItsDataIsDecoded(_ file: [UInt8]) {
        do throws(ImageError) {
            _ = try ImageFile(bytes: file).decode()
            Issue.record("decoded")
        } catch { #expect(error.code == .damaged && !error.found.contains("fewer data"), "\(error)") }
    }

    /// Another chunk of 13 bytes in the place of the header has no sides to say.
    @Test(arguments: ["IEND", "IDAT", "PLTE", "ihdr", "tEXt"]) func theSidesAreThoseOfTheHeader(_ type: String) {
        let start: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let content = Self.number(1000) + Self.number(1000) + [8, 0, 0, 0, 0]
        #expect(ImageFile(bytes: start + Self.chunk(type, content)).size == nil)
        #expect(ImageFile(bytes: start + Self.chunk("IHDR", content + [0])).size == nil)
        #expect(ImageFile(bytes: start + Self.chunk("IHDR", content)).size?.width == 1000)
    }

    /// Every block of a JPEG has a bit.
    @Test func aProgressiveJPEGBeyondItsDataIsRefused() {
        let frame: UInt8 = 0xC2
        var file: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
        file += [0xFF, frame, 0, 11, 8, 0x40, 0, 0x40, 0, 1, 1, 0x11, 0]
        file += [0xFF, 0xC4, 0, 20, 0, 1] + [UInt8](repeating: 0, count: 15) + [0]
        file += [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 100)
        #expect(throws: ImageError(.truncated, found: "", expected: "")) {
            try ImageFile(bytes: file + [0xFF, 0xD9]).decode()
        }
    }
}
