#!/usr/bin/env python3
"""The NumPy port of Examples/numpy_port with a fault switched on, or two joined by +, for the tests of check-port, bisect and reduce.

    port.py MODEL.bbcu INPUT.npy DUMP.npz [--fault NAME] [--unit UNIT] [--dtype int16] [--nhwc] [--outputs]
    port.py MODEL.bbcu INPUT.npy TAP.npy --tap NAME [--fault NAME] [--unit UNIT]
    port.py MODEL.bbcu INPUT.npy OUTPUT.npy --module NAME

DUMP.npz gets the integer sums of every unit as UNIT.binary_conv; with --outputs the modules' outputs too. With --tap one
array alone is written, float32 (C, H, W): a module's output, or UNIT.signs or UNIT.sums. With --module one unit or float
convolution alone is run, INPUT.npy being what it is given. A fault is in every unit or in
the one that is named, and what follows is computed from the wrong sums.
"""
import argparse
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../Examples/numpy_port"))
import port  # noqa: E402


def patches(plane, border):
    """The plane (C, H, W) as its nine taps see it: (9, C, H, W)."""
    channels, height, width = plane.shape
    if isinstance(border, str):
        padded = np.pad(plane, [(0, 0), (1, 1), (1, 1)], mode="edge")
    else:
        padded = np.empty((channels, height + 2, width + 2), plane.dtype)
        padded[:] = np.reshape(border, (-1, 1, 1))
        padded[:, 1:-1, 1:-1] = plane
    return np.stack([padded[:, r:r + height, c:c + width] for r in range(3) for c in range(3)])


# Where sums (C, H, W) are written that are right themselves.
MOVES = {
    "dumped-upside-down": lambda sums: sums[:, ::-1],
    "dumped-mirrored": lambda sums: sums[:, :, ::-1],
    "dumped-transposed": lambda sums: sums.transpose(0, 2, 1),
    "dumped-turned-left": lambda sums: np.rot90(sums, 1, (1, 2)),
    "dumped-a-pixel-late": lambda sums: np.roll(sums.reshape(len(sums), -1), 1, 1).reshape(sums.shape),
    "dumped-a-row-early": lambda sums: np.roll(sums, -1, 1),
    "dumped-in-lanes": lambda sums: sums.reshape(-1, 8, *sums.shape[1:]).swapaxes(0, 1).reshape(sums.shape),
    "dumped-in-reversed-words": lambda sums: sums.reshape(-1, 16, *sums.shape[1:])[:, ::-1].reshape(sums.shape),
}


