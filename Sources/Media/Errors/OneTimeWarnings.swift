/// Passes on the first warning of each kind. Used by one stage.
final class OneTimeWarnings {
    private let handler: WarningHandler
    private var reported: Set<String> = []

    init(_ handler: @escaping WarningHandler) { self.handler = handler }

    func report(_ warning: MediaWarning) {
        if reported.insert(warning.kind).inserted { handler(warning) }
    }
}
