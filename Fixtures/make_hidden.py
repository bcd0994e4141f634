"""Writes Fixtures/hidden/: tensors in places where a walk through dictionaries and lists does not find them; run by hand.

objects.pth       a dictionary with one object of every kind, in the zip format
objects.old.pth   the same in the format from before 1.6
module.pth        a pickled module with an attribute, a list and a buffer that its state dict leaves out
graph.pth         a module of torch.fx
quantized.pt      a TorchScript archive of a quantized model, whose packed weights have tuples for states
distributed.pth   a DTensor of two processes, as the first of them saved it
unlisted.pth      storages that no tensor uses: one saved bare, one that nothing names, and an entry of no known kind
later.old.pth     two calls of torch.save in the old format, then bytes that are no checkpoint
later.npy         two calls of numpy.save, then a pickle
later.pkl         two calls of pickle.dump
a.pth, b.pth      pairs that differ in one place each, by key: what a comparison must not overlook
expected.json     for every file the names of its tensors and their values, as PyTorch has them
"""

import collections
import dataclasses
import functools
import io
import json
import os
import pathlib
import pickle
import sys
import types
import warnings
import zipfile

import numpy
import torch
import torch.ao.quantization as quantization
import torch.distributed as distributed
from torch import nn

warnings.simplefilter("ignore")
target = pathlib.Path(__file__).parent / "hidden"
target.mkdir(exist_ok=True)
library = types.ModuleType("mylib")
sys.modules["mylib"] = library
made = 0
expected = {}


def tensor(*shape):
    """A tensor whose values no other has."""
    global made
    made += 1
    return torch.arange(torch.Size(shape).numel(), dtype=torch.float32).reshape(shape) + 100 * made


def published(thing, name=None):
    thing.__module__ = "mylib"
    thing.__qualname__ = thing.__name__ = name or thing.__name__
    setattr(library, thing.__name__, thing)
    return thing


Pair = published(collections.namedtuple("Pair", "first second"))


@published
class Reduced:
    def __init__(self, *parts):
        self.parts = parts

    def __reduce__(self):
        return Reduced, self.parts


@published
class State:
    def __init__(self, state):
        self.state = state

    def __getstate__(self):
        return self.state

    def __setstate__(self, state):
        self.state = state


@published
class Slots:
    __slots__ = ("weight", "__dict__")


@published
@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    weight: object
    epoch: int = 3


@published
class Keywords:
    def __new__(cls, *arguments, **keywords):
        return super().__new__(cls)

    def __getnewargs_ex__(self):
        return (tensor(2),), {"weight": tensor(3)}


@published
def function(*arguments, **keywords):
    pass


def slots():
    made = Slots()
    made.weight = tensor(2)
    made.bias = tensor(3)
    return made


def attribute(of):
    of.extra = tensor(2)
    of.flag = True
    return of


def objects():
    state_dict = collections.OrderedDict(weight=tensor(2))
    state_dict.extra = tensor(3)
    return {
        "pair": Pair(tensor(2, 3), tensor(2)),
        "packed": nn.utils.rnn.pack_padded_sequence(tensor(3, 2, 1), [3, 2]),
        "max": torch.max(tensor(2, 3), dim=0),
        "reduced": Reduced(tensor(2), {"bias": tensor(1)}),
        "partial": functools.partial(function, tensor(2), weight=tensor(3)),
        "tuple": State((tensor(2), [tensor(1), 7])),
        "three": State((tensor(1), tensor(2), tensor(3))),
        "list": State([tensor(2), tensor(1)]),
        "bare": State(tensor(2)),
        "slots": slots(),
        "frozen": Frozen(tensor(2)),
        "keys": {tensor(1): tensor(2), (tensor(3), "x"): 4, "plain": tensor(1)},
        "set": {tensor(2)},
        "tensor": attribute(tensor(2)),
        "parameter": attribute(nn.Parameter(tensor(2))),
        "default": collections.defaultdict(functools.partial(function, tensor(1)), weight=tensor(2)),
        "state_dict": state_dict,
        "plain": tensor(1),
    }


names = [
    "pair.args.0", "pair.args.1", "packed.args.0", "packed.args.1", "max.args.0.0", "max.args.0.1", "reduced.args.0",
    "reduced.args.1.bias", "partial.state.1.0", "partial.state.2.weight", "tuple.state.0", "tuple.state.1.0",
    "three.state.0", "three.state.1", "three.state.2", "list.state.0", "list.state.1", "bare.state", "slots.bias",
    "slots.weight", "frozen.state.0", "keys.?0.key", "keys.?0", "keys.?1.key.0", "keys.plain", "set.0", "tensor",
    "tensor.extra", "parameter", "parameter.extra", "default.weight", "default.args.0.state.1.0", "state_dict.weight",
    "state_dict.extra", "plain",
]


def values_of(everything):
    """The tensors of the objects in the order of their names."""
    sequence = everything["packed"]
    keys = list(everything["keys"])
    of = everything
    return [
        *of["pair"], sequence.data, sequence.batch_sizes, *of["max"], of["reduced"].parts[0],
        of["reduced"].parts[1]["bias"], of["partial"].args[0], of["partial"].keywords["weight"], of["tuple"].state[0],
        of["tuple"].state[1][0], *of["three"].state, *of["list"].state, of["bare"].state, of["slots"].bias,
        of["slots"].weight, of["frozen"].weight, keys[0], of["keys"][keys[0]], keys[1][0], of["keys"]["plain"],
        *of["set"], of["tensor"], of["tensor"].extra, of["parameter"], of["parameter"].extra, of["default"]["weight"],
        of["default"].default_factory.args[0], of["state_dict"]["weight"], of["state_dict"].extra, of["plain"],
    ]


