/// A name that is equal to one of the same bytes alone, where two spellings of one text are equal as a `String`.
struct ExactName: Hashable, Sendable {
    let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }
}
