import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUNumberFormats
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import BBCUReporting
import BBCUWeightPacking
import TensorBytes
import TestSupport
import Testing

/// Faults that show in the final image alone are named from it: they, and nothing beside them.
@Suite struct OutputDiagnosisTests {
    typealias Map = ScalarPort.Map

    struct Fault: Sendable, CustomTestStringConvertible {
        let id: FaultID
        let name: String
        /// What the change has to say.
        var words = ""
        /// The wrong output, of the port, its image and the one before.
        let make: @Sendable (ScalarPort, Map, Map) -> Map
        var testDescription: String { "\(id), \(name)" }
    }

    /// A dump as floats, or as the pixels of a PNG.
    enum Form: Sendable { case floats, pixels }

    struct Size: Sendable, CustomTestStringConvertible {
        let width: Int
        let height: Int
        var testDescription: String { "\(width)x\(height)" }
    }

    static let sizes = [Size(width: 24, height: 17), Size(width: 64, height: 48)]

    @Test(arguments: OutputDiagnosisTests.faults, [Form.floats, .pixels])
    func faultIsNamed(_ fault: Fault, _ form: Form) throws {
        try check(fault, form, Self.sizes[0])
    }

    @Test(arguments: OutputDiagnosisTests.pixelFaults)
    func faultOfPixelsIsNamed(_ fault: Fault) throws { try check(fault, .pixels, Self.sizes[1]) }

    /// One fault of each kind.
    @Test(arguments: Dictionary(grouping: faults, by: \.id).values.compactMap(\.last))
    func faultIsNamedInALargerImage(_ fault: Fault) throws { try check(fault, .pixels, Self.sizes[1]) }

    private func check(_ fault: Fault, _ form: Form, _ size: Size) throws {
        let subject = try OutputSubject(size)
        let report = try subject.check(fault.make(subject.port, subject.image, subject.previous), form)
        #expect(report.firstWrong == "output")
        #expect(Set(report.diagnoses.map(\.id)) == [fault.id])
        #expect(
            report.diagnoses.contains { $0.change.contains(fault.words) }, "\(report.diagnoses.map(\.change))")
    }

    @Test(arguments: sizes, [Form.floats, .pixels])
    func aRightImageHolds(_ size: Size, _ form: Form) throws {
        let subject = try OutputSubject(size)
        let report = try subject.check(subject.port.output(subject.image), form)
        #expect(report.holds && report.comparedCount == 1)
    }

    /// Tiles with as many pixels around them as a value depends on, or more, are cut right.
    @Test(arguments: [7, 10], [Form.floats, .pixels])
    func tilesWithEnoughAroundThemHold(_ halo: Int, _ form: Form) throws {
        let subject = try OutputSubject(Self.sizes[1])
        let output = Self.tiled(subject.port, subject.image, width: 12, height: 8, halo: halo)
        let report = try subject.check(output, form)
        #expect(report.holds && report.comparedCount == 1 && report.diagnoses.isEmpty)
    }

    /// One pixel less around them than a value depends on is a fault; one that shows in so few values that it has no name.
    @Test(arguments: [6, 5], [Form.floats, .pixels])
    func tilesWithLessAroundThemFail(_ halo: Int, _ form: Form) throws {
        let subject = try OutputSubject(Self.sizes[1])
        let output = Self.tiled(subject.port, subject.image, width: 12, height: 8, halo: halo)
        let report = try subject.check(output, form)
        #expect(!report.holds)
        guard halo < 6 else { return }
        #expect(Set(report.diagnoses.map(\.id)) == ["tile-halo"])
        let words = "a halo of 7 pixels; it has \(halo), \(7 - halo)"
        #expect(report.diagnoses.contains { $0.change.contains(words) }, "\(report.diagnoses.map(\.change))")
    }

    /// Images that are wrong in a way of no known kind.
    @Test(arguments: ["blur", "noise", "spotted", "a dead row", "half flipped"], [Form.floats, .pixels])
    func anUnknownFaultIsLeftAlone(_ kind: String, _ form: Form) throws {
        let subject = try OutputSubject(Self.sizes[0])
        let right = subject.port.output(subject.image)
        var wrong = right
        var generator = SplitMix64(seed: 9)
        for channel in 0..<3 {
            for row in 0..<right.height {
                for column in 0..<right.width {
                    switch kind {
                    case "blur":
                        wrong[channel, row, column] =
                            (right.clamped(channel, row, column - 1) + right.clamped(channel, row, column + 1)) / 2
                    case "noise": wrong[channel, row, column] += Float.random(in: -0.1...0.1, using: &generator)
                    case "spotted": if (row + column) % 5 == 0 { wrong[channel, row, column] += 0.04 }
                    case "a dead row": if row == 11 { wrong[channel, row, column] = 0 }
                    default:
                        if column >= right.width / 2 {
                            wrong[channel, row, column] = right[channel, right.height - 1 - row, column]
                        }
                    }
                }
            }
        }
        let report = try subject.check(wrong, form)
        #expect(report.firstWrong == "output")
        #expect(report.diagnoses.isEmpty, "\(report.diagnoses.map(\.change))")
    }

    /// Only in a square image do rows and columns change places unseen.
    @Test(arguments: ["swapped", "to the left", "to the right"], [Form.floats, .pixels])
    func aTransposedImageIsNamed(_ words: String, _ form: Form) throws {
        let subject = try OutputSubject(Size(width: 20, height: 20))
        let right = subject.port.output(subject.image)
        let last = right.width - 1
        let wrong = Self.moved(right) { channel, row, column in
            switch words {
            case "swapped": right[channel, column, row]
            case "to the left": right[channel, column, last - row]
            default: right[channel, last - column, row]
            }
        }
        let report = try subject.check(wrong, form)
        #expect(report.diagnoses.map(\.id) == ["output-transposed"])
        #expect(report.diagnoses.first?.change.contains(words) == true)
    }

    @Test(arguments: [
        ([64, 48, 3], "rows and columns are swapped"), ([48, 72, 3], "8 pixels of padding"),
        ([24, 32, 3], "the input's own size"),
    ])
    func anotherSizeSaysWhatItLooksLike(_ shape: [Int], _ words: String) throws {
        let subject = try OutputSubject(Size(width: 32, height: 24))
        let array = PortDump.Array(
            name: "output", shape: shape, values: [Double](repeating: 0.5, count: shape.reduce(1, *)),
            storage: .float32,
            pixels: PixelCoding(levels: 255))
        let report = try PortCheck(subject.model, kernels: Kernels(threads: 2)).run(
            PortDump([array]), input: subject.feature(subject.image))
        #expect(report.modules.last?.likelyCause?.description.contains(words) == true)
    }

    /// Of a few values anything is true: nothing is named that could not be told.
    @Test func twoPixelsShowNoFault() throws {
        let subject = try OutputSubject(Size(width: 1, height: 2))
        let wrong = subject.port.output(subject.image).map { 0.9 - $0 * $0 }
        let report = try subject.check(wrong, .pixels)
        #expect(!report.holds)
        #expect(report.diagnoses.isEmpty, "\(report.diagnoses.map(\.change))")
    }

    /// A network may make the same pixel everywhere, of values that are not quite the same.
    @Test func aFlatImageIsCaptured() throws {
        let subject = try OutputSubject(Size(width: 9, height: 7))
        var model = subject.model
        for key in model.values.keys where key.hasPrefix("conv_last") {
            model.values[key] = model.values[key]?.map { _ in 1e-5 }
        }
        let black = subject.image.map { _ in 0 }
        let output = ScalarPort(model).output(black)
        #expect(Set(output.values).count > 1)
        let report = try OutputSubject(model, black).check(output, .pixels, knowsPrevious: false)
        #expect(report.holds, "\(report.modules.last?.likelyCause?.description ?? "")")
    }

    @Test func withoutTheFrameBeforeTheReportAsksForIt() throws {
        let subject = try OutputSubject(Self.sizes[0])
        let stale = subject.port.output(subject.previous)
        let report = try subject.check(stale, .pixels, knowsPrevious: false)
        #expect(!report.holds && report.diagnoses.isEmpty)
        #expect(report.noteTexts.contains { $0.contains("\(Advice.givenPreviousInput)") })
    }
}

