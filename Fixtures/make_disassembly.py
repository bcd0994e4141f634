"""Makes `disassembly/`: what CPython's pickletools says of some pickles.

Run by hand: python make_disassembly.py (Python 3.11)
"""

import io
import pathlib
import pickletools
import zipfile

folder = pathlib.Path(__file__).parent
(folder / "disassembly").mkdir(exist_ok=True)
for name in (
    "containers/nested.pth", "containers/protocol4.pth", "containers/protocol5.pth", "generations/2.13.0/zip_numpy.pth",
    "generations/1.4.0/legacy_views.pth", "generations/2.13.0/pickle_f.pkl",
):
    data = (folder / name).read_bytes()
    texts = []
    if data[:2] == b"PK":
        archive = zipfile.ZipFile(io.BytesIO(data))
        entry = next(name for name in archive.namelist() if name.endswith("data.pkl"))
        places = [(f"{entry} at byte 0", io.BytesIO(archive.read(entry)))]
    else:
        places = [("pickle at byte {}", io.BytesIO(data))] * (5 if "legacy" in name else 1)
    for title, stream in places:
        text = io.StringIO()
        start = stream.tell()
        pickletools.dis(stream, text)
        texts.append(title.format(start) + "\n" + text.getvalue() + "\n")
    path = folder / "disassembly" / (name.replace("/", "_") + ".txt")
    path.write_text("".join(texts))
