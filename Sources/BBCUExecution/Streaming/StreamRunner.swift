import BBCUNetworks
import CBBCUKernels

/// Runs a network by bands of rows, stage after stage, and a wide image by strips of columns, so that the rows stay in the
/// caches and memory does not grow with the image. Bits are those of the layer-wise path, whatever the bands, the strips
/// and the number of threads.
///
/// A runner has its memory and its threads for itself: after the first run, a run allocates nothing but its result.
public final class StreamRunner {
    /// What a stage did in the last run.
    public struct StageTime: Sendable {
        /// The module.
        public var name: String
        /// How its float convolution is computed; nil where it has none.
        public var method: String?
        /// Seconds.
        public var seconds = 0.0
        /// Pixels of its input that it took: those of the image, and once more those that strips share.
        public var pixels = 0
        /// Multiplications with 1-bit weights that the image needs.
        public var binaryProducts: Int
        /// Multiplications of floats that the image needs.
        public var floatProducts: Int
    }

    private let height: Int
    private let width: Int
    private let channels: Int
    private let scale: Int
    private let arena = StreamArena()
    private let team: ThreadTeam
    private var frame: StreamFrame
    private let stages: [StageTime]
    /// Bytes of the rows in between.
    public let byteCount: Int

    /// What each stage did in the last run.
    public var times: [StageTime] {
        stages.indices.map { index in
            var stage = stages[index]
            (stage.seconds, stage.pixels) = (frame.seconds[index], frame.pixels[index])
            return stage
        }
    }

    /// Prepares the memory for images of one size.
    ///
    /// - Parameter cut: the image's bands and strips; no result depends on them.
    init(_ plan: StreamPlan, height: Int, width: Int, cut: StreamCut, kernels: Kernels) {
        self.height = height
        self.width = width
        channels = plan.stages.first?.inputs ?? 0
        scale = plan.stages.last?.scale ?? 1
        let strips = StreamStrips(plan, width: width, stripWidth: cut.stripWidth)
        let layout = StreamLayout(plan, height: height, width: strips.width, bandHeight: cut.bandHeight)
        byteCount = layout.byteCount + StageCall.scratchBytes(plan, threads: kernels.threads)
        team = ThreadTeam(kernels.threads)
        frame = StreamFrame(plan, strips, layout, height: height, width: width, kernels, team, arena)
        stages = plan.stages.map { stage in
            let pixels = height * width * stage.scale * stage.scale
            return StageTime(
                name: stage.name, method: stage.method, binaryProducts: stage.binaryProducts * pixels,
                floatProducts: stage.floatProducts * pixels)
        }
    }

    /// Runs the network on an image; nil if a value is not finite, and for an image of another size than the runner
    /// was made for.
    public func run(_ input: FeatureMap<Float>) -> FeatureMap<Float>? {
        guard takes(input) else { return nil }
        let (height, width) = (height * scale, width * scale)
        var isFinite = false
        let values = [Float](unsafeUninitializedCapacity: height * width * channels) { output, initialized in
            isFinite = run(input, output)
            initialized = height * width * channels
        }
        return isFinite ? FeatureMap(height: height, width: width, channels: channels, filled: values) : nil
    }

    /// The same into a map of the result's size, whose memory is used again: video needs no more of it from frame to
    /// frame.
    ///
    /// - Returns: false if a value is not finite, and where one of the maps has another size; the result is then not
    ///   to be used.
    public func run(_ input: FeatureMap<Float>, into output: inout FeatureMap<Float>) -> Bool {
        guard takes(input), output.height == height * scale, output.width == width * scale,
            output.channels == channels
        else { return false }
        return output.values.withUnsafeMutableBufferPointer { run(input, $0) }
    }

    private func takes(_ input: FeatureMap<Float>) -> Bool {
        input.height == height && input.width == width && input.channels == channels
    }

    private func run(_ input: FeatureMap<Float>, _ output: UnsafeMutableBufferPointer<Float>) -> Bool {
        return input.values.withUnsafeBufferPointer { input in
            guard let input = input.baseAddress, let output = output.baseAddress else { return true }
            frame.start(input, output)
            team.run(&frame) { frame, thread in
                frame?.assumingMemoryBound(to: StreamFrame.self).pointee.run(Int(thread))
            }
            return frame.isFinite
        }
    }
}
