"""Makes the small checkpoints in `containers/`, and `containers.json` with what PyTorch itself says of each tensor.

Run by hand: python make_checkpoints_containers.py (PyTorch 2.13, NumPy 2.4). The same versions make the same files.
"""

import collections
import io
import json
import pathlib
import pickle
import zipfile
import zlib

import numpy
import torch

folder = pathlib.Path(__file__).parent / "containers"
folder.mkdir(exist_ok=True)
generator = torch.Generator().manual_seed(7)


def random(*shape, dtype=torch.float32):
    return torch.randn(*shape, generator=generator).to(dtype)


def saved(value, **options):
    stream = io.BytesIO()
    torch.save(value, stream, **options)
    return stream.getvalue()


def dtypes():
    tensors = collections.OrderedDict()
    for name in (
        "float64 float32 float16 bfloat16 float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz "
        "float8_e8m0fnu"
    ).split():
        tensors[name] = (random(3, 5) * 4).abs().to(getattr(torch, name))
    for name in "int64 int32 int16 int8 uint64 uint32 uint16 uint8".split():
        tensors[name] = torch.arange(100, 115).reshape(3, 5).to(getattr(torch, name))
    tensors["bool"] = random(3, 5) > 0
    for name in "complex32 complex64 complex128".split():
        tensors[name] = torch.complex(random(3, 5), random(3, 5)).to(getattr(torch, name))
    tensors["conjugated"] = torch.complex(random(3, 5), random(3, 5)).conj()
    tensors["negated"] = torch.complex(random(3, 5), random(3, 5)).conj().imag
    for name in "qint8 quint8 qint32".split():
        tensors[name] = torch.quantize_per_tensor(random(3, 5), 0.1, 3, getattr(torch, name))
    tensors["special"] = torch.tensor([0.0, -0.0, float("nan"), float("inf"), -float("inf"), 1.5])
    return tensors


def views():
    base = random(4, 6, 5)
    return {
        "base": base, "transposed": base.transpose(0, 2), "window": base[1:3, ::2, 1:4],
        "row": base[2, 3], "expanded": random(3, 1).expand(3, 4), "same": base, "empty": torch.empty(0, 3),
        "empty window": base[4:, 1:], "scalar": torch.tensor(2.5), "flat of one": base[:1, :1, :1],
        "channels last": random(2, 3, 4, 5).contiguous(memory_format=torch.channels_last),
    }


class Old:
    """What PyTorch before 0.4 wrote."""

    def __init__(self, tensor):
        self.tensor = tensor

    def __reduce__(self):
        tensor = self.tensor
        return torch._utils._rebuild_tensor, (tensor._typed_storage(), 0, tuple(tensor.shape), tensor.stride())


def nested():
    layer = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.PReLU(4))
    for parameter in layer.parameters():
        parameter.data = random(*parameter.shape)
    optimizer = torch.optim.Adam(layer.parameters())
    layer(random(1, 3, 5, 5)).sum().backward()
    optimizer.step()
    with_attribute = torch.nn.Parameter(random(2))
    with_attribute.note = "kept beside the values"
    plain_with_attribute = random(3)
    plain_with_attribute.note = "the same"
    default = collections.defaultdict(list)
    default["losses"].append(random(2))
    return {
        "params": layer.state_dict(), "optimizers": [optimizer.state_dict()], "tuple": (random(1), [random(2)]),
        "": random(2), "dotted.": {"": random(1), "a.b": random(1)}, 5: {-7: random(1), True: random(1)},
        "parameter": torch.nn.Parameter(random(2, 2)), "with attribute": with_attribute,
        "plain with attribute": plain_with_attribute, "old": Old(random(2, 3)), "default": default,
        "counter": collections.Counter({100000: 1, 200000: 2}), "epoch": 12, "rate": 1e-3, "none": None, "flag": True,
        "text": "naïve \u2603", "bytes": b"\x00\xff", "big": 2**80, "complex": 1 - 2j, "set": {3},
        "size": torch.Size([2, 3]), "dtype": torch.bfloat16, "device": torch.device("cpu"), "empty": {},
    }


def rezipped(data, prefix=None, compression=zipfile.ZIP_STORED, change=lambda name, data: data, comment=b"", **options):
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w", compression) as target:
        target.comment = comment
        for entry in source.infolist():
            name = entry.filename if prefix is None else prefix + entry.filename.split("/", 1)[1]
            information = zipfile.ZipInfo(name)
            information.compress_type = compression
            with target.open(information, "w", **options) as file:
                file.write(change(entry.filename, source.read(entry)))
    return stream.getvalue()


def big_endian():
    arrays = {
        "float32": random(3, 2), "float64": random(3, dtype=torch.float64), "int16": torch.arange(4).to(torch.int16),
        "int64": torch.arange(3), "bfloat16": random(5, dtype=torch.bfloat16), "uint8": torch.arange(4).to(torch.uint8),
        "complex64": torch.complex(random(3), random(3)), "strided": random(4, 3).t(),
    }
    units = [4, 8, 2, 8, 2, 1, 4, 4]

    def change(name, data):
        if name.endswith("/byteorder"):
            return b"big"
        if "/data/" not in name:
            return data
        unit = units[int(name.rsplit("/", 1)[1])]
        return numpy.frombuffer(data, f"V{unit}").tobytes() if unit == 1 else (
            numpy.frombuffer(data, f"<u{unit}").byteswap().tobytes())

    return rezipped(saved(arrays), change=change)


