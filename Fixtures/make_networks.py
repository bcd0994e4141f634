"""Makes everything in Fixtures/networks/: small checkpoints of every family, inputs, and PyTorch's own outputs.

    python3 -m venv venv && venv/bin/pip install torch numpy
    venv/bin/python Fixtures/make_networks.py            # all
    venv/bin/python Fixtures/make_networks.py bbcum_x4   # some; their entries in index.json are replaced

Run by hand, not in CI. Every network has its own seed, taken from its name, so one can be made again alone.
Before it writes anything it checks the definitions in networks.py against the published tensor counts and key order.
"""

import collections
import hashlib
import io
import json
import pathlib
import sys
import zipfile
import zlib

import numpy as np
import torch
from torch import nn

from networks import BBCUL, BBCUM, INSIDE, DnCNN, set_form, trace, units

HERE = pathlib.Path(__file__).parent
OUT = HERE / "networks"
BOTH = ("published32", "exact64")
ALL = ("published32", "exact32", "exact64")
U32 = 2.0**-24  # the unit roundoff of float32


# --- networks ---------------------------------------------------------------------------------------------------


def build(family, features, blocks, upscale=1, channels=3, k=None):
    k = 130 * features / 64 if k is None else k
    if family == "bbcu-l":
        return BBCUL(channels, channels, features, blocks, upscale, k)
    if family == "bbcu-m":
        return BBCUM(channels, channels, features, blocks, upscale, k)
    return DnCNN(channels, channels, features, blocks, k, bias=family == "bbcu-deblock")


def uniform(g, shape, bound):
    return (torch.rand(shape, generator=g) * 2 - 1) * bound


def odd_multiples(w, grid):
    """Rounds to odd multiples of `grid`: few distinct values, so a file of them compresses, and never zero."""
    return (2 * torch.floor(w / (2 * grid)) + 1) * grid


def fill(net, g, grid=None, trained=True):
    """Random parameters: latent weights U(-0.1, 0.1), and, unless `trained` is false, shifts and slopes that
    differ by channel. Untrained units keep what the classes start with: no shifts, slopes 0.25."""
    with torch.no_grad():
        for key, p in net.named_parameters():
            if key.endswith("binary_conv.weight"):
                w = uniform(g, p.shape, 0.1)
                p.copy_(odd_multiples(w, grid) if grid else w)
            elif ".relu." not in key and "move0" not in key:  # float convolutions, and the biases of binary ones
                p.copy_(uniform(g, p.shape, 0.1))
            elif trained and "pr_prelu" in key:
                p.copy_(0.25 + 0.3 * torch.randn(p.shape, generator=g))  # some negative, some above 1
            elif trained and "pr_bias" in key:
                p.copy_(0.3 * torch.randn(p.shape, generator=g))


def mix_signs(net, x, g):
    """Sets every move0.bias to about minus its channel's mean on `x`, so that both signs occur everywhere.
    Rounded to multiples of 2^-8, so that the values do not depend on the machine's last bits."""

    def before(move0, args):
        (a,) = args
        spread = 0.3 * a.std((0, 2, 3), keepdim=True) * torch.randn(move0.bias.shape, generator=g)
        move0.bias.data.copy_(torch.round((spread - a.mean((0, 2, 3), keepdim=True)) * 256) / 256)

    handles = [unit.move0.register_forward_pre_hook(before) for _, unit in units(net)]
    with torch.no_grad():
        set_form(net, "exact")(x)
    for handle in handles:
        handle.remove()


def place_flip(net, x, name):
    """Moves one shift of unit `name` so that one sign of the float32 run differs from the float64 run by rounding
    alone: -b becomes the float64 value at some place, rounded to float32."""
    state = {key: t.clone() for key, t in net.state_dict().items()}
    bias = state[f"{name}.move0.bias"]
    values, start = run(net, state, x, "exact64")[f"{name}.move0"] - bias.double(), bias.clone()
    for _, channel, row, column in np.ndindex(values.shape):
        bias.copy_(start)[0, channel] = -values[0, channel, row, column].float()
        if compare(net, *(run(net, state, x, form) for form in BOTH))["flips"][name] == 1:
            return
    raise AssertionError("no place gives one flip")


