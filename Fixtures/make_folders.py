"""Makes `folders/`: checkpoints that are folders, and exported programs, with what PyTorch itself reads in `expected.json`.

Run by hand: python make_folders.py (PyTorch 2.15, NumPy 2.4). Two processes share a distributed checkpoint over gloo.
"""

import io
import json
import os
import pathlib
import pickle
import random
import shutil
import sys
import tempfile
import warnings
import zipfile
import zlib

import torch
import torch.distributed as distributed
import torch.distributed.checkpoint as dcp
import torch.multiprocessing

from networks import DnCNN, set_form

here = pathlib.Path(__file__).parent
folder = here / "folders"


def train_state(shard):
    """A small model after a step of Adam. `shard` makes of a tensor what a rank holds of it."""
    torch.manual_seed(5)
    model = torch.nn.Sequential(torch.nn.Linear(4, 7), torch.nn.BatchNorm1d(7), torch.nn.Linear(7, 3, bias=False))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    model(torch.rand(6, 4)).square().sum().backward()
    optimizer.step()
    moments = optimizer.state_dict()
    return {
        "model": {name: shard(name, value) for name, value in model.state_dict().items()},
        "optim": {
            "state": {
                str(index): {name: shard("optim", value) for name, value in state.items()}
                for index, state in moments["state"].items()
            },
            "param_groups": moments["param_groups"],
        },
        "half": shard("half", torch.arange(5, dtype=torch.bfloat16)),
        "scalar": torch.tensor(2.5),
        "none": torch.zeros(0, 3),
        "list": [torch.tensor([1, 2]), {"inner": torch.tensor([True, False])}],
        "step": 17,
        "extra": {"loose": (torch.tensor([3.0, 4.0]), "text")},
    }


def rank(number, target, port):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    distributed.init_process_group("gloo", rank=number, world_size=2)
    from torch.distributed.tensor import Replicate, Shard, distribute_tensor

    mesh = distributed.device_mesh.init_device_mesh("cpu", (2,))

    def shard(name, value):
        if value.dim() == 0:
            return value
        # An odd size makes uneven shards; the second weight is cut along its columns, the batch norm is replicated.
        if name == "2.weight":
            return distribute_tensor(value, mesh, [Shard(1)])
        return distribute_tensor(value, mesh, [Replicate() if name.startswith("1.") else Shard(0)])

    dcp.save(train_state(shard), checkpoint_id=target, planner=dcp.DefaultSavePlanner(dedup_save_to_lowest_rank=True))
    distributed.destroy_process_group()


def tensors(value, path=()):
    """Every tensor below a value, under its path."""
    if isinstance(value, torch.Tensor):
        return [(".".join(path), value)]
    if isinstance(value, dict):
        items = [(str(key), item) for key, item in value.items()]
    elif isinstance(value, (list, tuple)):
        items = [(str(index), item) for index, item in enumerate(value)]
    else:
        return []
    return [found for key, item in items for found in tensors(item, path + (key,))]


def described(pairs):
    rows = []
    for name, value in pairs:
        value = value.detach().contiguous()
        data = bytes(value.flatten().view(torch.uint8).numpy().tobytes()) if value.numel() else b""
        rows.append({"name": name, "dtype": str(value.dtype)[6:], "shape": list(value.shape), "crc32": zlib.crc32(data)})
    return rows


def loaded_plan(path):
    with tempfile.TemporaryDirectory() as temporary:
        from torch.distributed.checkpoint.format_utils import dcp_to_torch_save

        dcp_to_torch_save(path, temporary + "/whole.pth")
        return torch.load(temporary + "/whole.pth", weights_only=False)


def make_plans(expected):
    shutil.rmtree(folder / "dcp_two_ranks", ignore_errors=True)
    torch.multiprocessing.spawn(rank, (str(folder / "dcp_two_ranks"), random.randint(20000, 60000)), nprocs=2)
    shutil.rmtree(folder / "dcp_one_rank", ignore_errors=True)
    network = torch.load(here / "networks/denoise/checkpoint.pth", weights_only=True)
    dcp.save({"net": network}, checkpoint_id=str(folder / "dcp_one_rank"), no_dist=True)
    for name in ("dcp_two_ranks", "dcp_one_rank"):
        expected[name] = described(tensors(loaded_plan(folder / name)))


