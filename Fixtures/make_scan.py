"""Makes `scan/`: files for `bbcu scan`, honest and hostile, and in `expected.json` the verdict of each.

Run by hand: python make_scan.py (Python 3.11, PyTorch 2.13, NumPy 2.4). Nothing here does harm when it is loaded (the
hostile pickles call `print` or name what is absent), and nothing here is ever loaded.
"""

import bz2
import gzip
import io
import json
import lzma
import pathlib
import pickle
import struct
import tarfile
import zipfile
import zlib

import numpy as np
import torch

folder = pathlib.Path(__file__).parent / "scan"
folder.mkdir(exist_ok=True)
expected = {}


def add(name, data, verdict):
    (folder / name).write_bytes(data)
    expected[name] = verdict


def archive(entries):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, data in entries.items():
            file.writestr(zipfile.ZipInfo(name), data)
    return stream.getvalue()


def saved(value, **options):
    stream = io.BytesIO()
    torch.save(value, stream, **options)
    return stream.getvalue()


def with_member(name, data):
    """An honest checkpoint with one more member."""
    stream = io.BytesIO(checkpoint)
    with zipfile.ZipFile(stream, "a") as file:
        file.writestr(zipfile.ZipInfo("archive/" + name), data)
    return stream.getvalue()


def npy(value):
    stream = io.BytesIO()
    np.save(stream, value)
    return stream.getvalue()


def raw_deflate(data):
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return compressor.compress(data) + compressor.flush()


class Call:
    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


checkpoint = saved({"w": torch.arange(4.0)})
unknown_call = b"\x80\4\x8c\4evil\x8c\3run\x93\x8c\2id\x85R."
hostile = pickle.dumps(Call(eval, "1"), protocol=4)
weights = pickle.dumps({"epoch": 3, "name": "x" * 40}, protocol=4)

# Members that are not understood, by their first bytes; then those that are followed.
foreign = {
    "bz2": bz2.compress(hostile), "xz": lzma.compress(hostile), "lzma": lzma.compress(hostile, lzma.FORMAT_ALONE),
    "zst": b"\x28\xb5\x2f\xfd\x04\x00" + hostile, "lz4": b"\x04\x22\x4d\x18\x60\x40\x82" + hostile,
    "7z": b"7z\xbc\xaf\x27\x1c\0\4" + bytes(range(24)), "rar": b"Rar!\x1a\7\1\0" + bytes(range(24)),
    "cab": b"MSCF\0\0\0\0" + bytes(range(24)), "elf": b"\x7fELF\2\1\1" + bytes(57), "pe": b"MZ\x90\0" + bytes(60),
    "python-bytecode": b"\xa7\x0d\x0d\x0a" + bytes(12) + b"\xe3", "wasm": b"\0asm\1\0\0\0" + bytes(8),
    "png": b"\x89PNG\r\n\x1a\n" + bytes(16), "noise": bytes((i * 73 + 11) % 251 for i in range(64)),
}
for name, data in foreign.items():
    add(f"member-{name}.zip", archive({"member": data}), "unknown")
add("member-bz2.pth", with_member("extra", foreign["bz2"]), "unknown")
add("unnamed-storage.pth", with_member("data/7", struct.pack("<4f", 1, 2, 3, 4)), "unknown")
add("alone.bz2", foreign["bz2"], "unreadable")
for name, squeeze in {"gzip": gzip.compress, "zlib": zlib.compress, "deflate": raw_deflate}.items():
    # gzip writes the time of day.
    squeeze = (lambda data: gzip.compress(data, mtime=0)) if name == "gzip" else squeeze
    add(f"member-{name}-hostile.zip", archive({"member": squeeze(hostile)}), "dangerous")
    add(f"member-{name}-honest.zip", archive({"member": squeeze(weights)}), "expected")
    add(f"alone-hostile.{name}", squeeze(hostile), "dangerous")
    add(f"alone-nested.{name}", squeeze(squeeze(foreign["bz2"])), "unknown")
add("two-streams.gz", gzip.compress(weights, mtime=0) + gzip.compress(hostile, mtime=0), "dangerous")
add("behind-a-stream.gz", gzip.compress(weights, mtime=0) + hostile, "dangerous")
add("code.zip", archive({"tool.sh": b"true\n"}), "unknown")
add("notes.zip", archive({"README.md": b"# Notes\n", "config.json": b'{"a": 1}\n'}), "expected")