def check_against_spec():
    """Tensor and value counts at true size, and the order of the keys."""
    for family, blocks, upscale, channels, tensors, values in (
        ("bbcu-l", 16, 4, 3, 170, 1_523_715),
        ("bbcu-m", 16, 4, 3, 179, 1_525_059),
        ("bbcu-denoise", 20, 1, 3, 92, 671_616),
        ("bbcu-deblock", 20, 1, 1, 112, 670_529),
    ):
        state = build(family, 64, blocks, upscale, channels).state_dict()
        found = len(state), sum(t.numel() for t in state.values())
        assert found == (tensors, values), (family, found)
        bias = family == "bbcu-deblock"
        inner = ["move0.bias", "binary_conv.weight", *["binary_conv.bias"] * bias]
        inner += ["relu.pr_bias0.bias", "relu.pr_prelu.weight", "relu.pr_bias1.bias"]

        def unit(prefix):
            return [f"{prefix}.{key}" for key in inner]

        def conv(prefix, bias=True):
            return [f"{prefix}.{key}" for key in ("weight", "bias")[: 1 + bias]]

        if upscale == 1:
            keys = conv("model.0", bias) + sum((unit(f"model.{i}") for i in range(2, blocks)), [])
            keys += conv(f"model.{blocks}", bias)
        else:
            tail = unit if family == "bbcu-m" else conv
            keys = conv("conv_first") + sum((unit(f"body.{i}.body.{j}") for i in range(blocks) for j in (0, 1)), [])
            keys += tail("upconv1") + tail("upconv2") + tail("conv_hr") + conv("conv_last")
        assert list(state) == keys, family


# --- traces -----------------------------------------------------------------------------------------------------


def run(net, state, x, form):
    """The trace of one form: published32, exact32 or exact64 (parameters, alpha and input in float64)."""
    net.load_state_dict(state)
    net.to(torch.float64 if form.endswith("64") else torch.float32)
    taps = trace(set_form(net, form[:-2]), x.to(next(net.parameters()).dtype))
    net.float()
    return taps


def check_units(net, state, taps32):
    """Published against exact form on identical signs: every binary convolution of the float32 run must lie
    within its filter's residue and the rounding of a sum of that many terms. Returns the largest share of it."""
    net.load_state_dict(state)
    set_form(net, "exact")
    worst = 0.0
    for name, unit in units(net):
        conv = unit.binary_conv
        with torch.no_grad():
            residue = (conv.published_weight().double() - conv.exact_weight().double()).abs().sum((1, 2, 3))
            alpha = conv.weight.double().abs().mean((1, 2, 3))
            terms = conv.weight[0].numel() + 3
            signs = taps32[f"{name}.binary_activation"].double()
            assert set(signs.unique().tolist()) <= {-1.0, 0.0, 1.0}, name  # the activation leaves no residue
            conv.double()
            exact = conv(signs)
            conv.float()
        offset = conv.bias.detach().double().abs() if conv.bias is not None else 0.0
        bound = residue + terms * U32 * (alpha * terms + offset)
        share = (taps32[f"{name}.binary_conv"].double() - exact).abs().amax((0, 2, 3)) / bound
        worst = max(worst, share.max().item())
    assert worst <= 1, worst
    return worst