def record(file, names, tensors):
    assert len(names) == len(tensors), (file, len(names), len(tensors))
    expected[file] = {name: one.detach().flatten().tolist() for name, one in zip(names, tensors)}


def save(thing, file, old=False):
    torch.save(thing, target / file, _use_new_zipfile_serialization=not old)


for file in ("objects.pth", "objects.old.pth"):
    everything = objects()
    save(everything, file, old="old" in file)
    record(file, names, values_of(torch.load(target / file, weights_only=False)))


@published
class Module(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 1)
        self.register_buffer("kept", tensor(2))
        self.register_buffer("left_out", tensor(3), persistent=False)
        self.attribute = tensor(1)
        self.several = [tensor(2)]


module = Module()
save(module, "module.pth")
record(
    "module.pth",
    ["kept", "layer.weight", "layer.bias", "_buffers.left_out", "attribute", "several.0"],
    [module.kept, module.layer.weight, module.layer.bias, module.left_out, module.attribute, module.several[0]])

graph = torch.fx.symbolic_trace(nn.Sequential(nn.Linear(2, 1)))
save(graph, "graph.pth")
record("graph.pth", ["0.weight", "0.bias"], [graph.get_parameter("0.weight"), graph.get_parameter("0.bias")])

torch.manual_seed(22)
torch.backends.quantized.engine = "qnnpack"
model = nn.Sequential(quantization.QuantStub(), nn.Linear(3, 2), quantization.DeQuantStub()).eval()
model.qconfig = quantization.get_default_qconfig("qnnpack")
quantization.prepare(model, inplace=True)
model(torch.rand(4, 3))
quantization.convert(model, inplace=True)
torch.jit.save(torch.jit.script(model), target / "quantized.pt")
weight, bias = model[1]._packed_params._weight_bias()
record(
    "quantized.pt",
    ["0.scale", "0.zero_point", "1._packed_params._packed_params.state.0", "1._packed_params._packed_params.state.1"],
    [model[0].scale, model[0].zero_point, weight.int_repr(), bias])

from torch.distributed.tensor import Shard, distribute_tensor  # noqa: E402
from torch.testing._internal.distributed.fake_pg import FakeStore  # noqa: E402

distributed.init_process_group("fake", store=FakeStore(), rank=0, world_size=2)
mesh = distributed.device_mesh.init_device_mesh("cpu", (2,))
whole = distribute_tensor(tensor(4, 3), mesh, [Shard(0)])
save({"weight": whole, "parameter": nn.Parameter(whole), "plain": tensor(1)}, "distributed.pth")
local = whole.to_local()
expected["distributed.pth"] = {
    "weight": local.flatten().tolist(), "weight._spec.mesh._rank_map": [0, 1], "parameter": local.flatten().tolist(),
    "parameter._spec.mesh._rank_map": [0, 1], "plain": [100.0 * made]}
distributed.destroy_process_group()

save({"storage": tensor(4).untyped_storage(), "weight": tensor(2)}, "unlisted.pth")
with zipfile.ZipFile(target / "unlisted.pth", "a") as archive:
    archive.writestr("unlisted/data/77", b"\1\2\3\4\5")
    archive.writestr("unlisted/notes.txt", b"of no known kind")
record("unlisted.pth", ["weight"], [torch.load(target / "unlisted.pth", weights_only=False)["weight"]])

parts = [tensor(2), tensor(3)]
stream = io.BytesIO()
for part in parts:
    torch.save({"weight": part}, stream, _use_new_zipfile_serialization=False)
(target / "later.old.pth").write_bytes(stream.getvalue() + b"\xff" * 11)
record("later.old.pth", ["weight", "#2.weight"], parts)

stream = io.BytesIO()
for part in parts:
    numpy.save(stream, part.numpy())
(target / "later.npy").write_bytes(stream.getvalue() + pickle.dumps({"epoch": 7, "weight": parts[0].numpy()}, 4))
record("later.npy", ["", "#2", "#3.weight"], [*parts, parts[0]])

(target / "later.pkl").write_bytes(b"".join(pickle.dumps({"weight": part.numpy()}, 4) for part in parts))
record("later.pkl", ["weight", "#2.weight"], parts)


def pairs(other):
    """Every value is another one in the second file."""
    one = 2.0 if other else 1.0
    scales = torch.tensor([0.5, 0.25 * one], dtype=torch.float64)
    zeros = torch.zeros(2, dtype=torch.int64)
    values = torch.tensor([[1.0], [2.0]])
    around = [7]
    around.append({"up": around} if other else around)
    return {
        "scale": torch.quantize_per_tensor(values * one, 0.5 * one, 0, torch.qint8),
        "scales": torch.quantize_per_channel(values * torch.tensor([[1.0], [one]]), scales, zeros, 0, torch.qint8),
        "bytes": b"second" if other else b"firsts",
        "many_bytes": (b"b" if other else b"a") * 100,
        "bytes_as_key": {b"second" if other else b"firsts": 1},
        "container": (1, 2) if other else [1, 2],
        "object": State((3, "b" if other else "a")),
        "argument": Pair(1, one),
        "texts": numpy.array(["ab", "ce" if other else "cd"]),
        "storage": (torch.tensor([1.0, one])).untyped_storage(),
        "cycle": around,
    }


save(pairs(False), "a.pth")
save(pairs(True), "b.pth")
(target / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
