import BBCUPortChecking

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension OutputDiagnosisTests {
    static let faults: [Fault] = frameFaults + bufferFaults + inputFaults + tileFaults

    static let frameFaults: [Fault] = [
        Fault(id: "stale-frame", name: "all of it") { port, _, previous in port.output(previous) },
        Fault(id: "stale-frame", name: "three quarters", words: "above row 25") { port, image, previous in
            let (new, old) = (port.output(image), port.output(previous))
            return moved(new) { channel, row, column in row < 25 ? old[channel, row, column] : new[channel, row, column]
            }
        },
        Fault(id: "output-truncated", name: "to 8 bits") { port, image, _ in
            port.output(image).map { (min(max($0, 0), 1) * 255).rounded(.down) / 255 }
        },
        Fault(id: "output-bgr", name: "swapped") { port, image, _ in
            let right = port.output(image)
            return moved(right) { right[2 - $0, $1, $2] }
        },
        Fault(id: "output-shifted", name: "a pixel to the right", words: "moved 1 column to the right") {
            port, image, _ in
            let right = port.output(image)
            return moved(right) { right.clamped($0, $1, $2 - 1) }
        },
        Fault(id: "output-shifted", name: "a pixel up, zeros below", words: "moved 1 row up") { port, image, _ in
            let right = port.output(image)
            return moved(right) { $1 + 1 < right.height ? right[$0, $1 + 1, $2] : 0 }
        },
        Fault(id: "output-flipped", name: "upside down", words: "upside down") { port, image, _ in
            let right = port.output(image)
            return moved(right) { right[$0, right.height - 1 - $1, $2] }
        },
        Fault(id: "output-flipped", name: "mirrored", words: "mirrored") { port, image, _ in
            let right = port.output(image)
            return moved(right) { right[$0, $1, right.width - 1 - $2] }
        },
        Fault(id: "input-flipped", name: "the network saw it upside down", words: "turned back") { port, image, _ in
            let rotated = port.output(moved(image) { image[$0, image.height - 1 - $1, $2] })
            return moved(rotated) { rotated[$0, rotated.height - 1 - $1, $2] }
        },
        Fault(id: "input-flipped", name: "and nothing turned back", words: "and so is its output") { port, image, _ in
            port.output(moved(image) { image[$0, image.height - 1 - $1, $2] })
        },
        Fault(id: "network-missing", name: "pixels repeated", words: "repeated pixels") { _, image, _ in
            var result = Map(3, image.height * 2, image.width * 2)
            result = moved(result) { image[$0, $1 / 2, $2 / 2] }
            return result
        },
        Fault(id: "network-missing", name: "upsampled", words: "bilinear") { port, image, _ in
            ScalarPort.bilinear(image, 2, alignsCorners: false)
        },
    ]

    static let bufferFaults: [Fault] = [
        Fault(id: "row-padding", name: "rows padded to 16 pixels more") { port, image, _ in
            let right = port.output(image)
            let stride = right.width + 16
            // A buffer with padding of garbage, read as though it had none.
            var buffer = [Float](repeating: 0.3, count: stride * right.height * 3)
            for row in 0..<right.height {
                for column in 0..<right.width {
                    for channel in 0..<3 { buffer[(row * stride + column) * 3 + channel] = right[channel, row, column] }
                }
            }
            return moved(right) { buffer[($1 * right.width + $2) * 3 + $0] }
        },
        Fault(id: "row-padding", name: "rows padded by 5 samples") { port, image, _ in
            let right = port.output(image)
            let stride = right.width * 3 + 5
            var buffer = [Float](repeating: 0.3, count: stride * right.height)
            for row in 0..<right.height {
                for column in 0..<right.width {
                    for channel in 0..<3 { buffer[row * stride + column * 3 + channel] = right[channel, row, column] }
                }
            }
            return moved(right) { buffer[$1 * right.width * 3 + $2 * 3 + $0] }
        },
        Fault(id: "row-padding", name: "padding read where there is none") { port, image, _ in
            let right = port.output(image)
            let stride = right.width + 8
            return moved(right) { channel, row, column in
                let index = row * stride + column
                guard index < right.width * right.height else { return 0 }
                return right[channel, index / right.width, index % right.width]
            }
        },
        Fault(id: "row-padding", name: "planes with padded rows") { port, image, _ in
            let right = port.output(image)
            let stride = right.width + 4
            var buffer = [Float](repeating: 0.3, count: stride * right.height * 3)
            for channel in 0..<3 {
                for row in 0..<right.height {
                    for column in 0..<right.width {
                        buffer[(channel * right.height + row) * stride + column] = right[channel, row, column]
                    }
                }
            }
            return moved(right) { buffer[($0 * right.height + $1) * right.width + $2] }
        },
        Fault(id: "planar-interleaved", name: "planes read as pixels", words: "read pixel by pixel") { port, image, _ in
            let right = port.output(image)
            return moved(right) { right.values[($1 * right.width + $2) * 3 + $0] }
        },
        Fault(id: "planar-interleaved", name: "pixels read as planes", words: "one plane after the other") {
            port, image, _ in
            let right = port.output(image)
            var pixels: [Float] = []
            for row in 0..<right.height {
                for column in 0..<right.width { for channel in 0..<3 { pixels.append(right[channel, row, column]) } }
            }
            return moved(right) { pixels[($0 * right.height + $1) * right.width + $2] }
        },
        Fault(id: "planar-interleaved", name: "the input's planes read as pixels", words: "input") { port, image, _ in
            port.output(moved(image) { image.values[($1 * image.width + $2) * 3 + $0] })
        },
    ]

    static let inputFaults: [Fault] = [
        Fault(id: "input-limited-range", name: "squeezed", words: "squeezed") { port, image, _ in
            port.output(image.map { (16 + 219 * $0) / 255 })
        },
        Fault(id: "input-limited-range", name: "squeezed to 8 bits", words: "squeezed") { port, image, _ in
            port.output(image.map { (16 + 219 * $0).rounded() / 255 })
        },
        Fault(id: "input-limited-range", name: "stretched and clamped", words: "stretched") { port, image, _ in
            port.output(image.map { min(max(($0 * 255 - 16) / 219, 0), 1) })
        },
        Fault(id: "input-gamma", name: "linear light", words: "not linear light (sRGB)") { port, image, _ in
            port.output(image.map { $0 <= 0.04045 ? $0 / 12.92 : powf(($0 + 0.055) / 1.055, 2.4) })
        },
        Fault(id: "input-gamma", name: "encoded twice, 8 bits", words: "once more (power 1/2.2)") { port, image, _ in
            port.output(image.map { (powf($0, 1 / 2.2) * 255).rounded() / 255 })
        },
        Fault(id: "output-limited-range", name: "the output squeezed", words: "squeezed") { port, image, _ in
            port.output(image).map { (16 + 219 * $0) / 255 }
        },
        Fault(id: "output-limited-range", name: "the output stretched", words: "stretched") { port, image, _ in
            port.output(image).map { (255 * $0 - 16) / 219 }
        },
        Fault(id: "output-gamma", name: "the output as light", words: "linear light (sRGB)") { port, image, _ in
            port.output(image).map { $0 <= 0.04045 ? $0 / 12.92 : powf(($0 + 0.055) / 1.055, 2.4) }
        },
        Fault(id: "output-gamma", name: "the output encoded", words: "once more (power 1/2.2)") { port, image, _ in
            port.output(image).map { powf(max($0, 0), 1 / 2.2) }
        },
        Fault(id: "input-bgr", name: "and nothing turned back") { port, image, _ in
            port.output(moved(image) { image[2 - $0, $1, $2] })
        },
        Fault(id: "input-bgr", name: "and turned back") { port, image, _ in
            let rotated = port.output(moved(image) { image[2 - $0, $1, $2] })
            return moved(rotated) { rotated[2 - $0, $1, $2] }
        },
    ]

    /// What is done to an image after it was made.
    static let pixelFaults: [Fault] = [
        Fault(id: "output-scaled", name: "brighter", words: "not them + 0.04") { port, image, _ in
            port.output(image).map { min(max($0, 0), 1) + 0.04 }
        },
        Fault(id: "output-scaled", name: "more contrast", words: "1.2 times them - 0.1") { port, image, _ in
            port.output(image).map { ($0 - 0.5) * 1.2 + 0.5 }
        },
    ]

    static let tileFaults: [Fault] = [
        Fault(
            id: "tile-halo", name: "8 without overlap", words: "8x8 pixels of the input a halo of 7 pixels; it has 0, 7"
        ) {
            port, image, _ in
            tiled(port, image, width: 8, height: 8, halo: 0)
        },
        Fault(id: "tile-halo", name: "12x8 with 3", words: "12x8 pixels of the input a halo of 7 pixels; it has 3, 4") {
            port, image, _ in
            tiled(port, image, width: 12, height: 8, halo: 3)
        },
        Fault(id: "tile-halo", name: "strips", words: "it has 2, 5") {
            port, image, _ in
            tiled(port, image, width: image.width, height: 6, halo: 2)
        },
    ]

    /// A map whose values a function makes.
    static func moved(_ map: Map, _ value: (Int, Int, Int) -> Float) -> Map {
        var result = map
        for channel in 0..<map.channels {
            for row in 0..<map.height {
                for column in 0..<map.width { result[channel, row, column] = value(channel, row, column) }
            }
        }
        return result
    }

    /// The port run on tiles with so many pixels of their neighbours.
    static func tiled(_ port: ScalarPort, _ image: Map, width: Int, height: Int, halo: Int) -> Map {
        var result = Map(3, image.height * 2, image.width * 2)
        for top in stride(from: 0, to: image.height, by: height) {
            for left in stride(from: 0, to: image.width, by: width) {
                let (bottom, right) = (min(top + height, image.height), min(left + width, image.width))
                let (y, x) = (max(top - halo, 0), max(left - halo, 0))
                let part = Map(3, min(bottom + halo, image.height) - y, min(right + halo, image.width) - x)
                let made = port.output(moved(part) { image[$0, $1 + y, $2 + x] })
                for channel in 0..<3 {
                    for row in 2 * top..<2 * bottom {
                        for column in 2 * left..<2 * right {
                            result[channel, row, column] = made[channel, row - 2 * y, column - 2 * x]
                        }
                    }
                }
            }
        }
        return result
    }
}
