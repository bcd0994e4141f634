#!/usr/bin/env python3
"""Converts the networks in Fixtures/ to PyTorch's format and loads them with PyTorch.

    Checks/pytorch_loads.py [BBCU]        needs: pip install torch numpy

A network passes where PyTorch loads the file (with weights_only=True where it has that), the state dict lies where the
family's loader expects it, the keys are the source's in the same order, every value has the same bits and dtype, and
every storage in the archive starts at a multiple of 64 bytes. Exit status 1 where one fails.
"""
import inspect
import json
import os
import subprocess
import sys
import tempfile
import zipfile

import torch

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OPTIONS = {"weights_only": True} if "weights_only" in inspect.signature(torch.load).parameters else {}


def aligned(path):
    with zipfile.ZipFile(path) as archive, open(path, "rb") as file:
        for entry in archive.infolist():
            file.seek(entry.header_offset + 26)
            name, extra = (int.from_bytes(file.read(2), "little") for _ in range(2))
            if "/data/" in entry.filename and (entry.header_offset + 30 + name + extra) % 64:
                return False
    return True


def check(bbcu, network, folder):
    checkpoint = next((os.path.join(ROOT, "Fixtures", file["path"]) for file in network["files"]
                       if file["path"].endswith(".pth")), None)
    if checkpoint is None:
        return None
    output = os.path.join(folder, "model.pth")
    subprocess.run([bbcu, "convert", checkpoint, output], check=True, capture_output=True)
    source = torch.load(checkpoint, **OPTIONS)
    source = source[network["root"]] if network["root"] else source
    source = {name[7:] if name.startswith("module.") else name: value for name, value in source.items()}
    loaded = torch.load(output, **OPTIONS)
    if network["family"] in ("bbcu-l", "bbcu-m"):
        loaded = loaded["params"]
    holds = list(loaded) == list(source) and aligned(output) and all(
        loaded[name].dtype == value.dtype and loaded[name].shape == value.shape
        and loaded[name].numpy().tobytes() == value.numpy().tobytes() for name, value in source.items())
    print(f"{network['name']:20} {len(loaded):4} tensors  {'holds' if holds else 'FAILS'}")
    return holds


def main():
    bbcu = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, ".build/release/bbcu")
    with open(os.path.join(ROOT, "Fixtures/networks/index.json")) as file:
        networks = json.load(file)["networks"]
    with tempfile.TemporaryDirectory() as folder:
        results = [check(bbcu, network, folder) for network in networks]
    checked = [result for result in results if result is not None]
    print(f"{sum(checked)} of {len(checked)} hold (PyTorch {torch.__version__})")
    return 0 if checked and all(checked) else 1


if __name__ == "__main__":
    sys.exit(main())