# Behind the values.
numbers = npy(np.arange(3))
add("arrays.npy", numbers + npy(np.ones((2, 2), ">f4")) + npy(np.zeros(2, [("a", "<f4"), ("b", "<U3", (2,))])),
    "expected")
add("second-array-of-objects.npy", numbers + npy(np.array([Call(eval, "1")], object)), "dangerous")
add("pickle-behind-an-array.npy", numbers + hostile, "dangerous")
old = {"_use_new_zipfile_serialization": False}
add("two-saves.pth", saved({"w": torch.ones(3)}, **old) + saved([torch.zeros(2, dtype=torch.int16)], **old), "expected")
add("hostile-behind-a-save.pth", saved({"w": torch.ones(3)}, **old) + hostile, "dangerous")
add("count-beyond-the-file.pth", saved({"w": torch.ones(3)}, **old)[:-20] + struct.pack("<q", 1 << 40) + bytes(12), "unknown")
header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
tensors = struct.pack("<Q", len(header)) + header + bytes(4)
add("behind-tensors.safetensors", tensors + hostile, "dangerous")

# What calls return, and what they ask for.
tag = b"ctorch.jit._pickle\nrestore_type_tag\n"
ordered = b"ccollections\nOrderedDict\n"
for name, code, verdict in [
    ("change-through-a-tag", tag + ordered + b"X\1\0\0\0x\x86R}b.", "dangerous"),
    ("change-through-two-tags", tag + tag + ordered + b"X\1\0\0\0x\x86RX\1\0\0\0x\x86R}b.", "dangerous"),
    ("change-through-a-list", tag + b"cbuiltins\ntuple\n](" + ordered + b"X\1\0\0\0xe\x85RR}b.", "dangerous"),
    ("change-through-a-scalar", b"cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\1\0\0\0O\x85R" + ordered
        + b"\x86R}b.", "dangerous"),
    ("change-through-a-type", b"ctorch._tensor\n_rebuild_from_type_v2\n(" + tag + b"cbuiltins\nobject\n" + ordered
        + b"X\1\0\0\0x\x86}X\1\0\0\0aK\1stR.", "dangerous"),
    ("items-for-a-layout", b"ctorch.serialization\n_get_layout\nX\1\0\0\0x\x85R}X\1\0\0\0aK\1sb.", "unknown"),
    ("call-of-a-result", ordered + b")R)R.", "unknown"),
    ("bomb-bytearray", b"cbuiltins\nbytearray\n\x8a\6\0\0\0\0\0\1\x85R.", "unknown"),
    ("bomb-storage", b"ctorch.storage\nUntypedStorage\n\x8a\6\0\0\0\0\0\1\x85R.", "unknown"),
    ("bomb-tensor", b"ctorch\nTensor\nJ\0\0\x10\0J\0\0\x10\0\x86R.", "unknown"),
    ("bomb-array", b"cnumpy\nndarray\n\x8a\6\0\0\0\0\0\1\x85\x85R.", "unknown"),
    ("bomb-through-int", b"cbuiltins\nbytearray\ncbuiltins\nint\nX\x0d\0\0\x001099511627776\x85R\x85R.", "unknown"),
    ("many-small-bombs", b"cbuiltins\nbytearray\nq\0" + b"h\0J\0\0\x40\0\x85R0" * 8 + b"N.", "unknown"),
]:
    add(name + ".pkl", b"\x80\2" + code, verdict)
add("hidden-in-a-storage.pth", saved(torch.tensor(list(hostile), dtype=torch.uint8)), "dangerous")
add("hidden-without-end.pth", saved(torch.tensor(list(b"\x80\2cos\nsystem\n\xff\xff"), dtype=torch.uint8)), "dangerous")
add("numbers-like-a-pickle.pth", saved(torch.frombuffer(bytearray(b"\x80\2\x82\x47" * 3), dtype=torch.float32)), "expected")

# Bytes of archives that no reader needs, and links.
text_pickle = b"cos\nsystem\n(S'id'\ntR."
noise = bytes(range(120, 152))


