#!/usr/bin/env python3
"""Candidates for the live network: what each costs a frame against how well it paints after the same training.

    swift build -c release
    Benchmarks/candidates.py train PAINTING [NETWORK…] --photos DIR --vgg FILE --out DIR [--steps 1500]
    Benchmarks/candidates.py measure PAINTING --heldout DIR --vgg FILE --out DIR
    Benchmarks/candidates.py plot

`train` teaches every network from scratch, with one seed, the same steps and small crops, on one thread; a model that is
there already is left alone. `measure` writes candidates.csv: the objective on photos that training has not seen, and the
time of a 640x360 frame in float32 as a share of the full network's, timed in turns on a quiet machine (the median of the rounds' own
ratios). `plot` draws candidates.svg of it.
"""
import argparse
import csv
import json
import os
import statistics
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
TEMPERA = os.environ.get("TEMPERA", os.path.join(HERE, "../.build/release/tempera"))
TABLE, PLOT = os.path.join(HERE, "candidates.csv"), os.path.join(HERE, "candidates.svg")
# Widths at 1/2, 1/4, … of the frame's sides, then residual blocks.
NETWORKS = [
    "live-16-48-96-r4", "live-16-48-r3", "live-16-48-r4", "live-16-64-128-r4", "live-16-48-96-r2", "live-16-64-r3", "live-16-32-64-r3",
]
SHIPPED = "live-16-48-r4"
STYLE_WEIGHT = "30"


def run(*arguments):
    return subprocess.run([TEMPERA, *arguments], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout


def model(options, network):
    return os.path.join(options.out, f"{network}.safetensors")


def train(options):
    for network in options.networks or NETWORKS:
        if not os.path.exists(model(options, network)):
            run("train", options.painting, "--photos", options.photos, "--vgg", options.vgg, "--out", model(options, network), "--network", network,
                "--iterations", str(options.steps), "--crop", "128", "--style-weight", STYLE_WEIGHT, "--temporal-weight", "0",
                "--optimizer", "adam", "--rate", "0.003", "--seed", "1", "--threads", "1", "--preview-every", "0", "--quiet")


def frame_time(*model):
    return statistics.median(json.loads(run("bench", *model, "--precision", "fp32", "--seconds", "1", "--json"))["frame_ms"])


def measure(options):
    rows = []
    models = {n: model(options, n) for n in NETWORKS if os.path.exists(model(options, n))}
    shares = {n: [] for n in models}
    for _ in range(options.rounds):
        full = frame_time("--network", "full")
        for network, path in models.items():
            shares[network].append(frame_time("-s", path) / full)
    for network, path in models.items():
        words = run("measure", "objective", options.painting, "--photos", options.heldout, "--vgg", options.vgg, "-s", path,
                    "--style-weight", STYLE_WEIGHT).split()
        total, content, style = map(float, words[-4:-1])
        rows.append([network, f"{statistics.median(shares[network]):.4f}", f"{content:.4g}", f"{style:.4g}", f"{total:.4g}"])
        print(*rows[-1], flush=True)
    with open(TABLE, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["network", "share_of_full", "content", "style", "objective"], *rows])


def plot(_):
    with open(TABLE) as file:
        points = [(r["network"], 100 * float(r["share_of_full"]), float(r["objective"]) / 1e5) for r in csv.DictReader(file)]
    width, height, left, right, top, bottom = 760, 460, 70, 30, 50, 60
    across, up = 1.15 * max(p[1] for p in points), [0.95 * min(p[2] for p in points), 1.03 * max(p[2] for p in points)]
    x = lambda share: left + (width - left - right) * share / across
    y = lambda value: height - bottom - (height - top - bottom) * (value - up[0]) / (up[1] - up[0])
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="13">',
           f'<rect width="{width}" height="{height}" fill="white"/>',
           f'<text x="{left}" y="28" font-size="16">Candidates for the live network, after the same training</text>']

    def line(x1, y1, x2, y2, color):
        out.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}"/>')

    def text(at, base, words, anchor="middle", more=""):
        out.append(f'<text x="{at:.1f}" y="{base:.1f}" text-anchor="{anchor}" {more}>{words}</text>')

    step = 5 if across > 20 else 2
    for share in range(0, int(across) + 1, step):
        line(x(share), top, x(share), height - bottom, "#eee")
        text(x(share), height - bottom + 18, f"{share} %")
    step = 0.5 if up[1] - up[0] > 2 else 0.2
    for i in range(int(up[0] / step) + 1, int(up[1] / step) + 1):
        line(left, y(i * step), width - right, y(i * step), "#eee")
        text(left - 8, y(i * step) + 4, f"{i * step:.1f}", "end")
    line(x(12.5), top, x(12.5), height - bottom, "#c88")
    text(x(12.5) - 6, top + 14, "an eighth", "end", 'fill="#a44"')
    for name, share, value in points:
        color = "#c0392b" if name == SHIPPED else "#2c5d8f"
        out.append(f'<circle cx="{x(share):.1f}" cy="{y(value):.1f}" r="5" fill="{color}"/>')
        if name == SHIPPED:
            text(x(share) - 9, y(value) + 4, name.removeprefix("live-") + " (shipped)", "end", f'fill="{color}"')
        else:
            text(x(share), y(value) - 9, name.removeprefix("live-"), more=f'fill="{color}"')
    text((left + width - right) / 2, height - 16, "time of a 640x360 frame, of the full network's")
    middle = (top + height - bottom) / 2
    text(22, middle, "objective on held-out photos (1e5, less is better)", more=f'transform="rotate(-90 22 {middle})"')
    with open(PLOT, "w") as file:
        file.write("\n".join(out + ["</svg>", ""]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for name, action in ("train", train), ("measure", measure), ("plot", plot):
        command = commands.add_parser(name)
        command.set_defaults(action=action)
        if name != "plot":
            command.add_argument("painting")
            command.add_argument("--vgg", required=True)
            command.add_argument("--out", required=True, help="folder of the candidates' models")
        if name == "train":
            command.add_argument("networks", nargs="*")
            command.add_argument("--photos", required=True)
            command.add_argument("--steps", type=int, default=1500)
        elif name == "measure":
            command.add_argument("--heldout", required=True)
            command.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    options.action(options)


if __name__ == "__main__":
    main()
