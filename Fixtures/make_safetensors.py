"""Writes Fixtures/safetensors/ with the format's own library; run by hand: pip install torch safetensors.

bbcum_x2.safetensors  the state dict of networks/bbcum_x2, float32, with metadata
dtypes.safetensors    one small tensor of every dtype that PyTorch and the format share, an empty one and a scalar
"""

import pathlib

import torch
from safetensors.torch import save_file

folder = pathlib.Path(__file__).parent
target = folder / "safetensors"
target.mkdir(exist_ok=True)

params = torch.load(folder / "networks/bbcum_x2/checkpoint.pth", weights_only=True)["params"]
save_file(dict(params), target / "bbcum_x2.safetensors", metadata={"made_from": "networks/bbcum_x2", "k": "16.25"})

values = torch.arange(6).reshape(2, 3)
names = "float64 float32 float16 bfloat16 float8_e4m3fn float8_e5m2 int64 int32 int16 int8 uint64 uint32 uint16 uint8 bool complex64"
tensors = {name: values.to(getattr(torch, name)) for name in names.split()}
tensors["empty"] = torch.zeros(0, 3)
tensors["scalar"] = torch.tensor(7.0)
save_file(tensors, target / "dtypes.safetensors")
