"""Makes `arrays/`: NumPy's archives and divided checkpoints, and what their values are.

Run by hand: python make_arrays.py (NumPy 2.4, PyTorch 2.13, safetensors 0.8). The same versions make the same files.
"""

import json
import pathlib
import zlib

import numpy
import safetensors.torch
import torch

folder = pathlib.Path(__file__).parent / "arrays"
folder.mkdir(exist_ok=True)
torch.manual_seed(5)


def described(name, array):
    little = numpy.asarray(array).astype(array.dtype.newbyteorder("<"))
    return {
        "name": name, "dtype": array.dtype.name, "shape": list(array.shape),
        "strides": [stride // array.itemsize for stride in array.strides] if array.size else None,
        "bytes": array.nbytes, "crc32": zlib.crc32(little.tobytes(order="C")),
    }


values = numpy.arange(24, dtype="float32").reshape(2, 3, 4)
arrays = {
    "conv_first.weight": values, "fortran": numpy.asfortranarray(values), "big": values.astype(">f8"),
    "big_fortran": numpy.asfortranarray(values.astype(">i2")), "empty": numpy.zeros((0, 2)),
    "scalar": numpy.array(3, dtype="u8"), "bool": values > 3, "complex": values.astype("c16"),
}
truth = {}
others = {"objects": numpy.array([1, {"a": 2}], dtype=object), "text": numpy.array(["a", "bcd"]),
          "record": numpy.zeros(2, dtype=[("x", "<f4"), ("y", "<i2", (3,))])}
numpy.savez(folder / "stored.npz", **arrays)
numpy.savez_compressed(folder / "deflated.npz", **arrays)
numpy.savez(folder / "objects.npz", a=values, **others)
truth["stored.npz"] = truth["deflated.npz"] = [described(*item) for item in arrays.items()]
truth["objects.npz"] = [described("a", values)]

tensors = {f"layers.{index}.{name}": torch.randn(3, 4) for index in range(3) for name in ("weight", "bias")}
keys = list(tensors)
for suffix, save in (("safetensors", safetensors.torch.save_file), ("bin", lambda value, path: torch.save(value, path))):
    weight_map = {}
    for part, names in enumerate((keys[:2], keys[2:5], keys[5:]), 1):
        name = f"model-{part:05}-of-00003.{suffix}"
        save({key: tensors[key] for key in names}, str(folder / name))
        weight_map.update({key: name for key in names})
    index = {"metadata": {"total_size": 6 * 48}, "weight_map": weight_map}
    name = f"model.{suffix}.index.json"
    (folder / name).write_text(json.dumps(index, indent=2) + "\n")
    truth[name] = [described(key, value.numpy()) for key, value in tensors.items()]
(folder / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
