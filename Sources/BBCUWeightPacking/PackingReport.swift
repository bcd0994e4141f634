/// What was found out about a port's weight file: numbers only, worded by the renderers.
public struct PackingReport: Sendable {
    /// A layout that gives the blob.
    public struct Found: Sendable {
        /// The layout.
        public var layout: PackingLayout
        /// Bits of the words that its bits are read as.
        public var word: Int
        /// The same as `golden --order` takes it; nil where golden data cannot be laid out so.
        public var order: GoldenOrder?
        /// Layouts of one class give the same bits for every unit of the network.
        public var classNumber: Int
        /// The units found in this layout, in the blob's order.
        public var placements: [Placement]
        /// What is filled up in those units: the same once.
        public var filled: [Filled]
        /// The bits that fill up: all 0, all 1, or neither; nil where there are none.
        public var fill: Fill?
        /// The bits of weights that are exactly 0; nil where there are none, or a plane of their own.
        public var zeros: Fill?
    }

    /// A unit, and how many weights it has.
    public struct Smallest: Sendable, Hashable {
        /// The unit's prefix.
        public var layer: String
        /// Its weights: a bit each at least.
        public var bits: Int
    }

    /// What a layout fills up.
    public struct Filled: Sendable, Hashable {
        /// An axis, or the bits of the innermost digits, outermost first.
        public enum Part: Sendable, Hashable {
            case channels, filters
            case bits(of: [PackingAxis])
        }
        /// What it is.
        public var part: Part
        /// How many there are without what fills up.
        public var size: Int
        /// How many there are with it.
        public var count: Int
    }

    /// What bits without meaning are.
    public enum Fill: String, Encodable, Sendable, Hashable { case zeros, ones, mixed }

    /// A unit's place in the blob.
    public struct Placement: Encodable, Sendable, Hashable {
        /// The unit's prefix.
        public var layer: String
        /// The first bit.
        public var start: Int
        /// How many bits.
        public var count: Int

        enum CodingKeys: String, CodingKey {
            case layer
            case start = "start_bit"
            case count = "bit_count"
        }
    }

    /// The closest layout where none gives the blob.
    public struct Closest: Sendable {
        /// The layout.
        public var layout: PackingLayout
        /// Where the unit begins.
        public var placement: Placement
        /// What is filled up in it.
        public var filled: [Filled]
        /// The first word that contradicts it.
        public var contradiction: Contradiction
        /// Words that contradict it.
        public var wrongWords: Int
        /// Words of the unit.
        public var wordCount: Int
    }

    /// A word of the blob that is not what a layout makes.
    public struct Contradiction: Sendable, Hashable {
        /// The word's place in the blob, counted in words.
        public var word: Int
        /// What the blob has.
        public var found: [UInt8]
        /// What was due, with what does not count as the blob has it.
        public var expected: [UInt8]
        /// The first weight that differs: filter, channel, row, column.
        public var weight: [Int]
    }

    /// Every layout that gives the blob, simplest first.
    public var layouts: [Found] = []
    /// The share of bits of the best layout that agree: 1 where one was found.
    public var agreement = 0.0
    /// The closest layout where none was found and at least nine bits in ten agree.
    public var closest: Closest?
    /// The units that were looked for.
    public var sought: [String] = []
    /// The fewest bits that a unit that was looked for can have, one a weight, and which it is.
    public var smallest: Smallest?
    /// How many bits the blob has.
    public var blobBits = 0
    /// How many of them are a word of its file.
    public var wordBits = 8
    /// What its file is.
    public var kind = PackedBlob.Kind.bytes

    /// Whether no unit that was looked for fits into the blob.
    public var isTooShort: Bool { smallest.map { blobBits < $0.bits } ?? false }

    /// Whether a layout gives the blob.
    public var holds: Bool { !layouts.isEmpty }

    /// Bits of a layout agree by chance half of the time; from here on a layout is close.
    public static let close = 0.9
}
