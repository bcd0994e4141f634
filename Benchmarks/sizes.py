"""Time per pixel and memory of the binarized path against the image's size, as CSV.

    swift build -c release && python3 Benchmarks/sizes.py [CHECKPOINT] [--threads 2] [--runs 3] > Benchmarks/sizes.csv

Every size is measured by `bbcu bench` in a process of its own; its peak of resident memory is the kernel's, of the whole
process, and `beyond_images_mb` is that less the two images in float32. Sizes alternate, so that a busy machine is busy for all.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BBCU = ROOT / ".build" / "release" / "bbcu"
SIZES = ["320x180", "640x360", "960x540", "1280x720", "1920x1080", "2560x1440", "3840x2160"]


def measure(checkpoint, size, threads):
    """Seconds of a warm run, bytes of the rows between the stages, and the process's peak of memory in bytes."""
    command = [str(BBCU), "bench", checkpoint, "--size", size, "--threads", str(threads), "--runs", "1", "--json"]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"{' '.join(command)}: status {status}")
        output.seek(0)
        report = json.load(output)
    return report["median_seconds"], report["row_bytes"], usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoint", nargs="?", default=str(ROOT / "Fixtures" / "bbcum_x2_trained.pth"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3, help="the fastest of so many counts")
    parser.add_argument("--scale", type=int, default=2, help="how much the network enlarges")
    options = parser.parse_args()
    best = {}
    for _ in range(options.runs):
        for size in SIZES:
            seconds, rows, peak = measure(options.checkpoint, size, options.threads)
            if size not in best or seconds < best[size][0]:
                best[size] = (seconds, rows, peak)
    print("width,height,seconds,nanoseconds_a_pixel,against_the_first,row_mb,peak_mb,beyond_images_mb")
    first = None
    for size, (seconds, rows, peak) in best.items():
        width, height = (int(part) for part in size.split("x"))
        each = seconds / (width * height)
        first = first or each
        images = width * height * 3 * 4 * (1 + options.scale**2)
        print(f"{width},{height},{seconds:.4f},{each * 1e9:.1f},{each / first:.3f},{rows / 1e6:.1f},"
              f"{peak / 1e6:.1f},{(peak - images) / 1e6:.1f}")


if __name__ == "__main__":
    main()
