#!/usr/bin/env python3
"""Makes Fixtures/images/hostile: images that promise, repeat or demand more than they hold, and in expected.json the
error that each must end in (null where it must decode), with words that the message must have.

Run by hand, with Python's standard library alone, after make_jpegs.py. `make_hostile_images.py FOLDER SIDE` writes the
progressive file of 100 scans at another size instead, to measure how long such a one can take.
"""

import json
import pathlib
import struct
import sys
import zlib

from make_images import GREY, PALETTE, RGB, chunk, png

FIXTURES = pathlib.Path(__file__).parent
FOLDER = FIXTURES / "images" / "hostile"
SOI, EOI = b"\xff\xd8", b"\xff\xd9"
PIXELS = [[(10 * x, 20 * y, 77) for x in range(9)] for y in range(5)]


# --- JPEG (ITU-T T.81) ------------------------------------------------------------------------------------------


def segment(marker, content, length=None):
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2 if length is None else length) + content


def frame(kind, width, height, components=((1, 0x11, 0),), precision=8):
    parts = b"".join(bytes(component) for component in components)
    return segment(kind, struct.pack(">BHHB", precision, height, width, len(components)) + parts)


def huffman(place, codes):
    """A table from {length: symbols}."""
    counts = bytes(len(codes.get(length, ())) for length in range(1, 17))
    return segment(0xC4, bytes([place]) + counts + bytes(sum((list(codes[n]) for n in sorted(codes)), [])))


def scan(start, end, before, after, data, components=((1, 0),)):
    parts = b"".join(bytes(component) for component in components)
    return segment(0xDA, bytes([len(components)]) + parts + bytes([start, end, before << 4 | after])) + data


def entropy(bits):
    bits += "1" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0")


TABLES = segment(0xDB, b"\0" + b"\1" * 64)
DC_ZERO = huffman(0x00, {1: [0]})  # "0": no difference
END_OF_BLOCKS = huffman(0x10, {1: [0xE0], 2: [0x00]})  # "0" and 14 bits: 2^14 blocks and more; "10": one


def runs(blocks):
    """The end of this many blocks, in as few bits as there are."""
    bits = ""
    while blocks >= 1 << 14:
        run = min(blocks, (1 << 15) - 1)
        bits += "0" + format(run - (1 << 14), "014b")
        blocks -= run
    return entropy(bits + "10" * blocks)