def compare(net, published, exact):
    """Flips per unit between two runs, exact zeros met, and how far the modules before the first flip differ."""
    flips, zeros, margins, worst, at, agree = {}, {}, [], 0.0, None, True
    unit_names = {name for name, _ in units(net)}
    for name, truth in exact.items():
        owner, _, part = name.rpartition(".")
        if part == "binary_activation" and owner in unit_names:
            differ = torch.sign(published[name]).double() != torch.sign(truth)
            flips[owner], zeros[owner] = int(differ.sum()), int((truth == 0).sum())
            margins += exact[f"{owner}.move0"][differ].abs().tolist()
            agree = agree and not differ.any()
        if agree:
            difference = ((published[name].double() - truth).abs().max() / truth.abs().max().clamp_min(1e-300)).item()
            worst, at = max((worst, at or name), (difference, name))
    modules = list(exact)
    return {
        "flips": flips,
        "total_flips": sum(flips.values()),
        "largest_flip_margin": max(margins, default=None),
        "exact_zeros": {name: count for name, count in zeros.items() if count},
        "max_relative_difference_before_first_flip": worst,
        "at": at,
        "modules_before_first_flip": len(modules) if agree else first_flipped(modules, flips),
        "modules": len(modules),
    }


def first_flipped(modules, flips):
    return modules.index(next(name for name, count in flips.items() if count) + ".binary_activation")


def save_npz(path, taps, inside):
    """Stored, unless compression saves more than a megabyte. Entries are in the order of execution. The modules
    within a unit are kept only for the units named by `inside`, or for all where it is None."""
    arrays = {}
    for name, tap in taps.items():
        owner, _, part = name.rpartition(".")
        if inside is None or part not in INSIDE or owner in inside:
            arrays[name] = tap.numpy()
    stored, packed = io.BytesIO(), io.BytesIO()
    np.savez(stored, **arrays)
    np.savez_compressed(packed, **arrays)
    smaller = packed if stored.tell() - packed.tell() > 1 << 20 else stored
    path.write_bytes(smaller.getvalue())


# --- checkpoints ------------------------------------------------------------------------------------------------


def save_checkpoint(path, value, deflate=False):
    """torch.save; with `deflate` the same archive with its entries deflated, which PyTorch reads too."""
    torch.save(value, path)
    if deflate:
        with zipfile.ZipFile(path) as archive:
            entries = [(info.filename, archive.read(info)) for info in archive.infolist()]
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, data in entries:
                archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    torch.load(path, weights_only=True)