def make_faulty_plans(expected):
    """Plans over one file of three pieces, each with one fault: what a reader must say, and whether it can go on."""
    from torch.distributed.checkpoint.filesystem import _StorageInfo
    from torch.distributed.checkpoint.metadata import (
        BytesStorageMetadata, ChunkStorageMetadata, Metadata, MetadataIndex, TensorProperties, TensorStorageMetadata)

    plans = folder / "plans"
    shutil.rmtree(plans, ignore_errors=True)
    plans.mkdir()
    parts, data = [], b""
    for part in (torch.arange(4.0), torch.arange(4.0, 8.0), {"epoch": 3, "mean": torch.tensor([9.0])}):
        stream = io.BytesIO()
        torch.save(part, stream)
        parts.append((len(data), len(stream.getvalue())))
        data += stream.getvalue()
    (plans / "__0_0.distcp").write_bytes(data)

    def plan(name, status, words, size=(8,), chunks=(((0,), (4,)), ((4,), (4,))), places=None, dtype=torch.float32,
             value=True, file="__0_0.distcp", replace=(), transforms=None, extra=False):
        tensor = TensorStorageMetadata(
            properties=TensorProperties(dtype=dtype), size=torch.Size(size),
            chunks=[ChunkStorageMetadata(torch.Size(o), torch.Size(s)) for o, s in chunks])
        names = {"net.w": tensor, "state": BytesStorageMetadata()}
        indices = [MetadataIndex("net.w", torch.Size(offset)) for offset, _ in chunks] + [MetadataIndex("state")]
        where = places or parts
        storage = {
            index: _StorageInfo(file, *place, transform_descriptors=transforms)
            for index, place in zip(indices, where) if place is not None}
        if not value:
            del storage[indices[-1]]
        if extra:
            del names["state"]
        metadata = Metadata(names, {"net.w": ("net", "w"), "state": ("state",)}, storage)
        text = pickle.dumps(metadata, protocol=4)
        for old, new in replace:
            assert len(old) == len(new) and old in text
            text = text.replace(old, new)
        (plans / f"{name}.metadata").write_bytes(text)
        expected["plans"][name] = {"status": status, "words": words}

    expected["plans"] = {}
    plan("right", 0, "2 tensors")
    plan("hole", 1, "pieces of 4 elements, where the tensor has 8", chunks=(((0,), (4,)),), places=[parts[0], parts[2]])
    plan("overlap", 1, "pieces overlap", chunks=(((0,), (4,)), ((2,), (4,))))
    plan("overlap_and_more", 1, "pieces overlap", size=(7,), chunks=(((0,), (4,)), ((3,), (4,))))
    plan("outside", 1, "reaches outside", chunks=(((0,), (4,)), ((5,), (4,))))
    plan("axes", 1, "reaches outside", chunks=(((0,), (4,)), ((4, 0), (4, 1))))
    plan("overflow", 1, "reaches outside", chunks=(((0,), (4,)), ((2**63 - 1,), (4,))))
    plan("no_place", 1, "does not say where the piece at (4,) lies", places=[parts[0], None, parts[2]])
    plan("no_value", 1, "does not say where the value lies", value=False)
    plan("past_end", 1, "cut off", places=[parts[0], (len(data) - 9, 1000), (parts[1][0], 100)])
    plan("past_everything", 1, "cut off", places=[parts[0], (2**62, 2**61), parts[2]])
    plan("place_overflow", 2, "two pieces at byte", places=[parts[0], (2**63 - 1, 2), parts[2]])
    plan("shared_bytes", 2, "two pieces at byte", places=[parts[0], parts[0], parts[2]])
    plan("above", 2, "outside the folder", file="../dcp_one_rank/__0_0.distcp")
    plan("above_within", 2, "outside the folder", file="a/../../b.distcp")
    plan("absolute", 2, "an absolute path", file="/etc/passwd")
    plan("absolute_with_mark", 2, "an absolute path", file="/\u0301etc")
    plan("backslash", 2, "a backslash", file="..\\x.distcp")
    plan("no_file", 1, "is not there", file="__7_0.distcp")
    plan("size_huge", 1, "elements, where the tensor has", size=(2**40,))
    plan("size_overflow", 1, "not known", size=(2**40, 2**40), chunks=())
    plan("piece_huge", 1, "bytes of values in pieces of", size=(2**40,), chunks=(((0,), (2**40,)),),
         places=[parts[0], parts[2]])
    plan("dtype_unknown", 1, "float99", replace=[(b"float32", b"float99")])
    plan("transformed", 1, "stream.zstd/1", transforms=["stream.zstd/1"])
    plan("unnamed_piece", 1, "belongs to no tensor", extra=True)
    # Faults that only show where values are read.
    plan("dtype_other", 2, "float64 (4,), as the plan says", dtype=torch.float64)
    plan("sizes_other", 2, "float32 (2,), as the plan says", size=(6,), chunks=(((0,), (4,)), ((4,), (2,))))
    plan("not_a_file", 2, "byte 1", places=[(1, parts[0][1] - 1), parts[1], parts[2]])


