#!/usr/bin/env python3
"""Dots and checkerboards that a network's own grid leaves on a flat grey, a flat blue and a smooth ramp.

    swift build -c release
    Benchmarks/grid-energy.py MODEL… [--precision fp32]        # needs numpy

Printed is the energy at the periods of the grid, 2 and 4 pixels, against that of the frequencies beside them, across and
down, and the amplitude of that wave in levels: below a third of a level is below the rounding to bytes. The ramp has one
level a pixel, so that it has no steps of its own; one of fewer levels than pixels is a staircase, and paints as one. It is the
mean of eight, which rise and fall and begin at each pixel of the grid: of one alone, rounding to bytes makes half or twice as much.
"""
import argparse
import os
import subprocess
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
TEMPERA = os.environ.get("TEMPERA", os.path.join(HERE, "../.build/release/tempera"))
WIDTH, HEIGHT, SIDE = 352, 288, 256  # the square that is looked at lies in the middle, away from the edges


def pictures():
    flat = lambda *colour: np.full((HEIGHT, WIDTH, 3), colour, np.uint8)
    def ramp(shift, turn):
        levels = np.clip(np.arange(WIDTH) - (WIDTH - SIDE) // 2 - shift, 0, 255).astype(np.uint8)[::turn]
        return np.broadcast_to(levels[None, :, None], (HEIGHT, WIDTH, 3))

    return {
        "grey": [flat(128, 128, 128)],
        "blue": [flat(40, 90, 200)],
        "ramp": [ramp(shift, turn) for shift in range(-2, 2) for turn in (1, -1)],
    }


def paint(model, picture, precision):
    with tempfile.TemporaryDirectory() as folder:
        source, painted = os.path.join(folder, "in.rgb"), os.path.join(folder, "out.rgb")
        np.ascontiguousarray(picture).tofile(source)
        subprocess.run(
            [TEMPERA, "bench", "-s", model, "--size", f"{WIDTH}x{HEIGHT}", "--frames", "1", "--seconds", "0"]
            + ["--precision", precision, "--input", source, "--output", painted],
            check=True, stdout=subprocess.DEVNULL)
        return np.fromfile(painted, np.uint8).reshape(HEIGHT, WIDTH, 3).astype(float)


def energies(lines):
    """Mean energy spectrum of rows of luminance."""
    window = np.hanning(SIDE)
    return (abs(np.fft.rfft((lines - lines.mean(1, keepdims=True)) * window, axis=1)) ** 2).mean(0)


def grid(spectrum, period):
    """Energy at a period against its neighbours', and its amplitude in levels."""
    k = SIDE // period
    here = spectrum[k] if period == 2 else spectrum[k - 1 : k + 2].mean()
    beside = spectrum[k - 7 : k - 2] if period == 2 else np.r_[spectrum[k - 7 : k - 2], spectrum[k + 3 : k + 8]]
    # One, of sums over 256 pixels, keeps flat pictures from being nothing by nothing.
    return (here + 1) / (beside.mean() + 1), here**0.5 * 4 / SIDE


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--precision", default="fp32")
    arguments = parser.parse_args()
    print(f"{'MODEL':<28} {'INPUT':<6} {'STD':>6}" + "".join(f"{head:>16}" for head in ("ACROSS 2", "ACROSS 4", "DOWN 2", "DOWN 4")))
    for model in arguments.models:
        for name, row in pictures().items():
            left, top = (WIDTH - SIDE) // 2, (HEIGHT - SIDE) // 2
            painted = [paint(model, picture, arguments.precision)[top : top + SIDE, left : left + SIDE] for picture in row]
            luminance = np.array(painted) @ [0.299, 0.587, 0.114]
            spectra = [np.mean([energies(lines) for lines in side], 0) for side in (luminance, luminance.swapaxes(1, 2))]
            figures = [grid(spectrum, period) for spectrum in spectra for period in (2, 4)]
            short = os.path.basename(model).removesuffix(".safetensors")
            print(f"{short:<28} {name:<6} {luminance.std((1, 2)).mean():>6.1f}" + "".join(f"{ratio:>8.2f} {level:>7.2f}" for ratio, level in figures))


if __name__ == "__main__":
    main()