def png_crop(path, row, column, size):
    """A (1, 3, size, size) float32 crop in [0, 1] of an 8-bit RGB PNG without interlacing."""
    data, position, packed = path.read_bytes(), 8, b""
    while position < len(data):
        length, kind = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8]
        chunk = data[position + 8 : position + 8 + length]
        if kind == b"IHDR":
            width, height = int.from_bytes(chunk[:4], "big"), int.from_bytes(chunk[4:8], "big")
            assert chunk[8:] == bytes([8, 2, 0, 0, 0]), "expected 8-bit RGB, not interlaced"
        packed += chunk if kind == b"IDAT" else b""
        position += length + 12
    raw, stride = zlib.decompress(packed), 3 * width
    above, rows = [0] * (stride + 3), []
    for y in range(height):
        kind, line = raw[y * (stride + 1)], raw[y * (stride + 1) + 1 : (y + 1) * (stride + 1)]
        current = [0] * (stride + 3)  # three zeros to the left of the first pixel
        for i, value in enumerate(line, 3):
            a, b, c = current[i - 3], above[i], above[i - 3]
            paeth = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            current[i] = (value + (0, a, b, (a + b) // 2, paeth)[kind]) & 255
        above = current
        rows.append(current[3:])
    image = np.array(rows, np.float32).reshape(height, width, 3)[row : row + size, column : column + size]
    return torch.from_numpy((image / np.float32(255)).transpose(2, 0, 1)[None].copy())


# --- the list ---------------------------------------------------------------------------------------------------

Recipe = collections.namedtuple(
    "Recipe", "family features blocks upscale channels size forms save grid deflate inside note",
    defaults=(1, 3, (7, 5), BOTH, "params", None, False, None, ""),
)  # fmt: skip

RECIPES = {
    "bbcul_x2": Recipe("bbcu-l", 8, 2, 2, forms=ALL),
    "bbcul_x3": Recipe("bbcu-l", 8, 2, 3, size=(5, 3)),
    "bbcul_x4": Recipe("bbcu-l", 8, 2, 4, size=(3, 5)),
    "bbcum_x2": Recipe("bbcu-m", 8, 2, 2, forms=ALL),
    "bbcum_x3": Recipe("bbcu-m", 8, 2, 3, size=(5, 3)),
    "bbcum_x4": Recipe("bbcu-m", 8, 2, 4, size=(3, 5)),
    "denoise": Recipe("bbcu-denoise", 8, 4, size=(9, 7), save="bare", forms=ALL),
    "deblock": Recipe("bbcu-deblock", 8, 4, channels=1, size=(9, 7), save="bare", forms=ALL),
    "bbcul_gray": Recipe("bbcu-l", 8, 2, 2, channels=1, note="one input and one output channel"),
    "bbcum_w16": Recipe("bbcu-m", 16, 1, 2, size=(3, 4), forms=("published32", "exact64"), note="one byte's multiple; integer sums are solved fast"),
    "bbcum_w48": Recipe("bbcu-m", 48, 1, 2, size=(3, 4), grid=2**-6, deflate=True, note="width below one word"),
    "bbcum_w100": Recipe("bbcu-m", 100, 1, 2, size=(3, 2), grid=2**-6, deflate=True, note="between one word and two"),
    "bbcum_w130": Recipe("bbcu-m", 130, 1, 2, size=(2, 3), grid=2**-6, deflate=True, note="two words and two bits"),
    "denoise_untrained": Recipe(
        "bbcu-denoise", 64, 5, size=(8, 7), save="bare", grid=2**-6, deflate=True,
        note="no shifts: the first ReLU's exact zeros meet sign(0) = 0; the input's black 7 x 6 corner keeps them"),
    "denoise_zeros": Recipe(
        "bbcu-denoise", 8, 5, size=(8, 7), save="bare",
        note="as denoise_untrained, but every alpha is 1/16: sums have no rounding, in any order and in either form"),
    "zero_weights": Recipe("bbcu-m", 8, 2, 2, size=(5, 4), note="about one binary weight in twenty is exactly 0"),
    "one_flip": Recipe("bbcu-m", 8, 2, 2, note="one sign at body.0.body.1 differs by rounding, and what follows from it"),
    "ema": Recipe("bbcu-m", 8, 1, 2, size=(5, 4), save="ema", note="params and params_ema, with different values"),
    "module_prefix": Recipe("bbcu-l", 8, 1, 2, size=(5, 4), save="module", note="saved from inside DataParallel"),
    "half": Recipe("bbcu-m", 8, 1, 2, size=(5, 4), save="half", note="float16; traces are of its values in float32"),
    "nan": Recipe("bbcu-m", 8, 1, 2, size=(5, 4), forms=(), save="nan", note="one NaN; no traces"),
    "bbcum_x4_full": Recipe(
        "bbcu-m", 64, 16, 4, size=(3, 4), grid=2**-7, deflate=True, inside=("body.0.body.0",), note="true size"),
    "trained": Recipe(
        "bbcu-m", 64, 16, 2, size=(7, 7), save="given", inside=("body.0.body.0",),
        note="really trained; the input is rows 30..36, columns 104..110 of chelsea_320x180.png"),
}  # fmt: skip


def make(name, recipe):
    g = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    net = build(recipe.family, recipe.features, recipe.blocks, recipe.upscale, recipe.channels)
    checkpoint, states, extra = folder / "checkpoint.pth", {"": None}, {}
    x = torch.rand((1, recipe.channels, *recipe.size), generator=g)

    if recipe.save == "given":
        checkpoint = HERE / "bbcum_x2_trained.pth"
        x = png_crop(HERE / "chelsea_320x180.png", 30, 104, 7)
        states[""] = torch.load(checkpoint, weights_only=True)["params"]
    else:
        untrained = name in ("denoise_untrained", "denoise_zeros")
        fill(net, g, recipe.grid, trained=not untrained)
        if untrained:
            x[:, :, :7, :6] = 0
        if name == "denoise_zeros":  # magnitudes 1/32, 2/32, 3/32 in each row: every mean is exact
            for _, unit in units(net):
                w = unit.binary_conv.weight.data
                w.copy_(torch.where(w < 0, -1.0, 1.0) * torch.tensor([1.0, 2.0, 3.0]) / 32)
        if name == "zero_weights":
            for _, unit in units(net):
                w = unit.binary_conv.weight.data
                w[torch.rand(w.shape, generator=g) < 0.05] = 0
                assert w.abs().sum((1, 2, 3)).min() > 0
        if not untrained:
            mix_signs(net, x, g)
        if name == "one_flip":
            place_flip(net, x, "body.0.body.1")
        state = states[""] = {key: t.clone() for key, t in net.state_dict().items()}
        saved = {"params": net.state_dict()}
        if recipe.save == "bare":
            saved = net.state_dict()
        elif recipe.save == "module":
            saved = {"params": nn.DataParallel(net).state_dict()}
        elif recipe.save == "ema":
            other = build(recipe.family, recipe.features, recipe.blocks, recipe.upscale, recipe.channels)
            other.load_state_dict({key: t + uniform(g, t.shape, 0.01) for key, t in state.items()})
            states["_ema"] = {key: t.clone() for key, t in other.state_dict().items()}
            saved["params_ema"] = other.state_dict()
        elif recipe.save == "half":
            saved = {"params": net.half().state_dict()}
            states[""] = {key: t.float() for key, t in net.state_dict().items()}
            net.float()
        elif recipe.save == "nan":
            extra["non_finite"] = {"key": "body.0.body.1.binary_conv.weight", "index": [5, 2, 1, 0]}
            net.state_dict()[extra["non_finite"]["key"]][5, 2, 1, 0] = float("nan")
        save_checkpoint(checkpoint, saved, recipe.deflate)

    np.save(folder / "input.npy", x.numpy())
    for suffix, state in states.items():
        if not recipe.forms:
            break
        runs = {form: run(net, state, x, form) for form in recipe.forms}
        for form, taps in runs.items():
            assert all(torch.isfinite(tap).all() for tap in taps.values()), name
            save_npz(folder / f"{form}{suffix}.npz", taps, recipe.inside)
        extra["published32_vs_exact64" + suffix] = compare(net, runs["published32"], runs["exact64"])
        share = check_units(net, state, runs["published32"])
        found = extra["published32_vs_exact64" + suffix]
        print(f"{name + suffix:18} flips {found['total_flips']:3}  relative difference "
              f"{found['max_relative_difference_before_first_flip']:.2e} at {found['at']} "
              f"({found['modules_before_first_flip']} of {found['modules']} modules), share of bound {share:.3f}")

    files = [checkpoint] + sorted(set(folder.iterdir()) - {checkpoint})
    return {
        "name": name,
        "note": recipe.note,
        "family": recipe.family,
        "input_channels": recipe.channels,
        "output_channels": recipe.channels,
        "features": recipe.features,
        "blocks": recipe.blocks,
        "upscale": recipe.upscale,
        "bias": recipe.family == "bbcu-deblock",
        "k": net.k,
        "units": len(units(net)),
        "root": "" if recipe.save == "bare" else "params",
        "prefix": "module." if recipe.save == "module" else "",
        "inside": "all" if recipe.inside is None else recipe.inside,
        **extra,
        "files": [
            {"path": str(f.relative_to(HERE)), "bytes": f.stat().st_size,
             "sha256": hashlib.sha256(f.read_bytes()).hexdigest()} for f in files
        ],
    }  # fmt: skip


def main(names):
    torch.set_num_threads(1)
    check_against_spec()
    OUT.mkdir(exist_ok=True)
    index = OUT / "index.json"
    entries = {e["name"]: e for e in json.loads(index.read_text())["networks"]} if index.exists() else {}
    for name in names or RECIPES:
        entries[name] = make(name, RECIPES[name])
    made = {"torch": torch.__version__, "numpy": np.__version__}
    ordered = [entries[name] for name in RECIPES if name in entries]
    index.write_text(json.dumps({"made_with": made, "networks": ordered}, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
