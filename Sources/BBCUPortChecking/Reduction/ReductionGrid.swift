import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

/// Rows and columns of a map.
package struct PixelWindow: Sendable, Hashable {
    package var rows: Range<Int>
    package var columns: Range<Int>

    package init(rows: Range<Int>, columns: Range<Int>) {
        (self.rows, self.columns) = (rows, columns)
    }

    /// Times as large.
    package func scaled(_ factor: Int) -> PixelWindow {
        PixelWindow(rows: rows.scaled(factor), columns: columns.scaled(factor))
    }

    /// Counted from the top left of another.
    package func within(_ other: PixelWindow) -> PixelWindow {
        PixelWindow(
            rows: rows.lowerBound - other.rows.lowerBound..<rows.upperBound - other.rows.lowerBound,
            columns: columns.lowerBound - other.columns.lowerBound..<columns.upperBound - other.columns.lowerBound)
    }

    /// With so many pixels more to every side, as far as there are any.
    package func grown(by count: Int, height: Int, width: Int) -> PixelWindow {
        PixelWindow(rows: rows.grown(by: count, within: height), columns: columns.grown(by: count, within: width))
    }
}

extension Range<Int> {
    fileprivate func scaled(_ factor: Int) -> Range { lowerBound * factor..<upperBound * factor }

    fileprivate func grown(by count: Int, within size: Int) -> Range {
        Swift.max(0, lowerBound - count)..<Swift.min(size, upperBound + count)
    }
}

/// How the layers of a step can be cut into crops: a crop is a number of cells, and what the layers make of a cell depends
/// on the cells around it alone.
package struct ReductionGrid: Sendable {
    /// Pixels of the first layer's input to a cell, along a side: 1, or where the network's own input is read as well as
    /// many as a pixel of that has become.
    package let cell: Int
    /// Pixels of the last layer's output to a cell, along a side.
    package let outputs: Int
    /// So many cells around one matter to it.
    package let halo: Int
    /// Whether the layers read the network's own input besides the first layer's.
    package let readsImage: Bool
    /// All cells.
    package let height: Int
    package let width: Int
    package var whole: PixelWindow { PixelWindow(rows: 0..<height, columns: 0..<width) }

    package init(_ network: BBCUNetwork, _ step: PortSession.Step) {
        let first = step.layers.lowerBound
        let before = first > 0 ? network.scale(afterLayer: first - 1) : 1
        let after = network.scale(afterLayer: step.layers.upperBound - 1)
        readsImage = first > 0 && step.layers.contains { network.readsImage(layer: $0) }
        cell = readsImage ? before : 1
        outputs = cell * after / before
        height = step.start.map.height / cell
        width = step.start.map.width / cell
        // Pixels to either side, from the last layer's output back to the first one's input.
        var reach = 0
        var halo = 0
        for index in step.layers.reversed() {
            let operation = network.layers[index].operation
            let scale = network.scale(afterLayer: index)
            if network.readsImage(layer: index) {
                halo = max(halo, Self.ceiling(reach, scale) + Self.upsamplingReach)
            }
            reach = Self.ceiling(reach, operation.shuffleFactor)
            let kernel = operation.unit?.kernel ?? operation.convolution?.kernel ?? 1
            let isUpsampling = operation.unit.map { $0.shuffleFactor > 1 } ?? false
            reach += max(kernel / 2, isUpsampling ? Self.upsamplingReach : 0)
        }
        self.halo = max(readsImage ? halo : 0, Self.ceiling(reach, cell))
    }

    /// How far any upsampling that a port may have looks: bicubic, two pixels.
    private static let upsamplingReach = 2

    private static func ceiling(_ value: Int, _ divisor: Int) -> Int { (value + divisor - 1) / divisor }
}

extension BBCUNetwork {
    /// Whether a layer reads the network's own input besides what the layer before it made.
    fileprivate func readsImage(layer index: Int) -> Bool {
        switch layers[index].operation {
        case .addScaledInput, .subtractFromScaledInput: return true
        case .unit(let unit): if case .scaledInput = unit.shortcut { return true } else { return false }
        default: return false
        }
    }
}
