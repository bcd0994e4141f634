import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

extension EnclosureEvaluator {
    /// Whether a layer computes the same here as in another evaluator of a network with as many layers: the same
    /// operation, the same parameters (of latent weights the signs and alpha), and no injected fault that does anything.
    package func isSame(as other: EnclosureEvaluator, inLayer index: Int) -> Bool {
        let (layer, otherLayer) = (network.layers[index], other.network.layers[index])
        guard effectiveOperation(index) == other.effectiveOperation(index) else { return false }
        let none = InjectedFault()
        guard
            (injectedFaults[index] ?? none).effective(in: layer, model)
                == (other.injectedFaults[index] ?? none).effective(in: otherLayer, other.model)
        else { return false }
        switch layer.operation {
        case .scaleByK, .divideByK:
            return factor(ofLayer: index) == other.factor(ofLayer: index)
        case .unit(let unit): return hasSameUnit(unit, layer.prefix, as: other, otherLayer.prefix)
        default:
            return zip(layer.parameters, otherLayer.parameters).allSatisfy {
                model.values[$0.key] == other.model.values[$1.key]
            }
        }
    }

    /// Whether every layer computes the same.
    package func isSame(as other: EnclosureEvaluator) -> Bool {
        network.layers.count == other.network.layers.count
            && network.layers.indices.allSatisfy { isSame(as: other, inLayer: $0) }
    }

    private func factor(ofLayer index: Int) -> Double { injectedFaults[index]?.factor ?? network.amplification }

    private func hasSameUnit(_ unit: BinaryUnit, _ prefix: String, as other: EnclosureEvaluator, _ otherPrefix: String)
        -> Bool
    {
        let keys = [UnitKey.shift, UnitKey.bias, UnitKey.firstBias, UnitKey.slope, UnitKey.secondBias]
        guard keys.allSatisfy({ model.values(prefix, $0) == other.model.values(otherPrefix, $0) }) else { return false }
        // Equal latent weights need no sums; arrays that share their storage are equal at once.
        if model.values(prefix, UnitKey.weight) == other.model.values(otherPrefix, UnitKey.weight),
            model.values(prefix, UnitKey.alpha) == other.model.values(otherPrefix, UnitKey.alpha)
        {
            return true
        }
        let parameters = UnitParameters(unit, prefix: prefix, model: model)
        let others = UnitParameters(unit, prefix: otherPrefix, model: other.model)
        return parameters.roundedAlpha == others.roundedAlpha && parameters.weightSigns == others.weightSigns
    }
}

extension EnclosureEvaluator {
    /// A layer's operation without what makes no difference in it: padding of a kernel of one tap, order of a shuffle by
    /// 1. A border that holds the shift's sign is a padding where all shifts have one sign.
    fileprivate func effectiveOperation(_ index: Int) -> BBCUNetworks.LayerOperation {
        let layer = network.layers[index]
        switch layer.operation {
        case .unit(var unit):
            if injectedFaults[index]?.padsBeforeShift == true {
                switch model.values(layer.prefix, UnitKey.shift).commonSign {
                case .some(1): unit.padding = .plusOne
                case .some(-1): unit.padding = .minusOne
                default: break
                }
            }
            if unit.kernel == 1 { unit.padding = .zero }
            return .unit(unit)
        case .pixelShuffle(var shuffle):
            if shuffle.factor == 1 { shuffle.order = .channelMajor }
            return .pixelShuffle(shuffle)
        default: return layer.operation
        }
    }
}

extension [Float] {
    /// The sign that all have; nil where they have not.
    var commonSign: Int? {
        allSatisfy { $0 > 0 } ? 1 : allSatisfy { $0 < 0 } ? -1 : allSatisfy { $0 == 0 } ? 0 : nil
    }
}
