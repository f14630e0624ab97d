import Glibc

let usage =
    "usage: HarbourGenerator video [FIRST COUNT [WIDTH HEIGHT]] > FRAMES.rgb, or HarbourGenerator sound > FILE.wav"
let frameRate = 30
let frameCount = 240

func number(_ index: Int, else fallback: Int) -> Int {
    guard CommandLine.arguments.count > index else { return fallback }
    guard let value = Int(CommandLine.arguments[index]), value >= 0 else { Output.stop(usage, code: 64) }
    return value
}

switch CommandLine.arguments.dropFirst().first {
case "video":
    let first = number(2, else: 0), count = number(3, else: frameCount)
    let renderer = Renderer(width: number(4, else: 640), height: number(5, else: 360))
    for frame in first..<(first + count) {
        let progress = Float(frame) / Float(frameCount - 1)
        Output.write(renderer.frame(progress: progress, time: Float(frame) / Float(frameRate)))
    }
case "sound":
    Output.write(Sound.score(seconds: Double(frameCount) / Double(frameRate)).wav(peak: 0.8, fade: 0.35))
default:
    Output.stop(usage, code: 64)
}
