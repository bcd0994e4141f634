"""Writes Fixtures/differences/: two checkpoints, and what PyTorch and NumPy say of how they differ; run by hand.

a.pth, b.pth    {"net": tensors, "epoch": number}; a tensor's name says how B's follows from A's
expected.json   for every name that both have: the relation, and the measures where the shapes agree
"""

import json
import pathlib

import numpy
import torch

target = pathlib.Path(__file__).parent / "differences"
target.mkdir(exist_ok=True)
torch.manual_seed(20)
a, b, relations = {}, {}, {}


def add(name, first, second, **relation):
    a[name], b[name] = first.contiguous(), second.contiguous()
    relations[name] = relation or None


def random(*shape, dtype=torch.float32):
    return torch.randn(*shape, dtype=torch.float64).to(dtype)


def noisy(name, dtype, scale, *shape):
    values = random(*shape, dtype=dtype)
    add(name, values, values + (scale * random(*shape)).to(dtype))


noisy("noise.float64", torch.float64, 1e-9, 5, 7)
noisy("noise.float32", torch.float32, 1e-3, 3, 4, 5)
noisy("noise.float16", torch.float16, 1e-2, 40)
noisy("noise.bfloat16", torch.bfloat16, 0.5, 6, 6)
add("noise.int16", torch.randint(-999, 999, (4, 9)).to(torch.int16), torch.randint(-999, 999, (4, 9)).to(torch.int16))
add("noise.complex64", torch.randn(3, 3, dtype=torch.complex64), torch.randn(3, 3, dtype=torch.complex64))
add("noise.other_dtype", random(30), random(30, dtype=torch.float16))

large = random(16, 3, 3, 3)
add("offset.decimal", large, large + 0.1, kind="offset", c=0.1, ulps=0)
add("offset.float64", large.double(), large.double() - 0.3, kind="offset", c=-0.3, ulps=0)
add("offset.float16", large.half(), large.half() + 0.25, kind="offset", c=0.25, ulps=0)
add("offset.int64", torch.arange(-5, 5), torch.arange(-5, 5) + 2**40, kind="offset", c=2**40, ulps=0)
add("factor.decimal", large, large * 0.7, kind="factor", c=0.7, ulps=0)
add("factor.third", large, large / 3, kind="factor", ulps=0)
add("factor.bfloat16", large.bfloat16(), large.bfloat16() * 1.7, kind="factor", c=1.7, ulps=0)
add("factor.negated", large, -large, kind="factor", c=-1, ulps=0)
add("factor.int32", torch.arange(-5, 5).int(), torch.arange(-5, 5).int() * 3, kind="factor", c=3, ulps=0)
add("transposed.matrix", random(4, 6), a.setdefault("x", random(1)), kind="transposed", axes=[1, 0])
del a["x"]
b["transposed.matrix"] = a["transposed.matrix"].T.contiguous()
square = random(5, 5)
add("transposed.square", square, square.T, kind="transposed", axes=[1, 0])
add("transposed.kernel", large, large.permute(2, 3, 1, 0), kind="transposed", axes=[2, 3, 1, 0])
order = torch.randperm(16)
add("permuted.output", large, large[order], kind="permuted", axis=0, order=order.tolist())
wide = random(3, 16, 2)
add("permuted.input", wide, wide[:, order], kind="permuted", axis=1, order=order.tolist())
signs = torch.where(torch.rand(16, 3, 3, 3) < 0.3, -1.0, 1.0)
add("sign.flipped", large, large * signs, kind="sign_flipped", count=int((signs < 0).sum()))
binary = large.clone()
binary[0, 0, 0, 0] = 0
add("sign.of", binary, binary.sign(), kind="signs_of", of_zero=0)
add("reshaped", random(2, 6), a["noise.float32"], kind="reshaped")
b["reshaped"] = a["reshaped"].reshape(3, 4)

