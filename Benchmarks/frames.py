#!/usr/bin/env python3
"""Frames of another colour around what a network paints, and what becomes of light and dark places without structure.

    swift build -c release
    Benchmarks/frames.py PHOTO… --model MODEL…                 # needs numpy and ffmpeg

Printed are, over the photos at 480x360, how far the mean colour 0, 4, 8, 16 and 24 pixels from the edge is from that 32 pixels
from it (levels of RGB, as a length), and the luminance of the middle of a light (235) and of a dark (20) rectangle of 220x180
pixels that lie over the first photo: a network that takes them for the same paints skies grey.
"""
import argparse
import os
import subprocess
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
TEMPERA = os.environ.get("TEMPERA", os.path.join(HERE, "../.build/release/tempera"))
WIDTH, HEIGHT, CORNER = 480, 360, 40
RINGS, INSIDE = (0, 4, 8, 16, 24), 32
LIGHT, DARK, SIDE = (10, 10), (10, 250), (180, 220)


def read(path):
    command = ["ffmpeg", "-v", "error", "-i", path, "-vf", f"scale={WIDTH}:{HEIGHT}", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    return np.frombuffer(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout, np.uint8).reshape(HEIGHT, WIDTH, 3)


def paint(model, picture):
    with tempfile.TemporaryDirectory() as folder:
        source, painted = os.path.join(folder, "in.rgb"), os.path.join(folder, "out.rgb")
        np.ascontiguousarray(picture).tofile(source)
        subprocess.run(
            [TEMPERA, "bench", "-s", model, "--size", f"{WIDTH}x{HEIGHT}", "--frames", "1", "--seconds", "0"]
            + ["--input", source, "--output", painted], check=True, stdout=subprocess.DEVNULL)
        return np.fromfile(painted, np.uint8).reshape(HEIGHT, WIDTH, 3).astype(float)


def ring(picture, distance):
    """Mean colour of the lines at a distance from the edges, without the corners."""
    near, far = distance, -1 - distance
    across, down = slice(CORNER, WIDTH - CORNER), slice(CORNER, HEIGHT - CORNER)
    lines = (picture[near, across], picture[far, across], picture[down, near], picture[down, far])
    return np.concatenate(lines).mean(0)


def frame(paintings):
    """How far the colours of the rings are from that inside, of the mean over all."""
    differences = [[ring(p, d) - ring(p, INSIDE) for d in RINGS] for p in paintings]
    return np.linalg.norm(np.mean(differences, axis=0), axis=1)


def flats(model, photo):
    picture = photo.copy()
    for (y, x), level in ((LIGHT, 235), (DARK, 20)):
        picture[y : y + SIDE[0], x : x + SIDE[1]] = level
    painted = paint(model, picture) @ [0.299, 0.587, 0.114]
    return [painted[y + 60 : y + 120, x + 60 : x + 160].mean() for y, x in (LIGHT, DARK)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", nargs="+", metavar="PHOTO")
    parser.add_argument("--model", nargs="+", required=True, metavar="MODEL")
    arguments = parser.parse_args()
    photos = [read(path) for path in arguments.photos]
    print(f"{'MODEL':<28}" + "".join(f"{f'AT {d}':>8}" for d in RINGS) + f"{'LIGHT':>8}{'DARK':>8}")
    for model in arguments.model:
        figures = list(frame([paint(model, photo) for photo in photos])) + flats(model, photos[0])
        print(f"{os.path.basename(model).removesuffix('.safetensors'):<28}" + "".join(f"{figure:>8.1f}" for figure in figures))


if __name__ == "__main__":
    main()