class Small(torch.nn.Module):
    """Convolution, batch norm, a weight under two names, buffers, a constant and a literal tensor."""

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 4, 3, padding=1).bfloat16()
        self.bn = torch.nn.BatchNorm2d(4).bfloat16()
        self.first = torch.nn.Linear(4, 4)
        self.second = torch.nn.Linear(4, 4)
        self.second.weight = self.first.weight
        self.turned = torch.nn.Parameter(torch.rand(3, 4).t())
        self.register_buffer("mask", torch.tensor([True, False, True, True]))
        self.register_buffer("unsaved", torch.full((4,), 2.0), persistent=False)
        self.plain = torch.tensor([1.0, 2.0, 3.0, 4.0])

    def forward(self, image, scale):
        mean = self.bn(self.conv(image)).mean((2, 3)).float()
        mixed = self.second(self.first(mean)) * self.plain + self.unsaved
        return (mixed * self.mask + torch.tensor([5.0, 6.0, 7.0, 8.0])) @ self.turned * scale


def program_truth(program):
    """The tensors that torch.export itself loads, under the names that are listed for them."""
    pairs = list(program.state_dict.items())
    pairs += [("constants." + name, value) for name, value in program.constants.items()]
    return described(pairs + tensors(program.example_inputs, ("sample_inputs",)))


def make_programs(expected):
    from torch._export.serde.serialize import serialize
    from torch.export.pt2_archive._package import load_pt2, package_pt2

    torch.manual_seed(3)
    inputs = (torch.rand(1, 3, 5, 6).bfloat16(), torch.tensor([2.0]))
    program = torch.export.export(Small().eval(), inputs)
    torch.export.save(program, folder / "small.pt2")
    expected["small.pt2"] = program_truth(torch.export.load(folder / "small.pt2"))

    part = serialize(program)
    with zipfile.ZipFile(folder / "older.pt2", "w") as archive:
        for name, content in (
                ("version", b"8.20"), ("serialized_exported_program.json", part.exported_program),
                ("serialized_state_dict.pt", part.state_dict), ("serialized_constants.pt", part.constants),
                ("serialized_example_inputs.pt", part.example_inputs)):
            archive.writestr(zipfile.ZipInfo(name), content)
    expected["older.pt2"] = program_truth(torch.export.load(folder / "older.pt2"))

    # Two models in one archive; the names of the weights then follow the model's.
    class Scale(torch.nn.Module):
        def __init__(self, number):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.tensor([number, 1.0]))

        def forward(self, value):
            return value * self.weight

    pair = {name: torch.export.export(Scale(number), (torch.ones(2),)) for name, number in (("left", 2.0), ("right", 3.0))}
    package_pt2(str(folder / "pair.pt2"), exported_programs=pair)
    loaded = load_pt2(str(folder / "pair.pt2")).exported_programs
    expected["pair.pt2"] = described(
        [(f"{name}.weight", program.state_dict["weight"]) for name, program in loaded.items()]
        + [(f"sample_inputs.{name}.0.0", program.example_inputs[0][0]) for name, program in loaded.items()])

    network = DnCNN(nc=8, nb=4, k=130 * 8 / 64)
    network.load_state_dict(torch.load(here / "networks/denoise/checkpoint.pth", weights_only=True))
    set_form(network, "exact")
    torch.export.save(torch.export.export(network.eval(), (torch.rand(1, 3, 6, 6),)), folder / "network.pt2")
    expected["network.pt2"] = program_truth(torch.export.load(folder / "network.pt2"))


