#!/usr/bin/env python3
"""Converts the networks in Fixtures/ to ONNX and holds ONNX Runtime's output against bbcu's exact-sign reference.

    Checks/onnx_runtime.py [BBCU]        needs: pip install onnx onnxruntime numpy

A network passes where every tensor that both have, in the order they are made, differs by at most 2e-5 of the k-scaled
range, as long as no sign differs between the two runs. What comes after a differing sign is not comparable; how many
signs differ is printed. Exit status 1 where a network fails.
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnxruntime

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIMIT = 2e-5


def open_all_outputs(path, names):
    """Checks the file, and adds every tensor that the trace has too to the graph's outputs."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    order = [node.output[0] for node in model.graph.node if node.output[0] in names]
    for name in order:
        if name != "output":
            model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    onnx.save(model, path)
    return order


def check(bbcu, network, folder, form):
    files = {os.path.basename(file["path"]): os.path.join(ROOT, "Fixtures", file["path"]) for file in network["files"]}
    checkpoint = next((path for name, path in files.items() if name.endswith(".pth")), None)
    # PyTorch was given the widened weights of `half`, and `nan` cannot be run.
    if checkpoint is None or "input.npy" not in files or network["name"] in ("half", "nan"):
        return None
    k = str(network["k"])
    exported, traced = os.path.join(folder, "model.onnx"), os.path.join(folder, "taps.npz")
    subprocess.run([bbcu, "convert", checkpoint, exported, "--k", k, "--form", form], check=True, capture_output=True)
    subprocess.run([bbcu, "trace", checkpoint, "--k", k, "--input", files["input.npy"], "--output", traced, "--path",
                    "reference", "--form", form, "--inside"], check=True, capture_output=True)
    expected = numpy.load(traced)
    order = open_all_outputs(exported, expected.files)
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    found = dict(zip([value.name for value in session.get_outputs()],
                     session.run(None, {"input": numpy.load(files["input.npy"])})))
    worst, compared = 0.0, 0
    for name in order:
        if name.endswith("binary_activation") and (found[name] != expected[name]).any():
            break
        # The image's range is 1, which k scales: the modules see k, the output 1 again.
        scale = 1.0 if name == "output" else network["k"]
        worst = max(worst, float(numpy.abs(found[name] - expected[name]).max()) / scale)
        compared += 1
    flips = sum(int((found[name] != expected[name]).sum()) for name in order if name.endswith("binary_activation"))
    holds = worst <= LIMIT and compared > 1
    print(f"{network['name']:20} {form:10} {compared:4} of {len(order)} tensors, largest difference {worst:.1e}, "
          f"signs that differ {flips:5}  {'holds' if holds else 'FAILS'}")
    return holds


def main():
    bbcu = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, ".build/release/bbcu")
    with open(os.path.join(ROOT, "Fixtures/networks/index.json")) as file:
        networks = json.load(file)["networks"]
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for network in networks:
            for form in ("exact", "published"):
                results.append(check(bbcu, network, folder, form))
    checked = [result for result in results if result is not None]
    print(f"{sum(checked)} of {len(checked)} hold (ONNX {onnx.__version__}, ONNX Runtime {onnxruntime.__version__})")
    return 0 if checked and all(checked) else 1


if __name__ == "__main__":
    sys.exit(main())
