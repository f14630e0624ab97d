#!/usr/bin/env python3
"""Enlarging by 4 against OpenVINO running the same network, in one interleaved run.

    swift build -c release
    pip install numpy onnx openvino safetensors torch
    Benchmarks/upscaling.py [--size 320x180] [--scale 4] [--rounds 7]

The network is written down in PyTorch with our weights, exported to ONNX, and given to OpenVINO, whole and with the
nearest-neighbour enlargements folded into transposed convolutions ("phased", a quarter of the products there). Ours is
timed from packed bytes to packed bytes, OpenVINO from a planar float tensor to another, without the conversions that a user
of it needs. Printed are medians, bests, frames a second, the ratio of OpenVINO's time to ours (the median of the rounds'
own ratios, and that of the bests) and the PSNR to PyTorch in float32.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

import numpy as np
import openvino
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

HERE = os.path.dirname(os.path.abspath(__file__))


class Upscaler(torch.nn.Module):
    """Residual blocks at the small size, nearest x2 and a convolution for each doubling, and the picture added."""

    def __init__(self, tensors, scale, phased):
        super().__init__()
        self.scale, self.phased = scale, phased
        names = ["conv1"] + [f"res{i}.conv{j}" for i in range(1, 5) for j in (1, 2)]
        for name in names + [f"up{i}" for i in range(1, scale.bit_length())] + ["conv2"]:
            weight = tensors[f"{name}.conv2d.weight"].float()
            if phased and name.startswith("up"):
                weight = self.fold(weight)
            key = name.replace(".", "_")
            self.register_buffer(f"{key}_weight", weight)
            self.register_buffer(f"{key}_bias", tensors[f"{name}.conv2d.bias"].float())

    @staticmethod
    def fold(weight):
        """Nearest x2 and a 3x3 convolution as one transposed convolution of 4x4 and stride 2."""
        outputs, inputs = weight.shape[:2]
        folded = torch.zeros(inputs, outputs, 4, 4)
        for y in range(3):
            for x in range(3):
                for dy in range(2):
                    for dx in range(2):
                        folded[:, :, 2 - y + dy, 2 - x + dx] += weight[:, :, y, x].t()
        return folded

    def convolve(self, name, x):
        weight, bias = getattr(self, f"{name}_weight"), getattr(self, f"{name}_bias")
        return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), weight, bias)

    def enlarge(self, name, x):
        if not self.phased:
            return self.convolve(name, F.interpolate(x, scale_factor=2.0, mode="nearest"))
        weight, bias = getattr(self, f"{name}_weight"), getattr(self, f"{name}_bias")
        return F.conv_transpose2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), weight, bias, stride=2, padding=3)

    def forward(self, picture):
        x = F.relu(self.convolve("conv1", picture))
        for i in range(1, 5):
            x = x + self.convolve(f"res{i}_conv2", F.relu(self.convolve(f"res{i}_conv1", x)))
        for i in range(1, self.scale.bit_length()):
            x = F.relu(self.enlarge(f"up{i}", x))
        return self.convolve("conv2", x) + F.interpolate(picture, scale_factor=float(self.scale), mode="nearest")


class OpenVINO:
    def __init__(self, network, picture, precision, threads, folder):
        path = os.path.join(folder, "upscaler.onnx")
        torch.onnx.export(network, (picture,), path, input_names=["x"], output_names=["y"], opset_version=17, dynamo=False)
        core = openvino.Core()
        hints = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads}
        self.request = core.compile_model(core.read_model(path), "CPU", hints).create_infer_request()
        self.input = picture.numpy()
        self.request.set_input_tensor(openvino.Tensor(self.input, shared_memory=True))

    def picture(self):
        self.request.infer()
        return self.request.get_output_tensor().data[0].transpose(1, 2, 0)

    def times(self, seconds):
        times, begin = [], time.perf_counter()
        while len(times) < 3 or time.perf_counter() - begin < seconds:
            start = time.perf_counter()
            self.request.infer()
            times.append((time.perf_counter() - start) * 1000)
        return times


class Tempera:
    def __init__(self, arguments, precision, picture, folder, shape):
        self.shape = shape
        frame, self.output = os.path.join(folder, "in.rgb"), os.path.join(folder, "out.rgb")
        picture.tofile(frame)
        self.command = [
            arguments.tempera, "bench", "--upscale", str(arguments.scale), "--upscaler", arguments.model, "--size",
            arguments.size, "--precision", precision, "--threads", str(arguments.threads), "--input", frame, "--json"]

    def run(self, *options):
        return json.loads(subprocess.run(self.command + list(options), capture_output=True, check=True).stdout)

    def picture(self):
        self.run("--frames", "1", "--output", self.output)
        return np.fromfile(self.output, np.uint8).reshape(self.shape)

    def times(self, seconds):
        return self.run("--seconds", str(seconds), "--frames", "3")["frame_ms"]


def scene(width, height):
    """A picture with slopes, edges and fine detail, the same every time."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 70 * np.sin(x / (7 + 5 * i) + y / 23) * np.cos(y / (11 + 3 * i)) + 40 * ((x // 16 + y // 16) % 2) for i in range(3)]
    noise = np.random.default_rng(1).normal(0, 4, (height, width, 3))
    return np.clip(np.stack(planes, 2) + noise, 0, 255).astype(np.uint8)