class FaultyNetwork(port.Network):
    def __init__(self, path, fault, dtype, unit=None):
        super().__init__(path)
        self.faults = fault.split("+")
        self.dtype = dtype
        self.only = unit
        self.accumulators = {}
        self.inside = {}
        if fault == "k-other":
            self.k = np.float32(20)
        if fault == "leaky-slope":
            port.leaky_relu = lambda x: np.where(x > 0, x, np.float32(0.01) * x)
        if fault == "skip-nearest":
            port.bilinear = lambda x, factor: x.repeat(factor, 1).repeat(factor, 2)

    def weights(self, prefix, inputs):
        """The signs of a unit's weights, (outputs, 9, inputs)."""
        signs = self.tensor(prefix + ".binary_conv.signs")
        bits = np.unpackbits(signs, axis=3, bitorder="little")[..., :inputs]
        w = (bits.astype(np.int32) * 2 - 1).reshape(signs.shape[0], 9, inputs)
        filters = self.tensor(prefix + ".binary_conv.filters_with_zeros")
        if filters is not None:
            nonzero = np.unpackbits(self.tensor(prefix + ".binary_conv.nonzero"), axis=3, bitorder="little")
            w[filters] *= nonzero[..., :inputs].reshape(len(filters), 9, inputs)
        return w

    def sums(self, prefix, a):
        faults = self.faults if self.only in (None, prefix) else []
        b = self.tensor(prefix + ".move0.bias")[0]
        if "shift-missing" in faults:
            a = a - b
        s = np.sign(a).astype(np.int32)
        inputs = s.shape[0]
        w = self.weights(prefix, inputs)
        if "weight-flipped" in faults:
            # One weight of the file, as a fault of memory leaves it.
            w[3, 4, 5] = -w[3, 4, 5]
        square = w.reshape(len(w), 3, 3, inputs)
        if "kernel-rotated" in faults:
            w = square[:, ::-1, ::-1].reshape(w.shape)
        if "kernel-transposed" in faults:
            w = square.transpose(0, 2, 1, 3).reshape(w.shape)
        if "channels-transposed" in faults and len(w) == inputs:
            w = w.transpose(2, 1, 0)
        if "bits-inverted" in faults:
            w = -w
        if "bits-reversed" in faults:
            w = w.reshape(len(w), 9, inputs // 8, 8)[..., ::-1].reshape(w.shape)
        if "swapped-halves" in faults:
            w = np.roll(w, inputs // 2, axis=2)
        borders = {"padding-minus-one": -1, "padding-plus-one": 1, "padding-edge": "edge"}
        border = next((borders[fault] for fault in faults if fault in borders), 0)
        if "padding-before-shift" in faults:
            border = np.sign(b[:, 0, 0]).astype(np.int32)
        seen = patches(s, border)
        rows = np.arange(s.shape[1])
        if "rows-in-tiles" in faults:
            # Tiles of 8 rows without the row beside them: zeros stand for it.
            seen = seen.reshape(3, 3, *s.shape).copy()
            seen[0][:, :, rows % 8 == 0] = 0
            seen[2][:, :, rows % 8 == 7] = 0
            seen = seen.reshape(9, *s.shape)
        if "line-buffer-of-8" in faults:
            # A buffer of 8 rows that has wrapped too early: the row below is the one 8 rows before it.
            seen = seen.reshape(3, 3, *s.shape).copy()
            late = rows[(rows >= 7) & (rows + 1 < s.shape[1])]
            seen[2][:, :, late] = seen[1][:, :, late - 7]
            seen = seen.reshape(9, *s.shape)
        equal = np.einsum("oti,tihw->ohw", (w > 0).astype(np.int32), (seen > 0).astype(np.int32))
        equal += np.einsum("oti,tihw->ohw", (w < 0).astype(np.int32), (seen < 0).astype(np.int32))
        count = np.einsum("oti,tihw->ohw", abs(w), abs(seen))
        inside = patches(np.ones((1,) + s.shape[1:], np.int32), 0).sum((0, 1))
        total = 2 * equal - count
        everything = 9 * inputs
        tail = 64 - inputs % 64 if inputs % 64 else 0
        made = {
            "popcount-unscaled": lambda: equal,
            "popcount-less-count": lambda: equal - count,
            "popcount-of-xor": lambda: count - equal,
            "border-count-unmasked": lambda: 2 * equal - everything,
            "border-count-equal": lambda: 2 * (equal + everything - count) - everything,
            "tail-bits-unmasked": lambda: total + tail * inside,
            "tail-bits-twice": lambda: total + 2 * tail * inside,
            "accumulator-wraps": lambda: total.astype(np.int8).astype(np.int32),
            "accumulator-saturates": lambda: np.clip(total, -128, 127),
            "accumulator-clipped": lambda: np.clip(total, -127, 127),
        }
        total = next((made[fault]() for fault in faults if fault in made), total)
        if "third-column" in faults:
            total[:, :, ::3] += 2
        if "not-a-number" in faults:
            total = total.astype(np.float32)
            total[2, 1, 3] = np.nan
        self.accumulators[prefix + ".binary_conv"] = self.stored(prefix, total)
        self.inside.update({prefix + ".signs": s, prefix + ".sums": total})
        return total

    def epilogue(self):
        """Faults of what follows the sums, in every unit or in the one that is named."""
        for name, values in self.tensors.items():
            if self.only is not None and not name.startswith(self.only + "."):
                continue
            if "slope-shared" in self.faults and name.endswith("pr_prelu.weight"):
                self.tensors[name] = np.full_like(values, values.reshape(-1)[0])
            if "second-bias-missing" in self.faults and name.endswith("pr_bias1.bias"):
                self.tensors[name] = np.zeros_like(values)

    def module(self, name, x):
        """One module on what it is given."""
        if self.tensor(name + ".weight") is not None:
            return self.convolution(name, x)
        grown = len(self.tensor(name + ".binary_conv.signs")) // len(x)
        return self.unit(name, x, round(grown**0.5))

    def stored(self, prefix, total):
        """The sums as the dump has them."""
        if "dumped-zeros" in self.faults:
            total = np.zeros_like(total)
        if "dumped-in-int8" in self.faults:
            total = total.astype(np.int8)
        for name, move in MOVES.items():
            if name in self.faults:
                total = move(total)
        if "one-off-by-two" in self.faults and prefix == self.only:
            total = total.copy()
            # The sum stays within its bound.
            total[10, 1, 1] -= 2 * np.sign(total[10, 1, 1]) if total[10, 1, 1] else 2
        if "byte-order" in self.faults:
            return total.astype(np.int16).byteswap()
        if "scaled" in self.faults:
            return (total * self.tensor(prefix + ".binary_conv.alpha")[:, None, None]).astype(np.float32)
        if "noise" in self.faults:
            # Two more or less, which keeps bound and parity, in one sum of fifty.
            noise = np.random.default_rng(len(self.accumulators)).integers(0, 50, total.shape)
            return (total + 2 * (noise == 0) * -np.sign(total)).astype(self.dtype)
        return total.astype(self.dtype)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("input")
    parser.add_argument("dump")
    parser.add_argument("--fault", default="")
    parser.add_argument("--dtype", default="int16")
    parser.add_argument("--nhwc", action="store_true")
    parser.add_argument("--outputs", action="store_true")
    parser.add_argument("--pad-channels", type=int, default=0)
    parser.add_argument("--slope", type=float, help="another slope in every RPReLU")
    parser.add_argument("--unit", help="the unit that the fault is in")
    parser.add_argument("--exchange", nargs=2, help="two units whose sums get each other's names")
    parser.add_argument("--copy", nargs=2, help="a unit whose sums another's array holds too")
    parser.add_argument("--only", nargs="+", help="the units whose sums are dumped")
    parser.add_argument("--tap", help="write this tap alone")
    parser.add_argument("--module", help="run this module alone")
    options = parser.parse_args()
    network = FaultyNetwork(options.model, options.fault, options.dtype, options.unit)
    if options.slope is not None:
        for name, values in network.tensors.items():
            if name.endswith("pr_prelu.weight"):
                network.tensors[name] = np.full_like(values, options.slope)
    network.epilogue()
    image = np.load(options.input).astype(np.float32)
    if "input-upside-down" in network.faults:
        image = image[..., ::-1, :]
    if options.module:
        np.save(options.dump, network.module(options.module, image))
        return
    network.run(image[0] if image.ndim == 4 else image)
    if options.tap:
        taps = {name: values[0] for name, values in network.taps.items()} | network.inside
        np.save(options.dump, taps[options.tap].astype(np.float32))
        return
    arrays = {}
    for name, sums in network.accumulators.items():
        if options.pad_channels:
            rest = -len(sums) % options.pad_channels
            sums = np.concatenate([sums, np.full((rest,) + sums.shape[1:], 7, sums.dtype)])
        arrays[name] = (sums.transpose(1, 2, 0) if options.nhwc else sums)[None]
    if options.only:
        arrays = {name: arrays[name] for name in (unit + ".binary_conv" for unit in options.only)}
    if options.exchange:
        first, second = (name + ".binary_conv" for name in options.exchange)
        arrays[first], arrays[second] = arrays[second], arrays[first]
    if options.copy:
        source, target = (name + ".binary_conv" for name in options.copy)
        arrays[target] = arrays[source]
    if options.outputs:
        arrays.update(network.taps)
    np.savez(options.dump, **arrays)


if __name__ == "__main__":
    main()
