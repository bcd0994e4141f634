import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import TensorBytes

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
    package var whole: PixelRectangle { PixelRectangle(rows: 0..<height, columns: 0..<width) }

    package init(_ network: BBCUNetwork, _ step: PortSession.Step) {
        let first = step.layers.lowerBound
        let steps = network.steps
        let before = steps[first].input.scale
        let after = steps[step.layers.upperBound - 1].output.scale
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
            if network.readsImage(layer: index) {
                halo = max(halo, Self.ceiling(reach, steps[index].output.scale) + Self.upsamplingReach)
            }
            reach = Self.ceiling(reach, operation.shuffleFactor)
            let kernel = operation.weights?.kernel ?? 1
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
