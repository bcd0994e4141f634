"""Makes `generations/<version>/`: what one version of PyTorch writes, and what it says itself of every tensor.

Run by hand, once with each version:  python make_generations.py
The files here were made with PyTorch 1.4.0 (Python 3.8), 1.13.1 (3.10) and 2.13.0 (3.11).
"""

import collections
import io
import json
import pathlib
import pickle
import struct
import sys
import tarfile
import warnings
import zlib

import numpy
import torch

warnings.filterwarnings("ignore")
version = tuple(int(part) for part in torch.__version__.split("+")[0].split("."))
folder = pathlib.Path(__file__).parent / "generations" / ".".join(map(str, version))
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(11)
random = torch.randn
legacy = {"_use_new_zipfile_serialization": False} if version >= (1, 6) else {}
archive = {} if version >= (1, 6) else None


class Called:
    """Pickles as the call of a function, whatever the function returns when it is called."""

    def __init__(self, function, arguments, parts):
        self.function, self.arguments, self.parts = function, arguments, parts

    def __reduce__(self):
        return self.function, self.arguments


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 4, 3)
        self.norm = torch.nn.BatchNorm2d(4)
        self.slope = torch.nn.Parameter(random(4))
        self.register_parameter("absent", None)
        self.body = torch.nn.Sequential(torch.nn.Conv2d(4, 4, 1), torch.nn.PReLU())
        self.register_buffer("scale", random(1))
        if version >= (1, 6):
            self.register_buffer("scratch", random(5), persistent=False)
        self.note = "an attribute"
        self.grid = random(2)
        self.norm.running_mean.copy_(random(4))

    def forward(self, x):
        return self.body(torch.relu(self.norm(self.conv(x)))) * self.scale + 0.5


def dtypes():
    tensors = collections.OrderedDict()
    names = "float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool"
    for name in names.split() + (["complex64", "complex128"] if version >= (1, 6) else []):
        tensors[name] = (random(2, 3) * 4).to(getattr(torch, name))
    return tensors


def views():
    base = random(4, 6, 5)
    return {
        "base": base, "transposed": base.transpose(0, 2), "window": base[1:3, ::2, 1:4], "row": base[2, 3],
        "expanded": random(3, 1).expand(3, 4), "same": base, "empty": torch.empty(0, 3), "scalar": torch.tensor(2.5),
        "parameter": torch.nn.Parameter(random(2, 2)),
    }


def training():
    layer = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.PReLU(4))
    optimizer = torch.optim.Adam(layer.parameters())
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [10, 20])
    layer(random(1, 3, 5, 5)).sum().backward()
    optimizer.step()
    default = collections.defaultdict(list)
    default["losses"].append(random(2))
    return {
        "epoch": 3, "iter": 1000, "state_dict": layer.state_dict(), "optimizers": [optimizer.state_dict()],
        "schedulers": [scheduler.state_dict()], "default": default, "params_ema": layer.state_dict(),
        "callbacks": {("a", 1): {"best": random(1)}},
    }


def numpy_values():
    values = numpy.arange(6, dtype="float32").reshape(2, 3)
    return {
        "c": values, "f": numpy.asfortranarray(values), "big": values.astype(">f8"), "bool": values > 2,
        "int": values.astype("i2"), "complex": values.astype("c8"), "empty": numpy.zeros((0, 2)),
        "double": numpy.float64(1.5), "long": numpy.int64(-7), "unsigned": numpy.uint64(2**64 - 1),
        "objects": numpy.array([1, "a", None], dtype=object), "texts": numpy.array(["a", "bc"]),
        "tensor": random(2), "rng": numpy.random.RandomState(1).get_state()[1],
    }


def special():
    dense = torch.tensor([[0.0, 1.5, 0.0, 0.0], [2.0, 0.0, 0.0, 3.0]])
    tensors = {"coo": dense.to_sparse(), "quint8": torch.quantize_per_tensor(random(3, 4), 0.1, 3, torch.quint8)}
    scales, zeros = torch.tensor([0.1, 0.2, 0.3], dtype=torch.float64), torch.tensor([0, 1, 2])
    tensors["per channel"] = torch.quantize_per_channel(random(3, 4), scales, zeros, 0, torch.qint8)
    tensors["qint32"] = torch.quantize_per_tensor(random(3, 4), 0.001, -1, torch.qint32)
    if version >= (1, 13):
        tensors["csr"] = dense.to_sparse_csr()
        tensors["quint4x2"] = torch.quantize_per_channel(
            random(3, 5), torch.ones(3), torch.zeros(3), 0, torch.quint4x2)
        tensors["meta"] = torch.empty(3, 4, device="meta")
    if version >= (2, 2):
        tensors["nested"] = torch.nested.nested_tensor([random(2, 3), random(4, 3)])
        tensors["csc"] = dense.to_sparse_csc()
        tensors["bsr"], tensors["bsc"] = dense.to_sparse_bsr((1, 2)), dense.to_sparse_bsc((1, 2))
        tensors["jagged"] = torch.nested.nested_tensor([random(2, 3), random(4, 3)], layout=torch.jagged)
    if version >= (2, 0):
        array = numpy.arange(6, dtype="float32").reshape(2, 3)
        tensors["from numpy"] = Called(
            torch._utils._rebuild_device_tensor_from_numpy, (array, torch.float32, "cpu", False), {"": array})
        inner = random(2)
        tensors["from cpu"] = Called(
            torch._utils._rebuild_device_tensor_from_cpu_tensor, (inner, torch.float32, "cpu", False), {"": inner})
        tensors["wrapper"] = Called(
            torch._utils._rebuild_wrapper_subclass,
            (torch.Tensor, torch.float32, (2, 3), (3, 1), 0, torch.strided, "cpu", False),
            {"": torch.empty(2, 3, device="meta")})
    return tensors


