import TensorBytes

/// How a stored picture has to be turned to stand upright: the values of EXIF's tag 0x0112 (CIPA DC-008-2019, 4.6.5),
/// each named by the edges on which the first stored row and the first stored column lie.
enum Orientation: UInt16 {
    case topLeft = 1
    case topRight, bottomRight, bottomLeft
    case leftTop, rightTop, rightBottom, leftBottom

    /// Whether stored rows become columns.
    var swapsSides: Bool { rawValue >= Self.leftTop.rawValue }

    /// Whether the first stored row lies at the bottom or at the right.
    var reversesRows: Bool { [.bottomRight, .bottomLeft, .rightTop, .rightBottom].contains(self) }

    /// Whether the first stored column lies at the right or at the bottom.
    var reversesColumns: Bool { [.topRight, .bottomRight, .rightBottom, .leftBottom].contains(self) }
}

extension RasterImage {
    /// The picture upright, where it was stored in another orientation.
    func upright(from orientation: Orientation) -> RasterImage {
        guard orientation != .topLeft else { return self }
        let (wide, high) = orientation.swapsSides ? (height, width) : (width, height)
        return gathered(height: high, width: wide) { row, column in
            let (storedRow, storedColumn) = orientation.swapsSides ? (column, row) : (row, column)
            return (
                orientation.reversesRows ? height - 1 - storedRow : storedRow,
                orientation.reversesColumns ? width - 1 - storedColumn : storedColumn
            )
        }
    }
}
