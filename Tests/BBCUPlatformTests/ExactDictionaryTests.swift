import BBCUPlatform
import TensorBytes
import Testing

@Suite struct ExactDictionaryTests {
    static let composed = "\u{E9}"
    static let decomposed = "e\u{301}"

    @Test func namesOfTwoUnicodeFormsAreTwo() {
        #expect(Self.composed == Self.decomposed, "what Swift's own text says")
        #expect(ExactName(Self.composed) != ExactName(Self.decomposed))
        #expect(Set([ExactName(Self.composed), ExactName(Self.decomposed), ExactName(Self.composed)]).count == 2)
        // The Kelvin sign is an ordinary K to Swift.
        #expect(ExactName("\u{212A}") != "K" && "\u{212A}" == "K")
        #expect(ExactName("a") < "b" && ExactName("Z") < "a")
    }

    @Test func valuesKeepTheirOrder() {
        var dictionary: ExactDictionary<Int> = [Self.composed: 1, "b": 2, Self.decomposed: 3]
        #expect(dictionary.map(\.value) == [1, 2, 3] && dictionary.count == 3)
        #expect(dictionary[Self.composed] == 1 && dictionary[Self.decomposed] == 3 && dictionary["c"] == nil)
        dictionary["b"] = nil
        #expect(dictionary.values == [1, 3] && dictionary[Self.decomposed] == 3)
        dictionary["c", default: 10] += 1
        dictionary[Self.composed, default: 10] += 1
        #expect(dictionary.values == [2, 3, 11])
        #expect(dictionary.updateValue(5, forKey: "d") == nil && dictionary.updateValue(6, forKey: "d") == 5)
        #expect(dictionary.filter { $0.value > 5 }.keys == ["c", "d"])
        #expect(dictionary.mapValues { $0 * 2 }.values == [4, 6, 22, 12])
        let merged = ExactDictionary([("a", 1), ("a", 2), (Self.composed, 3)], uniquingKeysWith: +)
        #expect(merged.values == [3, 3] && !merged.contains(name: Self.decomposed))
    }
}