/// A port, its image and the one before.
struct OutputSubject {
    let model: BBCUModel
    let port: ScalarPort
    let image: ScalarPort.Map
    let previous: ScalarPort.Map

    init(_ model: BBCUModel, _ image: ScalarPort.Map) {
        (self.model, self.image, previous) = (model, image, image)
        port = ScalarPort(model)
    }

    init(_ size: OutputDiagnosisTests.Size) throws {
        model = try DiagnosisTests.model(.general)
        port = ScalarPort(model)
        func scene(_ seed: UInt64) -> ScalarPort.Map {
            // Smooth, with some noise, and of 8 bits.
            var map = ScalarPort.Map(3, size.height, size.width)
            var generator = SplitMix64(seed: seed)
            for channel in 0..<3 {
                for row in 0..<size.height {
                    for column in 0..<size.width {
                        let ramp = Float((row + Int(seed)) * 3 + column * 5 + channel * 40) / 512
                        let noise = Float.random(in: 0...0.3, using: &generator)
                        let value = ramp.truncatingRemainder(dividingBy: 0.7) + noise
                        map[channel, row, column] = (value * 255).rounded() / 255
                    }
                }
            }
            return map
        }
        (image, previous) = (scene(21), scene(4))
    }

    func check(
        _ output: ScalarPort.Map, _ form: OutputDiagnosisTests.Form, knowsPrevious: Bool = true
    ) throws -> PortReport {
        var values = output.values.map { Double($0) }
        if form == .pixels {
            values = values.map { (min(max($0, 0), 1) * 255).rounded(.toNearestOrEven) / 255 }
        }
        let array = PortDump.Array(
            name: "output", shape: [1, 3, output.height, output.width], values: values, storage: .float32,
            pixels: form == .pixels ? PixelCoding(levels: 255) : nil)
        return try PortCheck(model, kernels: Kernels(threads: 2)).run(
            PortDump([array]), input: feature(image), previous: knowsPrevious ? feature(previous) : nil)
    }

    func feature(_ map: ScalarPort.Map) throws -> FeatureMap<Float> {
        try #require(
            FeatureMap(channels: 3, height: map.height, width: map.width, channelMajorValues: map.values))
    }
}

extension ScalarPort {
    /// The final image.
    func output(_ image: Map) -> Map { run(image).last!.map }
}
