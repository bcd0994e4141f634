"""Makes honest checkpoints that hold more than tensors, as training tools write them. Run with PyTorch 2.15:

    python Fixtures/make_honest.py

Written to Fixtures/honest. `bbcu scan` calls each of them clean, but for `enum.pth`, of whose class nothing is known, and
`plan.pkl`, whose names are those of a distributed checkpoint's plan.
"""

import argparse
import collections
import datetime
import decimal
import enum
import fractions
import os
import pathlib
import pickle
import types
import uuid

import torch
import torch.distributed as dist
from torch.distributed.checkpoint.metadata import (
    BytesStorageMetadata, ChunkStorageMetadata, Metadata, MetadataIndex, TensorProperties, TensorStorageMetadata)

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "honest")


class Kind(enum.Enum):
    SMALL = 1


def weights():
    return collections.OrderedDict(weight=torch.arange(4.0))


def arguments():
    """The arguments of a training run, as YOLO's and argparse's users save them."""
    return {
        "model": weights(),
        "train_args": {
            "data": pathlib.PurePosixPath("data/coco.yaml"), "save_dir": pathlib.PosixPath("runs/train/exp"),
            "windows": pathlib.PureWindowsPath("C:/data"), "imgsz": 640,
        },
        "args": argparse.Namespace(lr=0.1, epochs=range(3), device=torch.device("cpu")),
        "options": types.SimpleNamespace(scale=2, size=torch.Size([2, 2])),
    }


def records():
    """Values of Python's own types beside a state dict."""
    history = collections.defaultdict(list)
    history["loss"].append(0.5)
    return {
        "state_dict": weights(), "date": datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.timezone.utc),
        "day": datetime.date(2024, 5, 1), "time": datetime.time(1, 2), "took": datetime.timedelta(seconds=5),
        "run": uuid.UUID("12345678123456781234567812345678"), "best": decimal.Decimal("0.1"),
        "ratio": fractions.Fraction(1, 3), "history": history, "recent": collections.deque([1.0], maxlen=3),
        "counts": collections.Counter("aab"), "dtype": torch.bfloat16, "flags": frozenset([1]), "raw": bytearray(b"x"),
    }


def distributed():
    """DTensors on one process, sharded and replicated."""
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.tensor import Replicate, Shard, distribute_tensor
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29511", RANK="0", WORLD_SIZE="1")
    dist.init_process_group("gloo")
    mesh = init_device_mesh("cpu", (1,))
    result = {"a": distribute_tensor(torch.arange(4.0), mesh, [Shard(0)]),
              "b": distribute_tensor(torch.arange(4.0), mesh, [Replicate()])}
    return result


def plan():
    """The plan of a distributed checkpoint, less the places of the values."""
    chunk = ChunkStorageMetadata(torch.Size([0]), torch.Size([4]))
    tensor = TensorStorageMetadata(TensorProperties(dtype=torch.float32), torch.Size([4]), [chunk])
    return Metadata({"w": tensor, "step": BytesStorageMetadata()}, {"w": ("w",)}, {MetadataIndex("w", [0]): "__0_0.distcp"})


def main():
    os.makedirs(HERE, exist_ok=True)
    for name, value in [("arguments.pth", arguments()), ("records.pth", records()), ("dtensor.pth", distributed()),
                        ("enum.pth", {"kind": Kind.SMALL})]:
        torch.save(value, os.path.join(HERE, name))
    torch.save(records(), os.path.join(HERE, "records_legacy.pth"), _use_new_zipfile_serialization=False)
    with open(os.path.join(HERE, "plan.pkl"), "wb") as file:
        pickle.dump(plan(), file)
    dist.destroy_process_group()


main()