# Every halfway case of the smaller types, their neighbours, subnormal numbers, and what is beyond them.
patterns = torch.arange(-(2**15), 2**15, 37).to(torch.int16).view(torch.float16).double()
halfway = (patterns[1:] + patterns[:-1]) / 2
hard = torch.cat([patterns, halfway, halfway * (1 + 2**-20), halfway * (1 - 2**-20), random(50) * 1e-7])
small = torch.arange(0, 256, dtype=torch.int16).to(torch.uint8)
for kind in (torch.float8_e4m3fn, torch.float8_e5m2):
    values = small.view(kind).double()
    middle = (values[1:] + values[:-1]) / 2
    hard = torch.cat([hard, values, middle, middle * 1.001])
hard = torch.cat([hard, torch.tensor([65519.99, 65520, 3.4e38, -3.4e38, 464, 465, 57344, 61440, 2**-25, 2**-24])]).float()
for kind in (torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz,
             torch.float8_e5m2fnuz):
    name = str(kind).removeprefix("torch.")
    add("dtype." + name, hard, hard.to(kind), kind="rounded", dtype=name, through_float32=False)
for kind in (torch.float16, torch.bfloat16):
    name = str(kind).removeprefix("torch.")
    add("rounded." + name, hard, hard.to(kind).float(), kind="rounded", dtype=name, through_float32=False)
double = random(200, dtype=torch.float64)
add("dtype.float32", double, double.float(), kind="rounded", dtype="float32", through_float32=False)
double = torch.cat([double, torch.tensor([1 + 2**-11 + 2**-40], dtype=torch.float64)])
add("dtype.twice", double, double.half(), kind="rounded", dtype="float16", through_float32=True)
add("dtype.wider", random(9, dtype=torch.float16), random(9), kind="same_values")
b["dtype.wider"] = a["dtype.wider"].float()

special = torch.tensor([float("nan"), float("inf"), -float("inf"), 1.0, 0.0, float("nan"), float("inf"), 5.0])
add("special", special, torch.tensor([float("nan"), float("inf"), float("inf"), 2.0, -0.0, 3.0, 3.0, 5.0]))
add("equal", large, large.clone(), kind="equal")
a["old.name"] = random(7)
b["new.name"] = a["old.name"].clone()
a["gone"], b["added"] = random(2, 2), random(3)


def ordered(values):
    """Floating-point numbers as integers in the same order, as Python's own, which never overflow."""
    bits = 8 * values.element_size()
    patterns = values.view({16: torch.int16, 32: torch.int32, 64: torch.int64}[bits]).flatten().tolist()
    return [pattern if pattern >= 0 else -(pattern + 2 ** (bits - 1)) for pattern in patterns]


def measured(first, second):
    """The measures, by NumPy over whole arrays in float64."""
    is_complex = first.is_complex()
    ulps = None
    if is_complex:
        first, second = torch.view_as_real(first), torch.view_as_real(second)
    x, y = first.double().numpy(), second.double().numpy()
    finite = numpy.isfinite(x) & numpy.isfinite(y)
    if first.dtype == second.dtype and first.is_floating_point():
        distances = [abs(p - q) for p, q in zip(ordered(first), ordered(second))]
        ulps = max(d for d, use in zip(distances, finite.flatten()) if use)
    with numpy.errstate(all="ignore"):
        absolute = numpy.where(finite, abs(x - y), -1)
        larger = numpy.maximum(abs(x), abs(y))
        relative = numpy.where(finite, numpy.where(larger == 0, 0, absolute / larger), -1)
    index = numpy.unravel_index(absolute.argmax(), x.shape)
    p, q = x[finite], y[finite]
    return {
        "differing": int((~((x == y) & (numpy.signbit(x) == numpy.signbit(y)) | numpy.isnan(x) & numpy.isnan(y))).sum()),
        "max_abs": float(absolute.max()), "max_relative": float(relative.max()), "max_ulp": ulps,
        "index": [int(i) for i in (index[:-1] if is_complex else index)],
        "cosine": float(p @ q / numpy.sqrt((p @ p) * (q @ q))),
    }


expected = {}
for name in relations:
    expected[name] = {"relation": relations[name]}
    if a[name].shape == b[name].shape:
        expected[name]["measures"] = measured(a[name], b[name])
torch.save({"net": a, "epoch": 3}, target / "a.pth")
torch.save({"net": b, "epoch": 4}, target / "b.pth")
(target / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
print(len(hard), "hard values;", torch.__version__, numpy.__version__)
