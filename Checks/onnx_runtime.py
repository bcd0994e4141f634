#!/usr/bin/env python3
"""Converts the networks in Fixtures/ to ONNX and holds ONNX Runtime's output against bbcu's exact-sign reference.

    Checks/onnx_runtime.py [BBCU]        needs: pip install onnx onnxruntime numpy

A network passes where the outputs differ by at most 2e-5 of the k-scaled range, unless a sign differs between the two
runs: then the number of differing signs is printed. Signs are read from the graph's own tensors. Exit status 1 where a
network fails.
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


def all_outputs(path, file):
    """Adds every sign tensor to the graph's outputs, so that the runtime returns them."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    names = [node.output[0] for node in model.graph.node if node.op_type == "Sign"]
    for name in names:
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    onnx.save(model, file)
    return names


def check(bbcu, network, folder, form):
    files = {os.path.basename(file["path"]): os.path.join(ROOT, "Fixtures", file["path"]) for file in network["files"]}
    checkpoint = next((path for name, path in files.items() if name.endswith(".pth")), None)
    if checkpoint is None or "input.npy" not in files or network["name"] == "half":
        return None
    k = str(network["k"])
    exported, traced = os.path.join(folder, "model.onnx"), os.path.join(folder, "taps.npz")
    subprocess.run([bbcu, "convert", checkpoint, exported, "--k", k, "--form", form], check=True, capture_output=True)
    subprocess.run([bbcu, "trace", checkpoint, "--k", k, "--input", files["input.npy"], "--output", traced, "--path",
                    "reference", "--form", form, "--inside"], check=True, capture_output=True)
    signs = all_outputs(exported, exported)
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    found = dict(zip([value.name for value in session.get_outputs()],
                     session.run(None, {"input": numpy.load(files["input.npy"])})))
    expected = numpy.load(traced)
    flips = sum(int((found[name] != expected[name]).sum()) for name in signs)
    difference = float(numpy.abs(found["output"] - expected["output"]).max())
    # The image's range is 1, which k scales and the last division scales back.
    holds = difference <= LIMIT or flips > 0
    print(f"{network['name']:20} {form:10} difference {difference:.1e}  signs that differ {flips:6}  "
          f"{'holds' if holds else 'FAILS'}")
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
