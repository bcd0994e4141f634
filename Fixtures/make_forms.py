"""Makes `forms/`: the network of `networks/bbcum_x2` in every form in which people keep one.

Run by hand: python make_forms.py (PyTorch 2.13, NumPy 2.4, safetensors 0.8)
"""

import io
import json
import pathlib
import pickle
import sys
import zipfile

import numpy
import safetensors.torch
import torch

from networks import BBCUM

here = pathlib.Path(__file__).parent
folder = here / "forms"
folder.mkdir(exist_ok=True)
state = torch.load(here / "networks/bbcum_x2/checkpoint.pth", weights_only=True)["params"]
features = state["conv_first.weight"].shape[0]
blocks = 1 + max(int(key.split(".")[1]) for key in state if key.startswith("body."))
network = BBCUM(3, 3, features, blocks, 2, 130 * features / 64)
network.load_state_dict(state)
arrays = {key: value.numpy() for key, value in state.items()}
old = {"_use_new_zipfile_serialization": False}
torch.save({"params": state}, folder / "legacy.pth", **old)
torch.save(network, folder / "module.pth")
torch.save(network, folder / "legacy_module.pth", **old)
torch.save({"epoch": 7, "net": {"module." + key: value for key, value in state.items()},
            "optimizer": torch.optim.Adam(network.parameters()).state_dict()}, folder / "training.state")
numpy.savez(folder / "arrays.npz", **arrays)
numpy.savez_compressed(folder / "compressed.npz", **arrays)
(folder / "arrays.pkl").write_bytes(pickle.dumps(arrays, protocol=4))
keys = list(state)
weight_map = {}
for part, names in enumerate((keys[: len(keys) // 2], keys[len(keys) // 2 :]), 1):
    name = f"model-{part}-of-2.safetensors"
    safetensors.torch.save_file({key: state[key] for key in names}, folder / name)
    weight_map.update({key: name for key in names})
(folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}, indent=1))


def big_endian(data):
    source, stream = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if "/data/" in entry.filename:
                content = numpy.frombuffer(content, "<f4").byteswap().tobytes()
            target.writestr(zipfile.ZipInfo(entry.filename), b"big" if entry.filename.endswith("byteorder") else content)
    return stream.getvalue()


stream = io.BytesIO()
torch.save({"params": state}, stream)
(folder / "big_endian.pth").write_bytes(big_endian(stream.getvalue()))