def new_dtypes():
    tensors = {}
    for name in (
        "float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu uint16 uint32 uint64"
    ).split():
        tensors[name] = (random(3, 5) * 4).abs().to(getattr(torch, name))
    tensors["view"] = tensors["uint16"].t()
    return tensors


def tar():
    """The format of PyTorch 0.1, which no version that can be installed writes any more, by hand."""
    first, second = random(12), torch.arange(5)
    objects = {
        "weight": first[:12].reshape(3, 4), "transposed": first.reshape(3, 4).t(), "view": first[2:8].reshape(2, 3),
        "index": second,
    }

    def dumped(*values):
        return b"".join(pickle.dumps(value, protocol=2) for value in values)

    class Sized:
        def __init__(self, name):
            self.name = name

        def __reduce__(self):
            return getattr, (torch, self.name)

    storages = dumped(2)
    for key, values, kind in ((100, first, "FloatStorage"), (200, second, "LongStorage")):
        storages += dumped((key, "cpu", getattr(torch, kind)))
        storages += struct.pack("<q", values.numel()) + values.numpy().tobytes()
    storages += dumped([(101, 100, 2, 6)])
    tensors = dumped(4)
    for key, storage, kind, tensor, offset in (
        (1, 100, "FloatTensor", objects["weight"], 0), (2, 100, "FloatTensor", objects["transposed"], 0),
        (3, 101, "FloatTensor", objects["view"], 0), (4, 200, "LongTensor", objects["index"], 0),
    ):
        tensors += dumped((key, storage, getattr(torch, kind)))
        tensors += struct.pack("<i", tensor.dim()) + bytes(4)
        tensors += struct.pack(f"<{tensor.dim()}q", *tensor.shape) + struct.pack(f"<{tensor.dim()}q", *tensor.stride())
        tensors += struct.pack("<q", offset)
    stream = io.BytesIO()

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            return str(list(map(id, objects.values())).index(id(value)) + 1) if torch.is_tensor(value) else None

    Pickler(stream, protocol=2).dump(objects)
    information = dumped({"protocol_version": 1000, "little_endian": True, "type_sizes": {}})
    result = io.BytesIO()
    with tarfile.open(fileobj=result, mode="w:", format=tarfile.PAX_FORMAT) as file:
        for name, data in (
            ("sys_info", information), ("pickle", stream.getvalue()), ("tensors", tensors), ("storages", storages)
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            file.addfile(entry, io.BytesIO(data))
    return result.getvalue(), objects


def saved(value, **options):
    stream = io.BytesIO()
    torch.save(value, stream, **options)
    return stream.getvalue()


def script(module, trace=False):
    stream = io.BytesIO()
    scripted = torch.jit.trace(module, torch.ones(1, 3, 5, 5)) if trace else torch.jit.script(module)
    torch.jit.save(scripted, stream)
    return stream.getvalue()


class Scripted(torch.nn.Module):
    """Parameters, a buffer and a tensor attribute."""

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 2, 3)
        self.register_buffer("scale", random(1))
        self.grid = random(2, 2)

    def forward(self, x):
        return self.conv(x) * self.scale + self.grid.sum()


class Constant(torch.nn.Module):
    def forward(self, x):
        return x * torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])


SPARSE = {
    "sparse_coo": ("indices", "values"), "sparse_csr": ("crow_indices", "col_indices", "values"),
    "sparse_bsr": ("crow_indices", "col_indices", "values"), "sparse_csc": ("ccol_indices", "row_indices", "values"),
    "sparse_bsc": ("ccol_indices", "row_indices", "values"),
}


