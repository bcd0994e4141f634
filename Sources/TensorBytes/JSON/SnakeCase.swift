extension String {
    /// A property's name as JSON has it: `originalSHA256` is `original_sha256`.
    var snakeCase: String {
        let scalars = Array(unicodeScalars)
        var result = String.UnicodeScalarView()
        for (index, scalar) in scalars.enumerated() {
            if scalar.properties.isUppercase, index > 0 {
                let endsAWord = !scalars[index - 1].properties.isUppercase
                let startsAWord = index + 1 < scalars.count && scalars[index + 1].properties.isLowercase
                if endsAWord || startsAWord { result.append("_") }
            }
            result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
        }
        return String(result)
    }
}
