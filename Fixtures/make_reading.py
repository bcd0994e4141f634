"""Writes Fixtures/reading/; run by hand: pip install torch numpy safetensors ml_dtypes.

codes.safetensors      every code of the small float types: four bits, eight bits, and pairs of bfloat16 in codes.pth
codes_expected.safetensors  the same as float32: what ml_dtypes (F4, F8_*) and PyTorch (bcomplex32) make of them
codes.pth              the same as PyTorch has them: pairs of 4-bit numbers, bcomplex32
pickle_N.pkl           pickle.dump of a dictionary with tensors, protocol 0 to 5
pickle_expected.npz    its tensors' values
dictionary.npy         numpy.save of a dictionary of arrays; objects.npy of a list of them; objects.npz, both in an archive
crc_zero.pth           torch.save within skip_data; the storages are filled afterwards, as PyTorch's documentation does it
capitals.pth           every entry's name in capitals; PyTorch reads it
"""

import io
import pathlib
import pickle
import warnings
import zipfile

import ml_dtypes
import numpy
import torch
from safetensors.numpy import save_file as save_arrays
from safetensors.torch import save_file

warnings.simplefilter("ignore")
folder = pathlib.Path(__file__).parent / "reading"
folder.mkdir(exist_ok=True)

codes = numpy.arange(256, dtype=numpy.uint8)
small = {
    "F8_E4M3": (torch.float8_e4m3fn, ml_dtypes.float8_e4m3fn),
    "F8_E4M3FNUZ": (torch.float8_e4m3fnuz, ml_dtypes.float8_e4m3fnuz),
    "F8_E5M2": (torch.float8_e5m2, ml_dtypes.float8_e5m2),
    "F8_E5M2FNUZ": (torch.float8_e5m2fnuz, ml_dtypes.float8_e5m2fnuz),
    "F8_E8M0": (torch.float8_e8m0fnu, ml_dtypes.float8_e8m0fnu),
}
tensors = {name: torch.from_numpy(codes.copy()).view(dtype) for name, (dtype, _) in small.items()}
tensors["F4"] = torch.from_numpy(codes.copy()).view(torch.float4_e2m1fn_x2).reshape(2, 128)
save_file(tensors, folder / "codes.safetensors")

expected = {name: codes.view(dtype).astype(numpy.float32) for name, (_, dtype) in small.items()}
nibbles = numpy.stack([codes & 15, codes >> 4], axis=-1).reshape(-1)
expected["F4"] = nibbles.view(ml_dtypes.float4_e2m1fn).astype(numpy.float32).reshape(2, 256)
save_arrays(expected, folder / "codes_expected.safetensors")

pairs = torch.tensor([1.5, -2, 3.25, 0.1, float("inf"), -0.0]).to(torch.bfloat16).view(torch.bcomplex32)
torch.save({"pairs": pairs, "packed": tensors["F4"], "plain": torch.ones(2)}, folder / "codes.pth")

torch.manual_seed(0)
weights = {
    "w": torch.randn(3, 4), "t": torch.randn(4, 3).t(), "half": torch.randn(5).half(),
    "brain": torch.randn(5).bfloat16(), "eight": torch.randn(4).to(torch.float8_e4m3fn), "flag": torch.tensor([True, False]),
    "scalar": torch.tensor(7), "empty": torch.zeros(0, 3), "nested": [{"p": torch.nn.Parameter(torch.randn(2))}],
}
for protocol in range(6):
    with open(folder / f"pickle_{protocol}.pkl", "wb") as file:
        pickle.dump(weights, file, protocol=protocol)
flat = {name: value for name, value in weights.items() if name != "nested"}
flat["nested.0.p"] = weights["nested"][0]["p"].detach()
numpy.savez(folder / "pickle_expected.npz", **{name: value.double().numpy() for name, value in flat.items()})

arrays = {"conv": {"weight": numpy.arange(6, dtype=numpy.float32).reshape(2, 3), "bias": numpy.arange(2.0)}, "epoch": 3}
numpy.save(folder / "dictionary.npy", arrays, allow_pickle=True)
listed = numpy.empty(2, dtype=object)
listed[:] = [{"a": numpy.arange(3, dtype=numpy.int16)}, numpy.arange(4, dtype=numpy.uint8)]
numpy.save(folder / "objects.npy", listed, allow_pickle=True)
numpy.savez_compressed(folder / "objects.npz", first=arrays, second=listed, plain=numpy.arange(2, dtype=numpy.float64))

module = {"a": torch.arange(4.0), "b": torch.arange(3, dtype=torch.int64)}
with torch.serialization.skip_data():
    torch.save(module, folder / "crc_zero.pth")
content = bytearray((folder / "crc_zero.pth").read_bytes())
reader = torch._C.PyTorchFileReader(io.BytesIO(bytes(content)))
for key, value in (("0", module["a"]), ("1", module["b"])):
    start = reader.get_record_offset(f"data/{key}")
    data = value.numpy().tobytes()
    content[start : start + len(data)] = data
(folder / "crc_zero.pth").write_bytes(content)
assert torch.equal(torch.load(folder / "crc_zero.pth")["b"], module["b"])

buffer = io.BytesIO()
torch.save(module, buffer)
with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(folder / "capitals.pth", "w") as target:
    for entry in source.infolist():
        target.writestr(zipfile.ZipInfo(entry.filename.upper()), source.read(entry))
assert torch.equal(torch.load(folder / "capitals.pth")["b"], module["b"])