def tensors(value, path=()):
    layout = str(getattr(value, "layout", "")).split(".")[-1]
    if isinstance(value, Called):
        for name, part in value.parts.items():
            yield from tensors(part, path + ((name,) if name else ()))
    elif isinstance(value, torch.nn.Module):
        yield from tensors(value.state_dict(), path)
    elif layout in SPARSE:
        for name in SPARSE[layout]:
            yield from tensors(getattr(value.coalesce() if layout == "sparse_coo" else value, name)(), path + (name,))
    elif layout == "jagged":
        yield from tensors({"values": value.values(), "offsets": value.offsets()}, path)
    elif getattr(value, "is_nested", False):
        names = ("sizes", "strides", "storage_offsets")
        yield from tensors(value.values(), path + ("values",))
        parts = value._nested_tensor_size(), value._nested_tensor_strides(), value._nested_tensor_storage_offsets()
        for name, part in zip(names, parts):
            yield from tensors(part if torch.is_tensor(part) else torch.tensor(part), path + (name,))
    elif isinstance(value, (torch.Tensor, numpy.ndarray)):
        yield ".".join(path), value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from tensors(item, path + (str(key),))
    elif isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        for index, item in enumerate(value):
            yield from tensors(item, path + (str(index),))


def described(name, tensor):
    if isinstance(tensor, numpy.ndarray):
        if tensor.dtype.kind in "OU":
            return None
        little = tensor.astype(tensor.dtype.newbyteorder("<"))
        return {
            "name": name, "dtype": tensor.dtype.name, "shape": list(tensor.shape),
            "strides": [stride // tensor.itemsize for stride in tensor.strides] if tensor.size else None,
            "bytes": tensor.nbytes, "crc32": zlib.crc32(little.tobytes(order="C")),
        }
    row = {
        "name": name, "dtype": str(tensor.dtype).replace("torch.", ""), "shape": list(tensor.shape),
        "strides": list(tensor.stride()),
    }
    values = tensor.detach()
    if values.device.type == "meta":
        return dict(row, bytes=values.numel() * values.element_size(), crc32=None)
    if values.is_quantized:
        values = values.int_repr()
    values = values.contiguous().reshape(-1)
    if values.numel() == 0:
        data = b""
    elif version >= (1, 8):
        data = values.view(torch.uint8).numpy().tobytes()
    else:
        # The view of another type came with 1.7; a storage's own bytes have always been written.
        stream = io.BytesIO()
        torch.save(values.clone(), stream)
        size = values.numel() * values.element_size()
        data = stream.getvalue()[-size:]
    return dict(row, bytes=len(data), crc32=zlib.crc32(data))


files = {}


def add(name, value, **options):
    files[name + ".pth"] = (saved(value, **options), value)


for name, make in {
    "dtypes": dtypes, "views": views, "training": training, "numpy": numpy_values, "special": special,
    "module": Block, "module_in_list": lambda: {"net": [torch.nn.DataParallel(Block())], "epoch": 1},
}.items():
    value = make()
    old = value
    if name == "special" and version >= (1, 13):
        # Saving these in the old format fails.
        old = {key: item for key, item in value.items() if key != "quint4x2"}
    add("legacy_" + name, old, **legacy)
    if archive is not None:
        add("zip_" + name, value)
for protocol in (3, 4) + ((5,) if sys.version_info >= (3, 8) else ()):
    add(f"legacy_protocol{protocol}", training(), pickle_protocol=protocol, **legacy)
add("legacy_bare", random(2, 3), **legacy)
if version >= (2, 3):
    add("legacy_new_dtypes", new_dtypes(), **legacy)
for name, value in numpy_values().items():
    if name in ("f", "big"):
        files[f"pickle_{name}.pkl"] = (pickle.dumps({"a": [value]}, protocol=4), {"a": [value]})
module = Scripted()
state = module.state_dict()
names = ["training", "_is_full_backward_hook"]
files["script.pt"] = (script(module), collections.OrderedDict(
    [("grid", module.grid), ("scale", module.scale), ("conv.weight", module.conv.weight),
     ("conv.bias", module.conv.bias)]))
files["script_constant.pt"] = (
    script(Constant(), trace=True), {"CONSTANTS.c0": torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])})
data, objects = tar()
files["tar.pth"] = (data, objects)

truth = {}
for name, (data, value) in files.items():
    (folder / name).write_bytes(data)
    rows = [row for row in (described(*pair) for pair in tensors(value)) if row]
    truth[name] = rows
    options = {"weights_only": False} if version >= (1, 13) else {}
    if not name.startswith(("script", "pickle", "legacy_new", "legacy_special", "zip_special")):
        # What PyTorch reads back is what was saved.
        loaded = torch.load(str(folder / name), **options)
        again = [row for row in (described(*pair) for pair in tensors(loaded)) if row]
        assert [(row["name"], row["crc32"]) for row in again] == [(row["name"], row["crc32"]) for row in rows], name
(folder / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
print(torch.__version__, len(files), "files", sum(len(data) for data, _ in files.values()), "bytes")
