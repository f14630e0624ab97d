import Foundation
import Media
import Network

extension TrainingOptions {
    /// What the model at `path` says about itself.
    /// - Parameter style: Which of the paintings it was trained on.
    func metadata(
        of path: String, style: Int, steps: Int, total: Int, losses: Losses, seconds: Double
    ) -> [String: String] {
        let name = path.folderAndName.name.replacingOccurrences(of: ".safetensors", with: "")
        var result = [
            "training": String(
                format: "%d of %d steps in %.0f minutes, %@", steps, total, seconds / 60, isUpscaling
                    ? String(format: "pixel %.4g, content %.4g", losses.pixel, losses.content)
                    : String(format: "content %.4g, style %.4g", losses.content, losses.style)),
        ]
        let run = "--iterations \(total) --batch \(batch) --crop \(crop) --rate \(peakRate) --seed \(seed)"
            + (sharesBody ? " --share-body" : " --optimizer \(optimizer.rawValue)")
            + (weightStep > 0 ? " --weight-step \(weightStep)" : "")
            + (initial.map { " --init \($0.folderAndName.name)" } ?? "")
        switch goal {
        case .upscaling(let weights):
            result["upscaler"] = name
            result["recipe"] = "tempera train-upscaler --scale \(architecture.enlargement) "
                + "--loss \(weights.feature > 0 ? "feature" : "pixel") \(run)"
        case .style(let paintings):
            result["style"] = name
            let network = architecture == .johnsonFull ? "full" : architecture == .live ? "live" : architecture.name
            let names = paintings.map(\.folderAndName.name).joined(separator: " ")
            result["recipe"] = "tempera train \(names) --network \(network) \(run) "
                + "--small-crops \(smallShare) \(weightArguments)"
        }
        result["licence"] = licence
        result["provenance"] = provenance.indices.contains(style) ? provenance[style] : nil
        return result
    }

    private var weightArguments: String {
        "--content-weight \(weights.content) --style-weight \(weights.style) --tv-weight \(weights.totalVariation) "
            + "--temporal-weight \(weights.temporal) --grid-weight \(weights.grid) --edge-weight \(weights.edge) "
            + "--tone-weight \(weights.tone) "
            + "--style-size \(styleSize)"
    }
}
