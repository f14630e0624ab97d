import Foundation
import Media
import Network
import Perception

// What `localizedDescription` gives, which most programs show: the same line as `description`.

extension TemperaError: LocalizedError { public var errorDescription: String? { description } }
extension StyleError: LocalizedError { public var errorDescription: String? { description } }
extension WeightsError: LocalizedError { public var errorDescription: String? { description } }
extension NetworkError: LocalizedError { public var errorDescription: String? { description } }
extension MediaError: LocalizedError { public var errorDescription: String? { description } }
extension TrainingError: LocalizedError { public var errorDescription: String? { description } }
extension OptimizationError: LocalizedError { public var errorDescription: String? { description } }
extension QualityError: LocalizedError { public var errorDescription: String? { description } }
extension StabilityError: LocalizedError { public var errorDescription: String? { description } }
