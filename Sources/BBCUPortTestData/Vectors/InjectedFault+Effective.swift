import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

extension InjectedFault {
    /// What is left of a fault in one layer of a network: without what changes nothing there, whatever the input.
    func effective(in layer: NetworkLayer, _ model: BBCUModel) -> InjectedFault {
        var result = self
        switch layer.operation {
        case .unit(let unit):
            result.factor = nil
            result.dropWhatUnitIgnores(UnitParameters(unit, prefix: layer.prefix, model: model))
            return result
        case .scaleByK, .divideByK:
            if factor == model.network.amplification { result.factor = nil }
            result.shortcut = nil
        case .addScaledInput, .subtractFromScaledInput: result.factor = nil
        default: (result.factor, result.shortcut) = (nil, nil)
        }
        result.sums = nil
        (result.padsWithEdge, result.padsBeforeShift) = (false, false)
        (result.shiftsAfterSign, result.appliesSlopeToPositives) = (false, false)
        return result
    }

    private mutating func dropWhatUnitIgnores(_ parameters: UnitParameters) {
        let unit = parameters.unit
        if parameters.shift.allSatisfy({ $0 == 0 }) {
            (shiftsAfterSign, padsBeforeShift) = (false, false)
            if shortcut == .shifted { shortcut = nil }
        }
        // Then it is the padding that `effectiveOperation` has.
        if parameters.shift.commonSign != nil { padsBeforeShift = false }
        if parameters.slope.allSatisfy({ $0 == 1 }) { appliesSlopeToPositives = false }
        if unit.kernel == 1 { (padsWithEdge, padsBeforeShift) = (false, false) }
        switch sums {
        case .tail(perTap: 0): sums = nil
        case .borderUnmasked where unit.kernel == 1: sums = nil
        case .wraps(let bits), .saturates(let bits, _):
            if parameters.largestSum < 1 << (bits - 1) { sums = nil }
        default: break
        }
        switch (shortcut, unit.shortcut) {
        case (nil, _), (.missing, _), (.shifted, _): break
        case (_, .identity), (_, .repeatedChannels): shortcut = nil
        case (.bilinear(alignsCorners: false), .scaledInput): shortcut = nil
        case (_, .upsampled(let shuffle)), (_, .scaledInput(let shuffle)):
            if shuffle.factor == 1 { shortcut = nil }
        }
    }
}

extension UnitParameters {
    /// The largest magnitude that a sum can have: the most weights of a filter that are not zero.
    var largestSum: Int {
        (0..<unit.outputs).map { output in
            latent[output * filterSize..<(output + 1) * filterSize].count { $0 != 0 }
        }.max() ?? 0
    }
}
