import BBCUPlatform

/// Something of the loading program that a pickle refers to, and what it does with it.
package struct PickleReference: Sendable {
    /// What is referred to.
    package enum Target: Hashable, Sendable {
        /// A class or function by the two texts of the pickle, exactly as they stand there.
        case named(module: String, name: String)
        /// A class or function by its number in the registry of `copyreg`.
        case registered(Int)
        /// A class or function whose name the pickle makes only while it is loaded.
        case computed

        package static func == (left: Self, right: Self) -> Bool {
            switch (left, right) {
            case (.named(let module, let name), .named(let otherModule, let otherName)):
                module.isExactly(otherModule) && name.isExactly(otherName)
            case (.registered(let code), .registered(let other)): code == other
            case (.computed, .computed): true
            default: false
            }
        }

        package func hash(into hasher: inout Hasher) {
            switch self {
            case .named(let module, let name):
                hasher.combine(ExactName(module))
                hasher.combine(ExactName(name))
            case .registered(let code): hasher.combine(code)
            case .computed: hasher.combine(-1)
            }
        }
    }

    /// What is referred to.
    package let target: Target
    /// The byte of the opcode that does it first.
    package let offset: Int
    /// The opcode that does it first.
    package let opcode: PickleOpcode
    /// How often the pickle names it.
    package internal(set) var count = 1
    /// How often it is called: by REDUCE, OBJ, INST, NEWOBJ or NEWOBJ_EX.
    package internal(set) var calls = 0
    /// How many of the calls have a text and `latin1` as their arguments, which is how bytes are written.
    package internal(set) var latin1Calls = 0
    /// Whether the pickle changes the class or function itself: gives it a state, or puts items into it.
    package internal(set) var isChanged = false
    /// Whether the pickle changes what a call of it returned, of which nothing is known.
    package internal(set) var isResultChanged = false
    /// A call of it with its constant arguments, at most 80 characters, none of which controls a terminal; nil if
    /// it is never called. The first call that has a constant among its arguments wins over those before it.
    package internal(set) var call: String?

    /// What is known of the value that a call returns.
    var result = PickleResult.unknown
    /// How often a call was put into words, and whether the words hold a constant.
    var renderedCalls = 0
    var showsConstant = false
}

/// A storage that a pickle names by a persistent identifier `("storage", class, key, location, count)`.
package struct PickleStorage: Sendable, Hashable {
    /// The key: the name of the storage's record in an archive.
    package let key: String
    /// The class, `module.name`, which says how large an element is.
    package let type: String
    /// Elements, as the identifier states them; nil if it states no number.
    package let count: Int?
}

/// How much of a pickle is followed.
package struct PickleTraceLimits: Sendable {
    /// Opcodes that are followed.
    package var opcodes = 300_000_000
    /// Values on the stack, and entries of the memo.
    package var values = 16_000_000
    /// Different references.
    package var references = 100_000
    /// Strings that are handed back because they may be pickles.
    package var strings = 1_000_000

    /// Limits far above what honest files reach.
    package init() {}
}