def entry(name="a.txt", data=b"text", extra=b"", comment=b"", archive_comment=b"", mode=0o100644):
    """A ZIP archive of one entry; zipfile writes an extra field to both headers."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        information = zipfile.ZipInfo(name)
        information.create_system, information.external_attr = 3, mode << 16
        information.extra, information.comment = extra, comment
        file.writestr(information, data)
        file.comment = archive_comment
    return stream.getvalue()


def member(name="a.txt", data=b"text", records=(), **fields):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as file:
        information = tarfile.TarInfo(name)
        information.size, information.pax_headers = len(data), dict(records)
        for key, value in fields.items():
            setattr(information, key, value)
        file.addfile(information, io.BytesIO(data))
    # Without most of the zeros that tarfile fills a record with.
    size = len(stream.getvalue().rstrip(b"\0"))
    return stream.getvalue()[:-(-size // 512) * 512] + bytes(1024)


def field(identifier, data):
    return struct.pack("<HH", identifier, len(data)) + data


def padded(tar, payload):
    return tar[:520] + payload + tar[520 + len(payload):]


times = field(0x5455, b"\1" + bytes(4)) + field(0x7875, b"\1\4\xe8\3\0\0\4\xe8\3\0\0") + field(0x4246, b"Z" * 9)
add("slack-honest.zip", entry(extra=times, comment="é".encode(), archive_comment=b"by hand\n"), "expected")
add("slack-honest.tar", member(records={"comment": "by hand", "mtime": "1.5"}), "expected")
for name, payload, verdict in [("pickle", text_pickle, "dangerous"), ("noise", noise, "unknown")]:
    add(f"slack-field-{name}.zip", entry(extra=field(0x5455, payload)), verdict)
    add(f"slack-filling-{name}.zip", entry(extra=field(0x4246, b"ZZ" + payload)), verdict)
    add(f"slack-comment-{name}.zip", entry(comment=payload), verdict)
    add(f"slack-padding-{name}.tar", padded(member(), payload), verdict)
    stream = bytearray(gzip.compress(b"text", mtime=0))
    stream[3] = 16
    add(f"slack-comment-{name}.gz", bytes(stream[:10]) + payload + b"\0" + stream[10:], verdict)
add("slack-text.zip", entry(archive_comment=b"see\n" + text_pickle), "dangerous")
add("slack-record.tar", member(records={"VENDOR.x": text_pickle.decode()}), "dangerous")
add("link-within.zip", entry("a/l", b"../x", mode=0o120777), "expected")
add("link-out.zip", entry("a/l", b"../../x", mode=0o120777), "unknown")
add("link-within.tar", member("a/l", b"", type=tarfile.SYMTYPE, linkname="../x"), "expected")
add("link-out.tar", member("a/l", b"", type=tarfile.SYMTYPE, linkname="../../x"), "unknown")
add("device.zip", entry(data=b"", mode=0o020644), "unknown")


# torch.export.
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.linear = torch.nn.Linear(4, 3)

    def forward(self, x):
        return self.linear(x)


class Doubled(torch.nn.Module):
    def forward(self, x):
        return torch.cat([x, x]).reshape(-1)


def exported(network, **options):
    stream = io.BytesIO()
    torch.export.save(torch.export.export(network.eval(), (torch.ones(5, 4),), **options), stream)
    return stream.getvalue()


def edited(data, old, new):
    """The archive with a text of its graph replaced."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(result, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.endswith("models/model.json"):
                assert old in content, old
                content = content.replace(old, new)
            target.writestr(zipfile.ZipInfo(entry.filename), content)
    return result.getvalue()


sizes = ({0: torch.export.Dim("batch", min=2, max=64)},)
fixed = exported(Net())
add("fixed.pt2", fixed, "expected")
dynamic = exported(Net(), dynamic_shapes=sizes)
add("symbol.pt2", dynamic, "expected")
add("expression.pt2", exported(Doubled(), dynamic_shapes=sizes), "unknown")
symbol = b"Symbol('s77', positive=True, integer=True)"
add("evaluated.pt2", edited(dynamic, symbol, b"__import__('builtins').print('x')"), "unknown")
add("guards.pt2", edited(fixed, b'"guards_code": []', b'"guards_code": ["print(1)"]'), "unknown")
add("target.pt2", edited(fixed, b"torch.ops.aten.linear.default", b"torch.hub.load"), "unknown")

(folder / "expected.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")