def without_checksums(value):
    torch.serialization.set_crc32_options(False)
    data = saved(value)
    torch.serialization.set_crc32_options(True)
    return data


small = collections.OrderedDict(weight=random(8, 4, 3, 3), bias=random(8))
files = {
    "dtypes": saved(dtypes()), "views": saved(views()), "nested": saved(nested()), "bare": saved(random(2, 3)),
    "empty": saved({}),
    **{f"protocol{number}": saved(nested(), pickle_protocol=number) for number in (3, 4, 5)},
    "big_endian": big_endian(), "no_checksums": without_checksums(small),
    "deflated": rezipped(saved(small), compression=zipfile.ZIP_DEFLATED),
    "deep_folder": rezipped(saved(small), prefix="a/b c/d/", comment=b"zipped again PK\x05\x06 by hand"),
    "no_folder": rezipped(saved(small), prefix=""),
    "zip64_local": rezipped(saved(small), force_zip64=True),
}

# PyTorch itself finds no archive whose folder is not exactly one deep.
originals = {"deep_folder": saved(small), "no_folder": saved(small)}


def tensors(value, path=()):
    if isinstance(value, torch.Tensor):
        yield ".".join(path), value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from tensors(item, path + (str(key),))
    elif isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        for index, item in enumerate(value):
            yield from tensors(item, path + (str(index),))


def described(name, tensor):
    values = tensor.detach()
    if values.is_quantized:
        values = values.int_repr()
    values = values.resolve_conj().resolve_neg().contiguous()
    data = values.reshape(-1).view(torch.uint8).numpy().tobytes() if values.numel() else b""
    return {
        "name": name, "dtype": str(tensor.dtype).removeprefix("torch."), "shape": list(tensor.shape),
        "strides": list(tensor.stride()), "bytes": len(data), "crc32": zlib.crc32(data),
    }


truth = {}
for name, data in files.items():
    path = folder / f"{name}.pth"
    path.write_bytes(data)
    loaded = torch.load(io.BytesIO(originals.get(name, data)), weights_only=False)
    truth[path.name] = [described(*pair) for pair in tensors(loaded)]
(folder / "containers.json").write_text(json.dumps(truth, indent=1) + "\n")

arrays = folder / "arrays"
arrays.mkdir(exist_ok=True)
values = numpy.arange(24, dtype=numpy.float64).reshape(2, 3, 4) / 8
npy = {}
for name, array in {
    "float32": values.astype("<f4"), "float64_big": values.astype(">f8"), "fortran": numpy.asfortranarray(values),
    "fortran_big_int16": numpy.asfortranarray(values.astype(">i2")), "bool": values > 1, "uint8": values.astype("u1"),
    "complex": values.astype("c8"), "scalar": numpy.float32(1.5), "empty": numpy.zeros((0, 3), "f4"),
    "vector": numpy.arange(5),
}.items():
    numpy.save(arrays / f"{name}.npy", array)
    array = numpy.asarray(array)
    little = array.astype(array.dtype.newbyteorder("<"))
    npy[f"{name}.npy"] = {
        "dtype": array.dtype.name, "shape": list(array.shape), "crc32": zlib.crc32(little.tobytes(order="C"))}
for version in (2, 3):
    with open(arrays / f"version{version}.npy", "wb") as file:
        numpy.lib.format.write_array(file, values, version=(version, 0))
    npy[f"version{version}.npy"] = {"dtype": "float64", "shape": [2, 3, 4], "crc32": zlib.crc32(values.tobytes())}
(arrays / "arrays.json").write_text(json.dumps(npy, indent=1) + "\n")


def shown(value):
    """A value in the words of the tests, which see no classes and no calls but their names."""
    if isinstance(value, (list, tuple)):
        bracket = "[]" if isinstance(value, list) else "()"
        return bracket[0] + ", ".join(map(shown, value)) + bracket[1]
    if isinstance(value, dict):
        return "{" + ", ".join(f"{shown(key)}: {shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (bytes, bytearray)):
        return type(value).__name__ + " " + value.hex()
    if isinstance(value, str):
        return '"' + value + '"'
    return repr(value)


shared = [1]
values = [
    None, True, False, 0, 1, -1, 255, 256, 65535, 65536, -(2**31), 2**31, -(2**63), 2**63 - 1, 0.0, -1.5, 1e300,
    "", "text", "naïve \u2603 \U0001F600", "line\nbreak \\ quote'\"", "x" * 300, [], (), {}, [1, [2, [3]]], (1,), (1, 2),
    (1, 2, 3), (1, 2, 3, 4), {"a": 1, "b": [2]}, [shared, shared], {1: {2: {3: None}}}, list(range(300)),
]
pickles = [
    {"protocol": protocol, "hex": pickle.dumps(value, protocol).hex(), "value": shown(value)}
    for protocol in range(6) for value in values + ([b"", b"\x00\xff"] if protocol >= 3 else [])
    + ([bytearray(b"ab")] if protocol == 5 else [])
]
(folder / "pickles.json").write_text("[\n" + ",\n".join(map(json.dumps, pickles)) + "\n]\n")
