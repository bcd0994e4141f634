#!/usr/bin/env python3
"""A whole port of the BBCU networks in NumPy that reads nothing but a packed model.

    port.py MODEL.bbcu INPUT.npy DUMP.npz

INPUT.npy is float32 of shape (C, H, W) or (1, C, H, W), in [0, 1]. DUMP.npz gets every module's output under PyTorch's
name, and `output`: what `bbcu check-port MODEL.bbcu DUMP.npz --input INPUT.npy` takes.

It follows Documentation/PackedModel.md to the letter and stays slow and plain: one bit plane a map, XNOR and popcount over
bytes, float32 everywhere else.
"""
import json
import sys

import numpy as np

POPCOUNT = np.array([bin(byte).count("1") for byte in range(256)], dtype=np.int32)
DTYPES = {"F32": "<f4", "F16": "<f2", "U8": "u1", "I32": "<i4"}


def read(path):
    """The metadata and the tensors of a packed model."""
    with open(path, "rb") as file:
        data = file.read()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__")
    if metadata["format"] != "bbcu-packed" or metadata["version"] != "1":
        sys.exit(f"{path}: not a packed model of version 1")
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[begin:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = values.astype(np.float32) if values.dtype.kind == "f" else values
    return metadata, tensors


def shifted(plane, row, column):
    """The plane (H, W, ...) as the tap at (row, column) from the centre sees it, zeros from outside."""
    height, width = plane.shape[:2]
    padded = np.pad(plane, [(1, 1), (1, 1)] + [(0, 0)] * (plane.ndim - 2))
    return padded[1 + row:1 + row + height, 1 + column:1 + column + width]


def convolution(x, weight, bias):
    """A float 3x3 convolution of (C, H, W) with zero padding."""
    total = np.zeros((weight.shape[0],) + x.shape[1:], np.float32)
    pixels = x.transpose(1, 2, 0)
    for row in range(3):
        for column in range(3):
            taps = shifted(pixels, row - 1, column - 1) @ weight[:, :, row, column].T
            total += taps.transpose(2, 0, 1)
    return total if bias is None else total + bias[:, None, None]


class Network:
    def __init__(self, path):
        self.metadata, self.tensors = read(path)
        self.k = np.float32(self.metadata["k"])
        self.taps = {}

    def tensor(self, name):
        return self.tensors.get(name)

    def tap(self, name, x):
        self.taps[name] = x[None].copy()
        return x

    def convolution(self, name, x):
        return self.tap(name, convolution(x, self.tensor(name + ".weight"), self.tensor(name + ".bias")))

    def sums(self, prefix, a):
        """The integer sums of a unit's 1-bit convolution, for the shifted input a of shape (C, H, W)."""
        signs = self.tensor(prefix + ".binary_conv.signs")
        pixels = a.transpose(1, 2, 0)
        activations = np.packbits(pixels > 0, axis=2, bitorder="little")
        valid = np.packbits(pixels != 0, axis=2, bitorder="little")
        nonzero = np.full_like(signs, 255)
        filters = self.tensor(prefix + ".binary_conv.filters_with_zeros")
        if filters is not None:
            nonzero[filters] = self.tensor(prefix + ".binary_conv.nonzero")
        total = np.zeros(pixels.shape[:2] + signs.shape[:1], np.int32)
        for row in range(3):
            for column in range(3):
                s = shifted(activations, row - 1, column - 1)[:, :, None, :]
                v = shifted(valid, row - 1, column - 1)[:, :, None, :]
                # The bits past the last channel are 0 in v, which masks the tail.
                mask = v & nonzero[None, None, :, row, column]
                equal = ~(s ^ signs[None, None, :, row, column]) & mask
                total += 2 * POPCOUNT[equal].sum(3, dtype=np.int32) - POPCOUNT[mask].sum(3, dtype=np.int32)
        return total.transpose(2, 0, 1)

    def unit(self, prefix, x, factor=1):
        """A BBCU unit; factor 2 or 3 for one that upsamples."""
        sums = self.sums(prefix, x + self.tensor(prefix + ".move0.bias")[0])
        y = sums.astype(np.float32) * self.tensor(prefix + ".binary_conv.alpha")[:, None, None]
        bias = self.tensor(prefix + ".binary_conv.bias")
        if bias is not None:
            y = y + bias[:, None, None]
        z = y + self.tensor(prefix + ".relu.pr_bias0.bias")[0]
        z = np.where(z > 0, z, self.tensor(prefix + ".relu.pr_prelu.weight")[:, None, None] * z)
        z = z + self.tensor(prefix + ".relu.pr_bias1.bias")[0]
        if factor > 1:
            z = pixel_shuffle(z, factor)
            x = x.repeat(factor, 1).repeat(factor, 2)
        return self.tap(prefix, z + x)

    def run(self, image):
        scaled = image * self.k
        family = self.metadata["network"]
        y = self.super_resolution(scaled) if family in ("bbcu-l", "bbcu-m") else self.denoiser(scaled)
        return self.tap("output", y / self.k)

    def super_resolution(self, scaled):
        is_large = self.metadata["network"] == "bbcu-l"
        upscale = int(self.metadata["upscale"])
        x = leaky_relu(self.convolution("conv_first", scaled))
        for block in range(int(self.metadata["blocks"])):
            for index in range(2):
                x = self.unit(f"body.{block}.body.{index}", x)
        for index, factor in enumerate([2, 2] if upscale == 4 else [upscale]):
            name = f"upconv{index + 1}"
            if is_large:
                x = leaky_relu(pixel_shuffle(self.convolution(name, x), factor))
            else:
                x = self.unit(name, x, factor)
        x = leaky_relu(self.convolution("conv_hr", x) if is_large else self.unit("conv_hr", x))
        return self.convolution("conv_last", x) + bilinear(scaled, upscale)

    def denoiser(self, scaled):
        x = np.maximum(self.convolution("model.0", scaled), 0)
        blocks = int(self.metadata["blocks"])
        for index in range(2, blocks):
            x = self.unit(f"model.{index}", x)
        return scaled - self.convolution(f"model.{blocks}", x)


def leaky_relu(x):
    return np.where(x > 0, x, np.float32(0.1) * x)


def pixel_shuffle(x, factor):
    channels, height, width = x.shape
    x = x.reshape(channels // factor**2, factor, factor, height, width)
    return x.transpose(0, 3, 1, 4, 2).reshape(-1, height * factor, width * factor)


def bilinear(x, factor):
    """align_corners=False."""
    for axis in (1, 2):
        size = x.shape[axis]
        position = np.maximum((np.arange(size * factor) + 0.5) / factor - 0.5, 0)
        first = position.astype(int)
        share = (position - first).astype(np.float32).reshape([-1, 1] if axis == 1 else [-1])
        second = np.minimum(first + 1, size - 1)
        x = (1 - share) * x.take(first, axis) + share * x.take(second, axis)
    return x


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    network = Network(sys.argv[1])
    image = np.load(sys.argv[2]).astype(np.float32)
    network.run(image[0] if image.ndim == 4 else image)
    np.savez(sys.argv[3], **network.taps)


if __name__ == "__main__":
    main()
