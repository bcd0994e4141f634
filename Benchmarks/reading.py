"""Reading checkpoints against Python, in one run: whole processes, their time and their peak memory.

    swift build -c release
    PYTHON=venv/bin/python python3 Benchmarks/reading.py       # a Python with torch

Makes its files in a temporary folder and removes them. Prints a Markdown table; medians of several runs.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(__file__).resolve().parent.parent
command = os.environ.get("BBCU", str(root / ".build/release/bbcu"))
python = os.environ.get("PYTHON", sys.executable)


def run(arguments, times):
    """Median seconds and peak bytes of a command."""
    seconds, peaks = [], []
    for _ in range(times):
        start = time.perf_counter()
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds.append(time.perf_counter() - start)
        peaks.append(usage.ru_maxrss * 1024)
        if status != 0:
            sys.exit(f"{arguments} ended with status {status}")
    return statistics.median(seconds), max(peaks)


def row(what, ours, theirs):
    print(
        f"| {what} | {ours[0]:.3f} s, {ours[1] / 1e6:.0f} MB | {theirs[0]:.3f} s, {theirs[1] / 1e6:.0f} MB "
        f"| {theirs[0] / ours[0]:.1f} x, {theirs[1] / ours[1]:.1f} x |")


small = str(root / "Fixtures/bbcum_x2_trained.pth")
with tempfile.TemporaryDirectory() as folder:
    large = os.path.join(folder, "large.pth")
    make = "import sys, torch; torch.save({f'w{i}': torch.randn(1024, 4096) for i in range(64)}, sys.argv[1])"
    subprocess.run([python, "-c", make, large], check=True)
    print("| what | bbcu | Python | ratio of times, of memory |\n| --- | --- | --- | --- |")
    load = "import sys, torch; torch.load(sys.argv[1])"
    row("list a checkpoint of 1.4 million values", run([command, "inspect", small], 21), run([python, "-c", load, small], 5))
    row("list a checkpoint of 1 GB", run([command, "inspect", large], 11),
        run([python, "-c", "import sys, torch; torch.load(sys.argv[1], mmap=True)", large], 3))
    add = "import sys, torch; print([v.sum().item() for v in torch.load(sys.argv[1], mmap=True).values()])"
    row("read 1 GB: CRC-32, minimum, maximum, mean, deviation (`--stats`) against `mmap=True` and a sum",
        run([command, "inspect", "--stats", large], 5), run([python, "-c", add, large], 5))
    row("read 1 GB: CRC-32 of every tensor and SHA-256 of the file (`--checksums`) against the same",
        run([command, "inspect", "--checksums", large], 5), run([python, "-c", add, large], 5))
