import Network

/// What moves a network's parameters against their gradient: Adam, or Muon for the matrices and Adam for the rest.
final class ParameterOptimizer {
    private let parameters: ParameterStore
    private let adam: Adam
    private let muon: Muon?

    /// - Parameter own: All that moves, by Adam, where a style is trained on another's body.
    init(_ parameters: ParameterStore, usesMuon: Bool, own: [ParameterShape]? = nil, context: TrainingContext) {
        self.parameters = parameters
        let shapes = own ?? (usesMuon ? parameters.shapes.filter { !Muon.moves($0) } : parameters.shapes)
        adam = Adam(count: parameters.count, ranges: shapes.map { parameters.turns($0.name) }, context: context)
        guard usesMuon, own == nil else {
            muon = nil
            return
        }
        // The first moments of what Adam leaves alone are free for Muon's momentum: one state for both.
        muon = Muon(parameters, momentum: adam.moments, context: context)
    }

    func update(rate: Double) {
        adam.update(parameters.values, gradient: parameters.gradient, rate: rate)
        muon?.update(parameters.values, gradient: parameters.gradient, rate: rate)
    }

    /// Exchanges a style's values and moments for those in the network, or back.
    func exchange(_ style: Int) {
        for array in [parameters.values, adam.moments, adam.moments + parameters.count] {
            parameters.exchange(style, in: array)
        }
    }

    /// Begins anew: no steps, no moments.
    func forget() { adam.forget() }

    /// Whether every moment is a number.
    var isFinite: Bool { adam.isFinite }

    /// Steps taken, and the first and second moments.
    var state: (step: Int, first: [Float], second: [Float]) {
        get { adam.state }
        set { adam.state = newValue }
    }
}
