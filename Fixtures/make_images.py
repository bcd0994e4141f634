#!/usr/bin/env python3
"""Makes Fixtures/images: one small PNG for each way to store pixels, and the samples each must decode to.

Run by hand, with Python's standard library alone. The expected samples come from the values the files are made of,
not from a decoder.
"""

import json
import pathlib
import random
import struct
import zlib

FOLDER = pathlib.Path(__file__).parent / "images"
WIDTH, HEIGHT = 9, 5  # every pass of the interlacing has pixels

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
DEPTHS = {GREY: (1, 2, 4, 8, 16), RGB: (8, 16), PALETTE: (1, 2, 4, 8), GREY_ALPHA: (8, 16), RGBA: (8, 16)}
NAMES = {GREY: "grey", RGB: "rgb", PALETTE: "palette", GREY_ALPHA: "grey_alpha", RGBA: "rgba"}

# First column, first row, step in columns, step in rows (PNG specification, section 8.2).
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(row, depth):
    """A filter byte of 0 and the samples of a row."""
    if depth == 16:
        return b"\0" + struct.pack(f">{len(row)}H", *row)
    bits = "".join(format(sample, f"0{depth}b") for sample in row)
    bits += "0" * (-len(bits) % 8)
    return b"\0" + bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


def png(pixels, colour, depth, interlaced=False, before=b"", size=None):
    """The file for rows of pixels, each a tuple of raw samples; `before` holds chunks to stand before the data."""
    height, width = len(pixels), len(pixels[0])
    passes = PASSES if interlaced else ((0, 0, 1, 1),)
    data = b""
    for x, y, dx, dy in passes:
        for line in pixels[y::dy]:
            row = [sample for pixel in line[x::dx] for sample in pixel]
            data += packed(row, depth) if row else b""
    header = struct.pack(">IIBBBBB", *(size or (width, height)), depth, colour, 0, 0, int(interlaced))
    parts = chunk(b"IHDR", header), before, chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def decoded(pixels, colour, depth, palette=None, opacity=None, clear=None):
    """The pixels as they must come out, and their bit depth."""

    def one(pixel):
        if colour == PALETTE:
            alpha = () if opacity is None else ((opacity + [255] * 256)[pixel[0]],)
            return palette[pixel[0]] + alpha
        scale = 255 // (2**depth - 1) if depth < 8 else 1
        alpha = () if clear is None else (0 if pixel == clear else 2 ** max(depth, 8) - 1,)
        return tuple(sample * scale for sample in pixel) + alpha

    return [[one(pixel) for pixel in line] for line in pixels], 16 if depth == 16 else 8


def main():
    FOLDER.mkdir(exist_ok=True)
    rng = random.Random(20)
    expected = []

    def store(name, data, pixels, depth):
        (FOLDER / name).write_bytes(data)
        samples = [sample for line in pixels for pixel in line for sample in pixel]
        expected.append(
            {
                "file": name, "width": len(pixels[0]), "height": len(pixels), "channels": len(pixels[0][0]),
                "bit_depth": depth, "samples": samples,
            }
        )

    def pixels_of(colour, depth, height=HEIGHT, width=WIDTH):
        def pixel():
            return tuple(rng.randrange(2**depth) for _ in range(CHANNELS[colour]))

        return [[pixel() for _ in range(width)] for _ in range(height)]

    for colour, depths in DEPTHS.items():
        for depth in depths:
            for interlaced in (False, True):
                pixels = pixels_of(colour, depth)
                palette = [tuple(rng.randrange(256) for _ in range(3)) for _ in range(2**depth if depth < 16 else 0)]
                before = chunk(b"PLTE", bytes(sum(palette, ()))) if colour == PALETTE else b""
                name = f"{NAMES[colour]}_{depth}{'_interlaced' if interlaced else ''}"
                data = png(pixels, colour, depth, interlaced, before)
                store(name + ".png", data, *decoded(pixels, colour, depth, palette))

                if colour == PALETTE:
                    opacity = [rng.randrange(256) for _ in range(max(1, len(palette) // 2))]
                    data = png(pixels, colour, depth, interlaced, before + chunk(b"tRNS", bytes(opacity)))
                    store(name + "_clear.png", data, *decoded(pixels, colour, depth, palette, opacity))
                elif colour in (GREY, RGB):
                    clear = pixels[2][3]
                    data = png(pixels, colour, depth, interlaced, chunk(b"tRNS", struct.pack(f">{len(clear)}H", *clear)))
                    store(name + "_clear.png", data, *decoded(pixels, colour, depth, clear=clear))

    # Opaque alpha, a single pixel, and chunks that would change the values or the memory if they were obeyed.
    opaque = [[pixel[:3] + (255,) for pixel in line] for line in pixels_of(RGBA, 8)]
    store("rgba_8_opaque.png", png(opaque, RGBA, 8), opaque, 8)
    opaque = [[pixel[:1] + (65535,) for pixel in line] for line in pixels_of(GREY_ALPHA, 16)]
    store("grey_alpha_16_opaque.png", png(opaque, GREY_ALPHA, 16), opaque, 16)
    single = pixels_of(RGB, 8, 1, 1)
    store("single_interlaced.png", png(single, RGB, 8, True), single, 8)
    others = chunk(b"gAMA", struct.pack(">I", 100000)) + chunk(b"iCCP", b"name\0\0not a profile")
    others += chunk(b"zTXt", b"bomb\0\0" + zlib.compress(bytes(1 << 24), 9)) + chunk(b"zzZz", b"private")
    plain = pixels_of(RGB, 8)
    store("other_chunks.png", png(plain, RGB, 8, before=others), plain, 8)

    lines = ",\n".join(json.dumps(image, separators=(",", ":")) for image in expected)
    (FOLDER / "expected.json").write_text(f"[\n{lines}\n]\n")

    # Files that promise more than they hold, and one whose pixels name colours that its palette lacks.
    (FOLDER / "bomb_side.png").write_bytes(png(plain, RGB, 8, size=(2**31, 1)))
    (FOLDER / "bomb_area.png").write_bytes(png(plain, RGB, 16, size=(2**20, 2**20)))
    (FOLDER / "short_data.png").write_bytes(png(plain, RGB, 8, size=(WIDTH, HEIGHT + 1)))
    (FOLDER / "short_palette.png").write_bytes(png(pixels_of(PALETTE, 8), PALETTE, 8, before=chunk(b"PLTE", bytes(6))))


if __name__ == "__main__":
    main()
