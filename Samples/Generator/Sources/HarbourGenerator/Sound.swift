import Glibc

/// The harbour by ear: surf, gulls, a bell from the tower, and a slow progression of chords.
enum Sound {
    static func score(seconds: Double) -> Mix {
        var music = Mix(seconds: seconds)
        addChords(&music)
        addMelody(&music)
        addBell(&music, at: 0.5, pitch: 293.66, gain: 0.13, pan: 0.3)
        addBell(&music, at: 4.5, pitch: 220.0, gain: 0.11, pan: -0.3)
        addGulls(&music)
        music.addHall(wet: 0.5)
        addSurf(&music, seconds: seconds)
        return music
    }

    /// 0 below `low`, 1 above `high` (or the other way round), smooth between. In double precision, as all of this file:
    /// the phase of a high note after some seconds needs it.
    private static func rise(_ low: Double, _ high: Double, _ x: Double) -> Double {
        let t = min(max((x - low) / (high - low), 0), 1)
        return t * t * (3 - 2 * t)
    }

    private static func pitch(_ note: Double) -> Double { 440 * pow(2, (note - 69) / 12) }

    /// Two seconds each: D add 9, B minor 7, G major 7, A sus 4. Notes are MIDI numbers.
    private static func addChords(_ mix: inout Mix) {
        let chords: [[Double]] = [
            [38, 57, 62, 66, 76], [35, 57, 62, 66, 74], [43, 55, 62, 66, 71], [45, 57, 62, 64, 69],
        ]
        for (bar, chord) in chords.enumerated() {
            for (voice, note) in chord.enumerated() {
                let frequency = pitch(note), detune: Double = 1.003
                let pan = (Double(voice) / Double(chord.count - 1) - 0.5) * 0.9
                mix.add(from: Double(bar) * 2 - 0.15, length: 3.2, gain: 0.075, pan: pan) { t in
                    let swell = rise(0, 0.7, t) * rise(3.2, 1.7, t)
                    let a = sin(2 * .pi * frequency * t), b = sin(2 * .pi * frequency * detune * t)
                    return (a + 0.7 * b + 0.22 * sin(4 * .pi * frequency * t)) * swell
                }
            }
        }
    }

    /// A plucked line over the chords.
    private static func addMelody(_ mix: inout Mix) {
        let notes: [(beat: Double, note: Double)] = [
            (0.5, 74), (1, 78), (1.5, 81), (2, 85), (2.5, 83), (3, 78), (3.5, 81), (4, 74), (4.5, 78), (5, 83),
            (5.5, 81), (6, 76), (6.5, 81), (6.75, 83), (7, 86),
        ]
        for (index, event) in notes.enumerated() {
            let frequency = pitch(event.note)
            mix.add(from: event.beat, length: 1.8, gain: 0.085, pan: index % 2 == 0 ? -0.3 : 0.35) { t in
                let body = sin(2 * .pi * frequency * t) * exp(-t * 3.4)
                let shimmer = sin(2 * .pi * frequency * 2.003 * t) * exp(-t * 6) * 0.4
                return (body + shimmer + sin(2 * .pi * frequency * 4.01 * t) * exp(-t * 16) * 0.22)
                    * min(t * 400, 1)
            }
        }
    }

    /// Partials of a church bell (hum, prime, tierce, quint, nominal, …), the high ones dying first.
    private static func addBell(_ mix: inout Mix, at start: Double, pitch: Double, gain: Double, pan: Double) {
        let partials: [(ratio: Double, level: Double, decay: Double)] = [
            (0.5, 0.7, 0.5), (1, 1, 0.8), (1.19, 0.65, 1.0), (1.5, 0.4, 1.3), (2, 0.75, 1.6), (2.67, 0.3, 2.6),
            (3.01, 0.25, 3.4), (4.1, 0.15, 5.5),
        ]
        for partial in partials {
            mix.add(from: start, length: 7, gain: gain * partial.level, pan: pan) { t in
                sin(2 * .pi * pitch * partial.ratio * t) * exp(-t * partial.decay) * min(t * 900, 1)
            }
        }
    }

    private static func addGulls(_ mix: inout Mix) {
        let calls: [(start: Double, count: Int, pitch: Double, pan: Double, gain: Double)] = [
            (0.9, 3, 1150, -0.7, 0.030), (3.2, 2, 1320, 0.6, 0.024), (5.3, 4, 1080, 0.1, 0.026),
            (6.4, 2, 1400, -0.5, 0.018),
        ]
        for call in calls {
            for cry in 0..<call.count {
                let length: Double = 0.34 - 0.04 * Double(cry)
                mix.add(from: call.start + 0.37 * Double(cry), length: length, gain: call.gain, pan: call.pan) { t in
                    let u = t / length
                    // Up, then a long fall; the phase is the pitch summed up to t.
                    let sweep = call.pitch * (t + length * (0.16 * sin(.pi * u) - 0.14 * u * u))
                    let tone = sin(2 * .pi * sweep) + 0.55 * sin(4 * .pi * sweep) + 0.3 * sin(6 * .pi * sweep)
                    return tone * rise(0, 0.15, u) * rise(1, 0.55, u)
                }
            }
        }
    }

    /// Noise through two moving low-pass filters a side, swelling as waves come in.
    private static func addSurf(_ mix: inout Mix, seconds: Double) {
        for side in 0..<2 {
            var slow: Double = 0, soft: Double = 0
            let shift = Double(side) * 0.9
            let surf = (0..<Int(seconds * Double(Mix.rate))).map { index -> Double in
                let t = Double(index) / Double(Mix.rate)
                let swell = 0.5 + 0.5 * sin(2 * .pi * (t + shift) / 4.1 - 1.2)
                let noise = Double(Noise.hash(Int32(truncatingIfNeeded: index), Int32(side), 99)) - 0.5
                slow += (noise - slow) * (0.02 + 0.1 * swell * swell)
                soft += (slow - soft) * 0.25
                return soft * (0.35 + 0.95 * swell * swell)
            }
            mix.add(from: 0, length: seconds, gain: 0.62, pan: side == 0 ? -0.8 : 0.8) { t in
                surf[min(Int(t * Double(Mix.rate) + 0.5), surf.count - 1)]
            }
        }
    }
}
