import BBCUErrorBounds

/// How far an image is moved, down and to the right.
package struct PixelShift {
    package var rows: Int
    package var columns: Int

    package init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
    }

    /// In words: `1 row down and 2 columns to the left`.
    package var text: String {
        func part(_ number: Int, _ noun: String, _ ahead: String, _ back: String) -> String? {
            guard number != 0 else { return nil }
            return "\(abs(number)) \(noun)\(abs(number) == 1 ? "" : "s") \(number > 0 ? ahead : back)"
        }
        return [
            part(rows, "row", "down", "up"), part(columns, "column", "to the right", "to the left"),
        ].compactMap { $0 }.joined(separator: " and ")
    }
}
