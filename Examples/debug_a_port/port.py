#!/usr/bin/env python3
"""A port with a mistake in it, for the guide "Debug a port in four steps".

    port.py MODEL.bbcu INPUT.npy TAP OUTPUT.npy|OUTPUT.png

It is the port of Examples/numpy_port with the unit conv_hr written out once more, to be joined with what follows it. TAP
is a module's name or `output`; what it makes is written as float32 (C, H, W), or as an image. An input of 64 channels is no
image: it is given to the unit TAP alone.
"""
import os
import struct
import sys
import zlib

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../numpy_port"))
import port  # noqa: E402


class Network(port.Network):
    def unit(self, prefix, x, factor=1):
        if prefix != "conv_hr":
            return super().unit(prefix, x, factor)
        sums = self.sums(prefix, x + self.tensor(prefix + ".move0.bias")[0])
        z = sums.astype(np.float32) * self.tensor(prefix + ".binary_conv.alpha")[:, None, None]
        z = z + self.tensor(prefix + ".relu.pr_bias0.bias")[0]
        z = np.where(z > 0, z, self.tensor(prefix + ".relu.pr_prelu.weight")[:, None, None] * z)
        z = z + self.tensor(prefix + ".relu.pr_bias1.bias")[0]
        return self.tap(prefix, z)


def write_png(path, x):
    """An image of (3, H, W) in [0, 1]."""
    pixels = (np.clip(x, 0, 1) * 255).round().astype(np.uint8).transpose(1, 2, 0)
    height, width = pixels.shape[:2]

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)))
        file.write(chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row.tobytes() for row in pixels))) + chunk(b"IEND", b""))


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    model, source, tap, target = sys.argv[1:]
    network = Network(model)
    image = np.load(source).astype(np.float32)
    image = image[0] if image.ndim == 4 else image
    if len(image) == 64:
        network.unit(tap, image)
    else:
        network.run(image)
    if target.endswith(".png"):
        write_png(target, network.taps[tap][0])
    else:
        np.save(target, network.taps[tap][0].astype(np.float32))


if __name__ == "__main__":
    main()