def progressive(side, scans, last=EOI):
    """A grey picture of zeros in so many scans that follow the rules: a coefficient and a bit of it at a time."""
    blocks = ((side + 7) // 8) ** 2
    data = SOI + TABLES + frame(0xC2, side, side) + DC_ZERO + END_OF_BLOCKS + scan(0, 0, 0, 0, entropy("0" * blocks))
    end = runs(blocks)
    steps = [(k, bit) for k in range(1, 64) for bit in range(13, -1, -1)]
    for k, bit in steps[: scans - 1]:
        data += scan(k, k, 0 if bit == 13 else bit + 1, bit, end)
    return data + last


def sized(file, width, height):
    """A JPEG file that says it has other sides."""
    at = next(i for i in range(len(file)) if file[i] == 0xFF and file[i + 1] in (0xC0, 0xC2))
    return file[: at + 5] + struct.pack(">HH", height, width) + file[at + 9 :]


def exif(tiff):
    return segment(0xE1, b"Exif\0\0" + tiff)


def directory(entries, count=None, offset=8):
    return b"II*\0" + struct.pack("<IH", offset, len(entries) if count is None else count) + b"".join(entries)


def entry(tag=0x0112, kind=3, count=1, value=6):
    return struct.pack("<HHIHH", tag, kind, count, value, 0)


def jpegs():
    grey = (FIXTURES / "images/jpeg/grey_40.jpg").read_bytes()
    colour = (FIXTURES / "images/jpeg/colour_420.jpg").read_bytes()
    steps = (FIXTURES / "images/jpeg/progressive.jpg").read_bytes()
    body = grey[2:]

    yield "side_65535", sized(grey, 65535, 65535), "tooLarge", "65535 x 65535"
    yield "side_65500", sized(colour, 65500, 65500), "tooLarge", "65500 x 65500"
    yield "zero_width", sized(grey, 0, 35), "damaged", "damaged JPEG"
    yield "zero_height", sized(grey, 37, 0), "damaged", "damaged JPEG"
    yield "promise", sized(grey, 20000, 20000), "damaged", "premature end"
    yield "promise_progressive", sized(progressive(64, 1, b""), 20000, 20000), "truncated", "the end of the file"
    yield "no_end", grey[:-2], "truncated", "the end of the file"
    yield "half", colour[: len(colour) - 100], "truncated", "the end of the file"
    yield "half_progressive", steps[: len(steps) - 100], "truncated", "the end of the file"
    yield "header_alone", grey[:100], "truncated", "the end of the file"
    yield "start_alone", SOI + b"\xff", "truncated", "the end of the file"
    yield "no_image", SOI + EOI, "damaged", "damaged JPEG"
    yield "two_starts", SOI + grey, "damaged", "damaged JPEG"
    yield "length_0", SOI + segment(0xE0, b"", 0) + body, "damaged", "segment of length 0"
    yield "length_1", SOI + segment(0xFE, b"", 1) + body, "damaged", "segment of length 1"
    yield "length_beyond", SOI + segment(0xE5, b"", 65535) + body, "truncated", "the end of the file"
    yield "table_beyond", SOI + segment(0xC4, b"\0" + b"\xff" * 16) + body, "damaged", "damaged JPEG"
    yield "no_tables", SOI + frame(0xC0, 64, 64) + scan(0, 63, 0, 0, b"\0" * 16) + EOI, "damaged", "damaged JPEG"

    def of_frame(parts, components=((1, 0),)):
        return SOI + TABLES + parts + DC_ZERO + END_OF_BLOCKS + scan(0, 63, 0, 0, b"\0\0", components) + EOI

    yield "sampling_15", of_frame(frame(0xC0, 64, 64, ((1, 0xFF, 0),))), "damaged", "damaged JPEG"
    many = [(number, 0x11, 0) for number in range(255)]
    yield "components_255", of_frame(frame(0xC0, 64, 64, many)), "damaged", "damaged JPEG"
    two = ((1, 0x11, 0), (2, 0x11, 0))
    yield "components_2", of_frame(frame(0xC0, 8, 8, two), ((1, 0), (2, 0))), "unsupported", "unknown meaning"
    yield "bits_12", of_frame(frame(0xC1, 64, 64, precision=12)), "unsupported", "precision 12"
    yield "lossless", of_frame(frame(0xC3, 64, 64)), "unsupported", "0xc3"
    yield "arithmetic", of_frame(frame(0xC9, 20000, 20000)), "unsupported", "arithmetic"

    yield "restart_each", SOI + segment(0xDD, struct.pack(">H", 1)) + body, "damaged", "damaged JPEG"
    yield "restart_marks", grey[:330] + b"\xff\xd0" * 5000 + grey[330:], "damaged", "damaged JPEG"
    yield "filling", SOI + b"\xff" * 20000 + body, None, ""
    yield "standalone", SOI + b"\xff\x01\xff\xd3" + body, None, ""
    yield "left_over", grey[:-2] + b"\1\2\3\4" + EOI, "damaged", "extraneous bytes"
    yield "scans_100", progressive(64, 100), None, ""
    yield "scans_101", progressive(64, 101), "unsupported", "more than 100 scans"
    yield "scans_all", progressive(64, 1 + 63 * 14), "unsupported", "more than 100 scans"
    again = scan(1, 63, 0, 0, runs(64)) * 200
    yield "scans_repeated", progressive(64, 1, again + EOI), "unsupported", "more than 100 scans"
    blocks = [
        b"", b"II", b"II*\0", directory([], 65535), directory([entry()], 65535, 0xFFFFFFF0), directory([entry(kind=4)]),
        directory([entry(count=0xFFFFFFFF)]), directory([entry(value=0)]), directory([entry(value=9)]),
        directory([entry(tag=7)] * 4000), b"XX*\0" + directory([entry()])[4:], directory([entry()])[:-3],
    ]
    for number, block in enumerate(blocks):
        yield f"exif_{number}", SOI + exif(block) + body, None, ""


# --- PNG --------------------------------------------------------------------------------------------------------


def pngs():
    plain = png(PIXELS, RGB, 8)
    signature, header = plain[:8], plain[8:33]
    bomb = zlib.compress(bytes(1 << 25), 9)
    yield "side_2_31", png(PIXELS, RGB, 8, size=(2**31 - 1, 2**31 - 1)), "tooLarge", "2147483647 x 2147483647"
    yield "side_2_32", png(PIXELS, RGB, 8, size=(2**32 - 1, 2**32 - 1)), "tooLarge", "4294967295 x 4294967295"
    yield "zero_width", png(PIXELS, RGB, 8, size=(0, 5)), "damaged", "damaged PNG"
    yield "zero_height", png(PIXELS, RGB, 8, size=(9, 0)), "damaged", "damaged PNG"
    yield "promise", png(PIXELS, RGB, 8, size=(13000, 13000)), "damaged", "damaged PNG"
    yield "chunk_length", signature + struct.pack(">I", 0xFFFFFFFF) + plain[12:], "damaged", "damaged PNG"
    beyond = struct.pack(">I", 0x7FFFFFFF) + b"IDAT" + plain[41:]
    yield "chunk_beyond", signature + header + beyond, "truncated", "the end of the file"

    # What is beside the picture is passed over.
    promise = zlib.compress(struct.pack(">I", 0xFFFFFFF0) + bytes(200))
    beside = {
        "profile_bomb": chunk(b"iCCP", b"p\0\0" + bomb),
        "profile_promise": chunk(b"iCCP", b"p\0\0" + promise),
        "text_bomb": chunk(b"iTXt", b"t\0\1\0\0\0" + bomb),
        "many_chunks": chunk(b"tEXt", b"k\0v") * 3000,
        "exif_long": chunk(b"eXIf", directory([entry()], 65535, 0xFFFFFFF0)),
    }
    for name, before in beside.items():
        yield name, png(PIXELS, RGB, 8, before=before), None, ""

    yield "palette_257", png([[(1,)]], PALETTE, 8, before=chunk(b"PLTE", bytes(3 * 257))), "damaged", "damaged PNG"
    yield "no_palette", png([[(1,)]], PALETTE, 8), "damaged", "damaged PNG"
    yield "depth_3", png([[(1,)]], GREY, 1).replace(header_of(1, 1, 1), header_of(1, 1, 3)), "damaged", "damaged PNG"
    yield "no_data", signature + header + chunk(b"IEND", b""), "damaged", "damaged PNG"
    yield "header_alone", signature + header, "truncated", "the end of the file"


def header_of(width, height, depth):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, GREY, 0, 0, 0))


def main():
    if len(sys.argv) == 3:
        side = int(sys.argv[2])
        (pathlib.Path(sys.argv[1]) / f"scans_{side}.jpg").write_bytes(progressive(side, 100))
        return
    FOLDER.mkdir(exist_ok=True)
    expected = []
    for suffix, files in (".jpg", jpegs()), (".png", pngs()):
        for name, data, code, says in files:
            (FOLDER / (name + suffix)).write_bytes(data)
            expected.append({"file": name + suffix, "code": code, "says": says})
    lines = ",\n".join(json.dumps(case) for case in expected)
    (FOLDER / "expected.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
