/// How the tiles of a Winograd convolution are worked through, and what that takes.
struct WinogradTiling {
    let tilesX: Int
    let tilesY: Int
    /// Tile rows of a strip that one worker takes through all steps.
    let stripRows: Int
    /// Whether steps run over groups of strips with all workers.
    let inGroups: Bool
    /// Tile rows (counted over all images) of one group, an even number.
    let groupRows: Int
    /// Floats of scratch, shared and of each worker.
    let shared: Int
    let worker: Int
    /// Floats of the transformed weights, forwards and backwards.
    let weights: Int

    init(_ plan: ConvolutionPlan, input: MapShape, usesPairs: Bool) {
        let output = plan.output(for: input)
        tilesX = (output.width + 3) / 4
        tilesY = (output.height + 3) / 4
        let forward = WinogradPlanes.plane(
            weights: input.channels, by: output.channels, pairs: usesPairs && !plan.trainsWeights)
        let backward = WinogradPlanes.plane(
            weights: output.channels, by: plan.passesGradient ? input.channels : 0, pairs: usesPairs)
        weights = 36 * (forward + backward)

        stripRows = max(1, min(tilesY, 48 / tilesX))
        // Transformed weights of 4 MiB and more are dear to read once a strip.
        inGroups = forward * 36 >= 1 << 20
        let allRows = (input.images * tilesY + 1) / 2 * 2
        // Many enough that reading the weights once a group costs nothing, few enough that large pictures fit.
        let groupTiles = inGroups && !plan.trainsWeights ? 2048 : 512
        groupRows = min(allRows, max(2, groupTiles / tilesX / 2 * 2))

        let strip = stripRows * tilesX, group = groupRows * tilesX
        worker = WinogradPlanes.count(strip, input.channels) + WinogradPlanes.count(strip, output.channels)
        shared =
            inGroups || plan.trainsWeights
            ? 2 * WinogradPlanes.count(group, output.channels) + 2 * WinogradPlanes.count(group, input.channels)
                + 36 * input.channels * output.channels : 0
    }
}
