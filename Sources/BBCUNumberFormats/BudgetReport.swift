import BBCUErrorBounds

/// What a network loses when its tensors are stored in given formats, and what the formats cost.
public struct BudgetReport: Sendable {
    /// One kind of tensor over the whole network.
    public struct Tensor: Sendable {
        /// ``StoredTensor``'s name, or `accumulator`.
        public var name: String
        /// The format as it is written; nil where it is not rounded.
        public var format: String?
        /// Bits a number; 32 where it is not rounded.
        public var bits = 32
        /// Its values in the run.
        public var use: TensorUse
        /// The numbers that a port holds at once.
        public var held: Int
        /// The least and the greatest number of the format; nil where it is not rounded.
        public var formatRange: ClosedRange<Double>?
        /// The integer bits, sign included, that the values need once they are rounded to the format's fraction bits; nil
        /// for floating point, and where it is not rounded.
        public var neededIntegerBits: Int?
        /// Bits that those take.
        public var cost: Int { bits * held }
    }

    /// One module of the run.
    public struct Module: Sendable {
        /// PyTorch's name.
        public var name: String
        /// What was stored in it, by kind, its output last.
        public var uses: [Use]
        /// Of a unit.
        public var signs: Signs?

        /// Values beyond their format's range.
        public var overflows: Int { uses.reduce(0) { $0 + $1.use.overflows } }
    }

    /// What was stored of one kind.
    public struct Use: Encodable, Sendable {
        /// The kind's name.
        public var tensor: String
        /// The values.
        public var use: TensorUse
    }

    /// The signs that a unit takes.
    public struct Signs: Sendable, Hashable {
        /// All of them.
        public var count: Int
        /// Flips expected before the run.
        public var forecast: Double
        /// Signs that differ from those of the run in float64.
        public var flips: Int
        /// Signs of values that are exactly zero, which count neither way.
        public var zeros: Int
    }

    /// What a search for the cheapest formats found.
    public struct Search: Encodable, Sendable {
        /// The PSNR asked for, in dB.
        public var want: Double
        /// Whether the formats reach it.
        public var isFound: Bool
        /// Runs of the network.
        public var runs: Int
        /// The kinds that were searched, in order.
        public var tensors: [String]
        /// The PSNR reached, less what was asked for, in dB; nil where the output is equal to the last bit.
        public var margin: Double?

        enum CodingKeys: String, CodingKey {
            case want
            case isFound = "found"
            case runs, tensors, margin
        }
    }

    /// The formats.
    public var formats: PortFormats
    /// The input's channels, rows and columns.
    public var shape: [Int]
    /// Every kind of tensor of the network.
    public var tensors: [Tensor] = []
    /// Every module in order.
    public var modules: [Module] = []
    /// The output against that of the run in float64, for a peak of 1, in dB; nil where they are equal.
    public var psnr: Double?
    /// The same, expected before the run; nil where no error is expected.
    public var forecastPSNR: Double?
    /// Where formats were searched for.
    public var search: Search?

    /// Flips expected before the run.
    public var forecastFlips: Double { modules.reduce(0) { $0 + ($1.signs?.forecast ?? 0) } }
    /// Signs that differ from those of the run in float64.
    public var flips: Int { modules.reduce(0) { $0 + ($1.signs?.flips ?? 0) } }
    /// All signs.
    public var signs: Int { modules.reduce(0) { $0 + ($1.signs?.count ?? 0) } }
    /// Signs of exact zeros.
    public var zeros: Int { modules.reduce(0) { $0 + ($1.signs?.zeros ?? 0) } }
    /// Values beyond their format's range.
    public var overflows: Int { tensors.reduce(0) { $0 + $1.use.overflows } }
    /// Bits that a port holds at once: each parameter once, three rows of every feature map, and of what lives inside a
    /// unit one pixel.
    public var cost: Int { tensors.reduce(0) { $0 + $1.cost } }
    /// Whether what was asked for was found.
    public var holds: Bool { search?.isFound ?? true }
}
