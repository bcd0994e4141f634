#!/usr/bin/env python3
"""Packs a network's 1-bit weights in the layouts that ports have, for the tests of solve-packing.

    pack.py MODEL.bbcu RECIPE OUT [--layer NAME] [--flip N]

OUT is a .bin, .h, .mem or .npy file as its name says. Without --layer every unit is written, one behind the other.
--flip turns that many bits of the result over, from a fixed generator.
"""
import argparse
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../Examples/numpy_port"))
import port  # noqa: E402


def weights(network, name):
    """The signs of a unit's weights, (outputs, inputs, 3, 3)."""
    signs = network.tensor(name + ".binary_conv.signs")
    inputs = network.tensor(name + ".move0.bias").shape[1]
    bits = np.unpackbits(signs, axis=3, bitorder="little")[..., :inputs]
    w = bits.astype(np.int8) * 2 - 1
    filters = network.tensor(name + ".binary_conv.filters_with_zeros")
    if filters is not None:
        nonzero = np.unpackbits(network.tensor(name + ".binary_conv.nonzero"), axis=3, bitorder="little")
        w[filters] *= nonzero[..., :inputs].astype(np.int8)
    return w.transpose(0, 3, 1, 2)


def padded(bits, axis, multiple, value=0):
    widths = [(0, 0)] * bits.ndim
    widths[axis] = (0, -bits.shape[axis] % multiple)
    return np.pad(bits, widths, constant_values=value)


def little(bits):
    return np.packbits(bits.reshape(-1), bitorder="little").tobytes()


def words(bits, size, order):
    """Words of bits, the first bit lowest, in the given byte order."""
    data = np.frombuffer(little(bits), "<u%d" % (size // 8))
    return data.astype(order + "u%d" % (size // 8)).tobytes()


def msb_words(bits, size, order):
    return words(bits.reshape(-1, size)[:, ::-1], size, order)


def channels_last(w, multiple=8, value=0):
    """(outputs, 3, 3, inputs), filled up."""
    return padded((w > 0).transpose(0, 2, 3, 1), 3, multiple, value)


def lanes(w, group, units):
    """Filters of parallel units side by side: (filters / units, row, column, inputs, units)."""
    bits = (w > 0).transpose(0, 2, 3, 1)
    return bits.reshape(-1, units, *bits.shape[1:]).transpose(0, 2, 3, 4, 1) if group == "interleaved" else bits


RECIPES = {
    # The packed model's own.
    "plain": lambda w: little(channels_last(w)),
    "words32-big": lambda w: words(channels_last(w, 32), 32, ">"),
    "words64-msb": lambda w: msb_words(channels_last(w, 64), 64, "<"),
    "minus": lambda w: little(1 - channels_last(w).astype(np.uint8)),
    # numpy.packbits of PyTorch's array.
    "flat-msb": lambda w: np.packbits(w > 0).tobytes(),
    "taps-inner": lambda w: little(padded((w > 0).reshape(*w.shape[:2], 9), 2, 16)),
    "rotated": lambda w: little(channels_last(w[:, :, ::-1, ::-1])),
    "transposed": lambda w: little(channels_last(w.transpose(0, 1, 3, 2))),
    # Row, column, word, filter.
    "filter-innermost-word": lambda w: little(
        channels_last(w, 16).reshape(len(w), 3, 3, -1, 16).transpose(1, 2, 3, 0, 4)),
    # Bits of a word are filters.
    "filters-in-words": lambda w: little(padded((w > 0).transpose(2, 3, 1, 0), 3, 32)),
    "parallel-filters": lambda w: little(lanes(w, "interleaved", 8)),
    # Unit u has the filters u, u + n, ...
    "strided-filters": lambda w: little(
        channels_last(w).reshape(4, -1, 3, 3, channels_last(w).shape[3]).transpose(1, 0, 2, 3, 4)),
    "channels-reversed": lambda w: little(channels_last(w[:, ::-1])),
    "tail-ones": lambda w: little(channels_last(w, 32, 1)),
    "halves-swapped": lambda w: words(
        channels_last(w, 64).reshape(-1, 2, 32)[:, ::-1], 32, "<"),
    "second-plane": lambda w: little(channels_last(w)) + little(channels_last((w != 0) * np.int8(1))),
    # Nothing anybody would do.
    "scrambled": lambda w: little(np.random.default_rng(3).permutation((w > 0).reshape(-1))),
}


def write(path, data, bits, name):
    if path.endswith(".npy"):
        np.save(path, np.frombuffer(data, np.uint8))
    elif path.endswith(".h"):
        values = np.frombuffer(data, "<u4")
        with open(path, "w") as file:
            file.write("/* weights */\n#include <stdint.h>\nconst uint32_t %s[%d] = {\n" % (name, len(values)))
            file.write(",\n".join("0x%08xU" % value for value in values) + "\n};\n")
    elif path.endswith(".mem"):
        values = np.frombuffer(data, "<u8")
        with open(path, "w") as file:
            file.write("// weights\n@0\n" + "\n".join("%016x" % value for value in values) + "\n")
    else:
        with open(path, "wb") as file:
            file.write(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("recipe", choices=sorted(RECIPES))
    parser.add_argument("out")
    parser.add_argument("--layer")
    parser.add_argument("--header", type=int, default=0, help="bytes in front")
    parser.add_argument("--alphas", action="store_true", help="float32 alpha behind every unit")
    parser.add_argument("--flip", type=int, default=0)
    options = parser.parse_args()
    network = port.Network(options.model)
    suffix = ".binary_conv.signs"
    names = [name[:-len(suffix)] for name in network.tensors if name.endswith(suffix)]
    names = [options.layer] if options.layer else sorted(names, key=order)
    generator = np.random.default_rng(5)
    data = generator.bytes(options.header)
    for name in names:
        data += RECIPES[options.recipe](weights(network, name))
        if options.alphas:
            data += network.tensor(name + ".binary_conv.alpha").astype("<f4").tobytes()
    data = bytearray(data)
    for place in generator.integers(0, len(data) * 8, options.flip):
        data[place // 8] ^= 1 << (place % 8)
    write(options.out, bytes(data), None, "weights")


def order(name):
    """body.2 before body.10, and the body before what follows it."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in name.split(".")]


if __name__ == "__main__":
    main()
