"""Makes `hostile/`: files that only pretend to be checkpoints, and what must come of each.

Run by hand: python make_hostile.py (Python 3.11). The same version makes the same files.
"""

import io
import json
import pathlib
import pickle
import struct
import zipfile

folder = pathlib.Path(__file__).parent / "hostile"
folder.mkdir(exist_ok=True)
expected = {}


def add(name, data, outcome):
    """The outcome is "opens" or the code of the error."""
    (folder / name).write_bytes(data)
    expected[name] = outcome


def archive(entries, compression=zipfile.ZIP_STORED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as file:
        for name, data in entries.items():
            file.writestr(zipfile.ZipInfo(name), data, compression)
    return stream.getvalue()


def integers(values):
    return b"(" + b"".join(b"I%d\n" % value for value in values) + b"t"


def tensor(shape, strides, count=6, offset=0, kind=b"FloatStorage", key=b"0"):
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n((Vstorage\nctorch\n" + kind + b"\nV" + key + b"\nVcpu\nI%d\ntQI%d\n"
        % (count, offset) + integers(shape) + integers(strides) + b"I00\nNtR")


def checkpoint(object, storage=b"\1" * 24, compression=zipfile.ZIP_STORED):
    return archive({"a/data.pkl": b"\x80\2" + object + b".", "a/data/0": storage}, compression)


def shared(depth):
    text = b"]\x94"
    for level in range(depth):
        text += b"](h" + bytes([level]) + b"h" + bytes([level]) + b"e\x94"
    return text


# Archives.
add("bomb_declared.pth", checkpoint(tensor([1], [1]), bytes(8 << 20), zipfile.ZIP_DEFLATED), "opens")
data = bytearray(checkpoint(tensor([2, 3], [3, 1]), bytes(8 << 20), zipfile.ZIP_DEFLATED))
for place in (data.rfind(b"PK\1\2") + 24, data.rfind(b"PK\3\4") + 22):
    data[place : place + 4] = struct.pack("<I", 24)
add("bomb_undeclared.pth", bytes(data), "opens")
data = bytearray(checkpoint(tensor([2, 3], [3, 1])))
place = data.rfind(b"PK\1\2")
data[place + 42 : place + 46] = bytes(4)
add("overlap.pth", bytes(data), "overlap")
data = bytearray(checkpoint(tensor([2, 3], [3, 1])))
end = data.rfind(b"PK\5\6")
data[end + 10 : end + 12] = b"\xff\xfe"
add("entries.pth", bytes(data), "malformed")

# Pickles that ask for more than they hold.
add("shared_lists.pkl", b"\x80\4" + shared(60) + b".", "limit")
add("shared_tensors.pth", checkpoint(
    tensor([2, 3], [3, 1]) + b"\x940" + b"](h\0h\0e\x94" + b"".join(
        b"0](h" + bytes([level]) + b"h" + bytes([level]) + b"e\x94" for level in range(1, 40))), "limit")
add("nesting.pkl", b"\x80\2" + b"]" * 100000 + b"a" * 99999 + b".", "limit")
add("cycle.pkl", b"\x80\2]q\0h\0a.", "opens")
add("cycle_through_object.pkl", b"\x80\2cm\nC\n)\x81q\0}Va\nh\0sb.", "opens")
add("memo_far.pkl", b"\x80\2]r\xff\xff\xff\xffj\xff\xff\xff\xff.", "opens")
add("memo_absent.pkl", b"\x80\2j\xff\xff\xff\x7f.", "memo")
add("long4.pkl", b"\x80\2\x8b\xff\xff\xff\x7f1.", "limit")
add("long4_negative.pkl", b"\x80\2\x8b\xff\xff\xff\xff1.", "argument")
add("bytes8.pkl", b"\x80\4\x8e" + b"\xff" * 8 + b".", "argument")
add("string.pkl", b"\x80\4\x8d" + struct.pack("<Q", 1 << 40) + b".", "limit")
add("frame.pkl", b"\x80\4\x95" + struct.pack("<Q", 1 << 62) + b"N.", "truncated")
add("build_chain.pkl", b"\x80\2cm\nC\n)\x81}Va\nI1\nsq\0" + b"b" + b"h\0b" * 20000 + b".", "limit")
add("brackets.pth", checkpoint(b"]" * 3_000_000, b"", zipfile.ZIP_DEFLATED), "limit")
key = b"X" + struct.pack("<I", 1 << 20) + b"k" * (1 << 20) + b"\x94"
add("repeated_key.pth", archive(
    {"a/data.pkl": b"\x80\4" + tensor([2, 3], [3, 1]) + b"\x940}(" + key + b"h\0" + b"h\1h\0" * 20000 + b"u.",
     "a/data/0": b"\1" * 24}, zipfile.ZIP_DEFLATED), "limit")

# Tensors that lie about their storage.
add("stride_zero.pth", checkpoint(tensor([1 << 25, 1 << 25], [0, 0])), "opens")
add("beyond_storage.pth", checkpoint(tensor([2, 3], [3, 1], offset=1)), "beyondStorage")
add("storage_size.pth", checkpoint(tensor([2, 3], [3, 1], count=1 << 40)), "storageSize")
add("negative_size.pth", checkpoint(tensor([-2, -3], [3, 1])), "tensor")
add("negative_stride.pth", checkpoint(tensor([2, 3], [-3, 1])), "tensor")
add("size_overflow.pth", checkpoint(tensor([1 << 62, 1 << 62], [1, 1])), "overflow")
add("stride_overflow.pth", checkpoint(tensor([2, 3], [(1 << 63) - 1, (1 << 63) - 1])), "overflow")
add("count_overflow.pth", checkpoint(tensor([2, 3], [3, 1], count=(1 << 63) - 1)), "overflow")
add("no_storage.pth", checkpoint(tensor([2, 3], [3, 1], key=b"../a")), "missingStorage")
add("storage_class.pth", checkpoint(tensor([2, 3], [3, 1], kind=b"EvilStorage")), "opens")

# The stream and the tar of before 1.6.
head = pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2) + pickle.dumps({"little_endian": True}, 2)
body = b"\x80\2" + tensor([2, 3], [3, 1]) + b"." + pickle.dumps(["0"], 2)
add("legacy_count.pth", head + body + struct.pack("<q", 1 << 61) + bytes(24), "storageSize")
add("legacy_short.pth", head + body + struct.pack("<q", 1 << 30) + bytes(24), "storageSize")
add("legacy_negative.pth", head + body + struct.pack("<q", -6) + bytes(24), "storageSize")
add("legacy_keys.pth", head + b"\x80\2" + tensor([2, 3], [3, 1]) + b"." + pickle.dumps(7, 2), "storageSize")


def member(name, size_field, data=b"", kind=b"0"):
    header = bytearray(512)
    header[: len(name)] = name
    header[124 : 124 + len(size_field)] = size_field
    header[156:157] = kind
    header[257:265] = b"ustar\x0000"
    header[148:156] = b" " * 8
    header[148:155] = b"%06o\0" % sum(header)
    return bytes(header) + data + bytes(-len(data) % 512)


add("size.tar", member(b"storages", b"77777777777"), "truncated")
add("size_binary.tar", member(b"storages", b"\x80" + b"\x7f" * 11), "header")
add("size_negative.tar", member(b"storages", b"\xff" * 12), "header")
records = b"20 size=99999999999\n"
add("pax.tar", member(b"x", b"%011o" % len(records), records, b"x") + member(b"storages", b"00000000000"), "truncated")
add("pax_record.tar", member(b"x", b"00000000010", b"999 path", b"x") + member(b"a", b"00000000000"), "header")
add("empty.tar", member(b"a", b"00000000000") + bytes(1024), "noPickle")


# NumPy's arrays, safetensors, indices.
def npy(text, length=None, version=1):
    count = len(text) if length is None else length
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", count) + text


add("header.npy", npy(b"{", 0xFFFFFFFF, 2), "npy")
add("parentheses.npy", npy(b"{'descr': '<f4', 'fortran_order': False, 'shape': " + b"(" * 60000 + b"}"), "npy")
add("brackets.npy", npy(b"{'descr': " + b"[" * 60000 + b"}"), "npy")
add("shape.npy", npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4)}"), "npy")
add("objects.npy", npy(b"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}") + b"cos\nsystem\n(S'true'\ntR.", "opens")
add("header.safetensors", struct.pack("<Q", 1 << 55)[:7] + b"\0{}", "safetensors")
add("deep.safetensors", struct.pack("<Q", 50005) + b'{"a":' + b"[" * 50000, "safetensors")
text = b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
add("duplicate.safetensors", struct.pack("<Q", len(text)) + text + bytes(4), "safetensors")
add("itself.index.json", b'{"weight_map": {"a": "itself.index.json"}}', "shards")
add("above.index.json", b'{"weight_map": {"a": "../containers/bare.pth"}}', "shards")

# Found by the fuzzer: ends of archives within each other's comments, which an audit followed for 15 seconds.
end = b"PK\5\6" + bytes(16)
data = npy(b"{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}")
for level in range(300):
    data += end + struct.pack("<H", 22 * (299 - level)) if level < 299 else end + bytes(2)
add("nested_comments.npy", data, "opens")
(folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
print(len(expected), "files", sum(path.stat().st_size for path in folder.iterdir()), "bytes")