def make_faulty_programs(expected):
    """Small archives by hand, each with one fault: what a reader must say, and whether it can go on."""
    programs = folder / "programs"
    shutil.rmtree(programs, ignore_errors=True)
    programs.mkdir()

    def meta(sizes=(4,), strides=(1,), offset=0, dtype=7, layout=7):
        def number(value):
            return {"as_int": value} if isinstance(value, int) else {"as_expr": {"expr_str": value, "hint": None}}

        return {"dtype": dtype, "sizes": [number(size) for size in sizes],
                "strides": [number(stride) for stride in strides], "requires_grad": False,
                "device": {"type": "cpu", "index": None}, "storage_offset": number(offset), "layout": layout}

    def program(name, status, words, tensor=None, path="weight_0", content=torch.arange(4.0).numpy().tobytes(),
                pickled=False, more=(), config=None, without=()):
        payloads = {
            "right": {"path_name": "weight_9", "is_param": True, "use_pickle": False, "tensor_meta": meta()},
            "net.w": {"path_name": path, "is_param": True, "use_pickle": pickled, "tensor_meta": tensor or meta()},
        }
        entries = {
            "archive_format": b"pt2", "archive_version": b"0", "data/weights/weight_0": content,
            "data/weights/weight_9": torch.arange(4.0).numpy().tobytes(),
            "data/weights/model_weights_config.json": config or json.dumps({"config": payloads}).encode(),
            "data/constants/model_constants_config.json": b'{"config": {}}', "models/model.json": b"{}",
            "data/sample_inputs/model.pt": b"", **dict(more)}
        with zipfile.ZipFile(programs / f"{name}.pt2", "w") as archive:
            for entry, data in entries.items():
                if entry not in without:
                    archive.writestr(zipfile.ZipInfo("root/" + entry), data)
        expected["programs"][name] = {"status": status, "words": words}

    stream = io.BytesIO()
    torch.save(torch.nn.Parameter(torch.arange(4.0)), stream)
    expected["programs"] = {}
    program("right", 0, "")
    program("pickled", 0, "", content=stream.getvalue(), pickled=True)
    program("pickle_broken", 1, "cannot be read", content=stream.getvalue()[:-40], pickled=True)
    program("pickle_other", 1, "cannot be read", content=b"GGUF" + bytes(60), pickled=True)
    program("symbol", 1, "(s0, 2) or strides that only a run", meta(("s0", 2), (2, 1)))
    program("symbol_stride", 1, "only a run of the program knows", meta((2, 2), ("s0", 1)))
    program("symbol_offset", 1, "only a run of the program knows", meta((2,), (1,), "s0"))
    program("no_entry", 1, "has no entry 'data/weights/weight_3'", path="weight_3")
    program("above", 1, "has no entry", path="../../archive_format")
    program("beyond", 1, "reaches to byte 20", meta((5,)))
    program("beyond_offset", 1, "reaches to byte 20", meta((4,), (1,), 1))
    program("negative", 1, "sizes", meta((-4,)))
    program("negative_stride", 1, "strides", meta((4,), (-1,)))
    program("axes", 1, "as many strides as sizes", meta((2, 2), (1,)))
    program("overflow", 1, "2^63", meta((2**40, 2**40), (1, 1)))
    program("number_huge", 2, "tensor_meta without them", meta((2**70,)))
    program("dtype_unknown", 1, "dtype number 99", meta(dtype=99))
    program("layout_sparse", 1, "layout number 2", meta(layout=2))
    program("odd_bytes", 1, "in an entry of 15 bytes", content=bytes(15), tensor=meta((3,)))
    program("two_dtypes", 1, "bytes of float32", meta((8,), (1,), dtype=6), path="weight_9")
    program("without_values", 0, "", content=b"")
    program("entry_unnamed", 1, "nothing in the archive says", more=[("data/weights/weight_77", bytes(8))])
    program("config_cut", 2, "model_weights_config.json", config=b'{"config": {"a"')
    program("config_other", 2, "config", config=b'{"weights": {}}')
    program("config_twice", 2, "model_weights_config.json", config=b'{"config": {}, "config": {}}')
    program("no_config", 1, "has no such entry", without=["data/weights/model_weights_config.json"])
    program("two_kinds", 2, "one of them", more=[("data.pkl", b"N.")])


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    folder.mkdir(exist_ok=True)
    expected = {}
    make_plans(expected)
    make_faulty_plans(expected)
    make_programs(expected)
    make_faulty_programs(expected)
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
