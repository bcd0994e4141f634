"""Makes `names/`: checkpoints whose names and texts are no plain text.

Run by hand: python make_names.py (PyTorch 2.13)

surrogate_keys.pth    two tensors whose names differ in half of a surrogate pair
surrogate_value.pth   a tensor, and a text with half of a surrogate pair
replacement.safetensors  a tensor whose name has U+FFFD, which is a character like any other
outside.safetensors   tensors whose names lead out of a folder, were they entries of an archive
steering.safetensors  tensors and metadata with what steers a terminal or ends a cell
"""
import json
import pathlib
import struct

import torch

FOLDER = pathlib.Path(__file__).resolve().parent / "names"


def safetensors(name, tensors, metadata=None):
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for key in tensors:
        header[key] = {"dtype": "F32", "shape": [1], "data_offsets": [len(data), len(data) + 4]}
        data += struct.pack("<f", len(data))
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (FOLDER / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


def main():
    FOLDER.mkdir(exist_ok=True)
    torch.manual_seed(0)
    torch.save({"a\ud800": torch.ones(2), "a\ud801": torch.zeros(2)}, FOLDER / "surrogate_keys.pth")
    torch.save({"a": torch.ones(2), "note": "b\udc00"}, FOLDER / "surrogate_value.pth")
    safetensors("replacement.safetensors", ["a\ufffd"])
    safetensors("outside.safetensors", ["../\u0301x"])
    steering = ["a\x1b[31m", "b\u202ec", "c\nd", "e\u200bf", "g|\u0301h", "<b>i</b>", "=1+1", "\u0301j"]
    safetensors("steering.safetensors", steering, {"k\x1b[0m": "v\x07\u2066"})


main()
