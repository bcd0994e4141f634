"""bbcu against the float runtimes that a careful user would choose, on the same checkpoints, size and threads.

    python3 -m venv venv && venv/bin/pip install -r Benchmarks/compare/requirements.txt
    swift build -c release
    venv/bin/python Benchmarks/compare/compare.py [--size 320x180] [--threads 2] [--runs 5] [--output FILE.md]

Every round runs each peer once and ours once, so that a busy machine is busy for all; medians are compared, and the
fastest runs. The peers run the network with exact signs and alpha folded into the weights, except for the first, which
is the published arithmetic. Weights are random: speed does not depend on them. Every peer's output is compared with ours.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BBCU = ROOT / ".build" / "release" / "bbcu"
sys.path.insert(0, str(ROOT / "Fixtures"))

import numpy as np  # noqa: E402
import torch  # noqa: E402

import make_networks  # noqa: E402
import networks  # noqa: E402


# The columns that are ours: as the network runs unless told otherwise, and with --exact.
OURS, DIRECT = "BBCUKit", "BBCUKit, --exact"

# Seconds before every measurement: the threads of the one before spin for a while after their work.
REST = 0.5


def subjects():
    """Networks at their published sizes."""
    return {
        "BBCU-M x4": lambda: networks.BBCUM(upscale=4, k=130),
        "BBCU-L x4": lambda: networks.BBCUL(upscale=4, k=130),
        "denoise": lambda: networks.DnCNN(k=130),
    }


class Folded(torch.nn.Module):
    """A 1-bit convolution as a careful user exports it: alpha sign(w) computed once."""

    def __init__(self, module):
        super().__init__()
        weight = module.weight.detach()
        self.weight = torch.nn.Parameter(weight.abs().mean((1, 2, 3), keepdim=True) * weight.sign())
        self.bias, self.padding = module.bias, module.padding

    def forward(self, x):
        return torch.nn.functional.conv2d(x, self.weight, self.bias, padding=self.padding)


class PyTorch:
    def __init__(self, network, form, compiled=False):
        networks.set_form(network, form)
        if form == "exact":
            for _, unit in networks.units(network):
                unit.binary_conv = Folded(unit.binary_conv)
        self.network = torch.compile(network) if compiled else network

    def run(self, image):
        with torch.inference_mode():
            return self.network(torch.from_numpy(image)).numpy()


class ONNXRuntime:
    def __init__(self, path, threads):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def run(self, image):
        return self.session.run(None, {self.session.get_inputs()[0].name: image})[0]


class OpenVINO:
    def __init__(self, path, threads, shape):
        import openvino

        core = openvino.Core()
        model = core.read_model(str(path))
        model.reshape(shape)
        # float32, as everybody else: the default may be bfloat16.
        config = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
        self.model = core.compile_model(model, "CPU", config)

    def run(self, image):
        return next(iter(self.model(image).values()))


class BBCUKit:
    """Ours, in its own process; the seconds are the median of three warm runs that it measured itself."""

    def __init__(self, checkpoint, threads, folder, *options):
        self.command = [str(BBCU), "bench", str(checkpoint), "--threads", str(threads), "--runs", "3", "--json", *options]
        self.input, self.output = folder / "x.npy", folder / "y.npy"

    def seconds(self, image):
        np.save(self.input, image[0])
        arguments = ["--input", str(self.input), "--output", str(self.output)]
        result = subprocess.run(self.command + arguments, capture_output=True, check=True, text=True)
        return json.loads(result.stdout)["median_seconds"]

    def result(self):
        return np.load(self.output)


def peers(make, checkpoint, folder, threads, shape):
    """Everything that is installed, by name; what is not is said."""
    found = {}

    def add(name, build):
        try:
            found[name] = build()
        except Exception as error:  # a peer that is not installed, or refuses the network
            print(f"{name}: left out ({type(error).__name__}: {error})", file=sys.stderr)

    onnx = folder / "network.onnx"
    subprocess.run([str(BBCU), "convert", str(checkpoint), str(onnx)], check=True, capture_output=True)
    add("PyTorch, published code", lambda: PyTorch(make(), "published"))
    add("PyTorch, exact signs", lambda: PyTorch(make(), "exact"))
    add("torch.compile", lambda: PyTorch(make(), "exact", compiled=True))
    add("ONNX Runtime", lambda: ONNXRuntime(onnx, threads))
    add("OpenVINO", lambda: OpenVINO(onnx, threads, shape))
    return found


def measure(name, make, width, height, threads, runs):
    network = make().eval()
    make_networks.fill(network, torch.Generator().manual_seed(1))
    state = network.state_dict()

    def copy():
        other = make().eval()
        other.load_state_dict(state)
        return other

    channels = next(iter(state.values())).shape[1]
    image = np.random.default_rng(1).random((1, channels, height, width), dtype=np.float32)
    times, agreement = {}, {}
    with tempfile.TemporaryDirectory() as path:
        folder = Path(path)
        checkpoint = folder / "checkpoint.pth"
        torch.save({"params": state}, checkpoint)
        ours = BBCUKit(checkpoint, threads, folder)
        # All float convolutions directly; another network than BBCU-L has only such.
        direct = BBCUKit(checkpoint, threads, folder, "--exact")
        others = peers(copy, checkpoint, folder, threads, list(image.shape))
        ours.seconds(image)
        expected = ours.result()
        for peer in list(others):
            try:
                difference = np.abs(others[peer].run(image) - expected)  # also the warm-up
                agreement[peer] = float(difference.mean())
            except Exception as error:
                print(f"{peer}: left out ({type(error).__name__}: {str(error)[:200]})", file=sys.stderr)
                del others[peer]
        for _ in range(runs):
            for peer, runner in others.items():
                time.sleep(REST)
                start = time.perf_counter()
                runner.run(image)
                times.setdefault(peer, []).append(time.perf_counter() - start)
            time.sleep(REST)
            times.setdefault(OURS, []).append(ours.seconds(image))
            if name.startswith("BBCU-L"):
                time.sleep(REST)
                times.setdefault(DIRECT, []).append(direct.seconds(image))
    return times, agreement


def machine():
    name = platform.processor()
    for line in open("/proc/cpuinfo") if os.path.exists("/proc/cpuinfo") else []:
        if line.startswith("model name"):
            name = line.split(":")[1].strip()
            break
    kernels = json.loads(
        subprocess.run([str(BBCU), "bench", str(ROOT / "Fixtures/networks/bbcum_x4/checkpoint.pth"), "--size", "8x8",
                        "--runs", "1", "--json"], capture_output=True, check=True, text=True).stdout)["machine"]
    return (f"{name}, {os.cpu_count()} processors, {kernels['kernels']} kernels, at best "
            f"{kernels['peak_multiply_adds_per_second'] / 1e9:.0f} G multiply-adds/s a thread")


def table(results, summary):
    """The rows of a table of every peer's times, summed up by `summary`, and the ratios of ours to them."""
    names = list(dict.fromkeys(peer for times, _ in results.values() for peer in times))
    names.sort(key=lambda name: name in (OURS, DIRECT))
    lines = ["| network | " + " | ".join(names) + " | against the published code | against the fastest float "
             "| --exact against it |",
             "| --- |" + " ---: |" * (len(names) + 3)]
    for network, (all_times, _) in results.items():
        times = {peer: summary(values) for peer, values in all_times.items()}
        floats = {peer: value for peer, value in times.items() if peer not in (OURS, DIRECT)}
        cells = [f"{times[name]:.3f}" if name in times else "" for name in names]
        published = floats.get("PyTorch, published code")
        cells.append(f"{published / times[OURS]:.1f} x" if published else "")
        cells.append(f"{min(floats.values()) / times[OURS]:.1f} x" if floats else "")
        cells.append(f"{min(floats.values()) / times[DIRECT]:.2f} x" if floats and DIRECT in times else "")
        lines.append(f"| {network} | " + " | ".join(cells) + " |")
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", default="320x180")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", action="append", help="one of " + ", ".join(subjects()))
    parser.add_argument("--output", help="a Markdown file to write the table to")
    options = parser.parse_args()
    width, height = (int(part) for part in options.size.split("x"))
    torch.set_num_threads(options.threads)

    results = {}
    for name, make in subjects().items():
        if options.only and name not in options.only:
            continue
        results[name] = measure(name, make, width, height, options.threads, options.runs)
        print(name, results[name], file=sys.stderr)

    lines = [f"{machine()}; {options.size}, {options.threads} threads, {options.runs} alternating runs, seconds.", ""]
    lines += ["Medians:", "", *table(results, statistics.median), ""]
    # On a machine that others use too, a run is slowed down at times, and another peer's at others.
    lines += ["The fastest run of each:", "", *table(results, min)]
    lines += ["", "Mean difference of each peer's output from ours (signs that lie at zero within rounding differ):", ""]
    for network, (_, agreement) in results.items():
        lines.append(f"* {network}: " + ", ".join(f"{peer} {value:.1e}" for peer, value in agreement.items()))
    text = "\n".join(lines) + "\n"
    if options.output:
        Path(options.output).write_text(text)
    print(text)


if __name__ == "__main__":
    main()