def psnr(values, reference):
    error = np.clip(np.rint(np.asarray(values, np.float32)), 0, 255) - np.clip(np.rint(reference), 0, 255)
    return 10 * np.log10(255 ** 2 / max(float(np.mean(error ** 2)), 1e-6))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tempera", default=os.path.join(HERE, "../.build/release/tempera"))
    parser.add_argument("--scale", type=int, choices=(2, 4), default=4)
    parser.add_argument("--model", help="a file of train-upscaler (default: the bundled pixel one)")
    parser.add_argument("--size", default="320x180", help="of the small picture")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.7, help="of each turn")
    parser.add_argument("--precisions", default="bf16", help="fp32, bf16 or both, with a comma")
    arguments = parser.parse_args()
    arguments.model = arguments.model or os.path.join(HERE, f"../Models/upscaler-x{arguments.scale}-pixel.safetensors")
    width, height = map(int, arguments.size.split("x"))
    picture, tensors = scene(width, height), load_file(arguments.model)
    planar = torch.from_numpy(picture).permute(2, 0, 1)[None].float().contiguous()

    torch.set_grad_enabled(False)
    networks = [Upscaler(tensors, arguments.scale, phased) for phased in (False, True)]
    reference = networks[0](planar)[0].permute(1, 2, 0).numpy()
    with tempfile.TemporaryDirectory() as folder:
        for precision in arguments.precisions.split(","):
            hint = {"fp32": "f32"}.get(precision, precision)
            peers = {f"OpenVINO {precision}": OpenVINO(networks[0], planar, hint, arguments.threads, folder),
                     f"OpenVINO {precision} phased": OpenVINO(networks[1], planar, hint, arguments.threads, folder),
                     f"Tempera {precision}": Tempera(arguments, precision, picture, folder, reference.shape)}
            quality = {name: psnr(peer.picture(), reference) for name, peer in peers.items()}
            rounds, names = {name: [] for name in peers}, list(peers)
            for i in range(arguments.rounds):
                for name in names[i % 3:] + names[:i % 3]:
                    rounds[name].append(peers[name].times(arguments.seconds))
            ours = rounds[names[-1]]
            print(f"x{arguments.scale} {arguments.size}, {precision}, {arguments.threads} threads, {arguments.rounds} rounds")
            for name in names:
                medians = [statistics.median(times) for times in rounds[name]]
                median, best = statistics.median(medians), min(map(min, rounds[name]))
                ratio = statistics.median(m / statistics.median(own) for m, own in zip(medians, ours))
                print(f"{name:22s} {median:7.1f} ms (best {best:6.1f}) {1000 / median:6.1f} fps, {ratio:5.2f} times ours "
                      f"(bests {best / min(map(min, ours)):5.2f}), {quality[name]:5.1f} dB")


main()
