#!/usr/bin/env python3
"""Frames a second from file to file against the network alone, in one interleaved run.

    swift build -c release
    Benchmarks/end-to-end.py [--rounds 5] [--clip FILE] [--size 640x360] [-- --preset veryfast …]

Each round runs, in turns, the network alone and the whole command, each on few frames and on many; the difference of the
two is free of what starting costs. What stands after '--' goes to the whole command; the last case is the same with
--profile-json, which tells what profiling costs. Printed are medians and bests of:

    fps     frames a second
    cpu     milliseconds of processor time a frame takes, on all cores together
    at work the part of the cores' time that was spent

and the limit: the least processor time of the network alone over that of the whole, which is the part of the network's
speed that is left when no core ever waits. Other programs on the machine lower all figures: look at the ratios.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FEW, MANY = 15, 105


def measured(command, **options):
    """Wall and processor seconds of a command."""
    start = time.monotonic()
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL, **options)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - start
    if status != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return wall, usage.ru_utime + usage.ru_stime


class Case:
    def __init__(self, name, command):
        self.name, self.command = name, command
        self.fps, self.cpu = [], []

    def round(self):
        (wall, cpu), (longer, more) = (self.command(FEW), self.command(MANY))
        self.fps.append((MANY - FEW) / (longer - wall))
        self.cpu.append((more - cpu) / (MANY - FEW) * 1000)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tempera", default=os.path.join(HERE, "../.build/release/tempera"))
    parser.add_argument("--clip", default=os.path.join(HERE, "../Samples/harbour.mp4"))
    parser.add_argument("--size", default="640x360", help="of the clip's frames")
    parser.add_argument("--rate", type=float, default=30, help="of the clip")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("options", nargs="*", help="for the whole command, after '--'")
    arguments = parser.parse_args()
    program = arguments.tempera
    cores = len(os.sched_getaffinity(0))

    with tempfile.TemporaryDirectory() as folder:
        def alone(frames):
            return measured(
                [program, "bench", "--size", arguments.size, "--frames", str(frames), "--seconds", "0"],
                stdout=subprocess.DEVNULL)

        def whole(frames, *more):
            return measured(
                [program, arguments.clip, os.path.join(folder, "out.mp4"), "-y", "-q", *more,
                 "--duration", str(frames / arguments.rate)] + arguments.options)

        def profiled(frames):
            return whole(frames, "--profile-json", os.path.join(folder, "profile.json"))

        network, job, watched = cases = (
            Case("network alone", alone), Case("file to file", whole), Case("profiled", profiled))
        for _ in range(arguments.rounds):
            for case in cases:
                case.round()

    for case in cases:
        fps, cpu = statistics.median(case.fps), statistics.median(case.cpu)
        print(f"{case.name:14s} {fps:6.2f} fps (best {max(case.fps):6.2f})  cpu {cpu:6.1f} ms (best {min(case.cpu):6.1f})"
              f"  at work {fps * cpu / 1000 / cores * 100:5.1f} %")
    ratio = statistics.median(job.fps) / statistics.median(network.fps)
    best = max(job.fps) / max(network.fps)
    limit = min(network.cpu) / min(job.cpu)  # what others do on the machine only adds to it
    print(f"file to file / network alone: {ratio:.3f} (of the bests {best:.3f}); limit on {cores} cores {limit:.3f}, "
          f"so {ratio / limit:.3f} of it (bests {best / limit:.3f})")
    print(json.dumps({case.name: {"fps": case.fps, "cpu_ms": case.cpu} for case in cases}))


main()
