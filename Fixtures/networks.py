"""The BBCU networks in PyTorch, written from their description, with the official state-dict key names.

Every unit computes in one of two forms, chosen by `set_form`:

* "published": the training arithmetic of the published code, `sign(a) - g(a) + g(a)` for activations and
  `alpha sign(w) - clamp(w) + clamp(w)` for weights, left to right in the tensors' own precision;
* "exact": sign(a) and alpha sign(w) with nothing left over.

No module works in place, so what a forward hook sees is what the module returned.
"""

import torch
import torch.nn.functional as F
from torch import nn


def blend(mask, inside, outside):
    """`inside` where mask is true, else `outside`, by multiplication: an infinity in the branch that is
    not taken becomes NaN, as it does in the published code."""
    mask = mask.type(inside.dtype)
    return inside * mask + outside * (1 - mask)


def surrogate(a):
    """g(a), the piecewise quadratic stand-in for sign(a) whose slope training uses."""
    g = blend(a < -1, torch.full_like(a, -1.0), a * a + 2 * a)
    g = blend(a < 0, g, -a * a + 2 * a)
    return blend(a < 1, g, torch.ones_like(a))


class Shift(nn.Module):
    """One learned offset per channel."""

    def __init__(self, channels):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x):
        return x + self.bias.expand_as(x)


class BinaryActivation(nn.Module):
    form = "published"

    def forward(self, a):
        if self.form == "exact":
            return torch.sign(a)
        g = surrogate(a)
        return torch.sign(a) - g + g


class BinaryConv(nn.Module):
    """Convolution with alpha sign(w), alpha per filter the mean of |w|; zero padding, stride 1."""

    form = "published"

    def __init__(self, cin, cout, bias=False, kernel=3):
        super().__init__()
        self.padding = kernel // 2
        self.weight = nn.Parameter(torch.zeros(cout, cin, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(cout)) if bias else None

    def exact_weight(self):
        magnitude = self.weight.abs()
        for axis in (3, 2, 1):  # kw, then kh, then Cin: the published order of the means
            magnitude = magnitude.mean(axis, keepdim=True)
        return magnitude * torch.sign(self.weight)

    def published_weight(self):
        clamped = self.weight.clamp(-1, 1)
        return self.exact_weight() - clamped + clamped

    def forward(self, s):
        weight = self.exact_weight() if self.form == "exact" else self.published_weight()
        return F.conv2d(s, weight, self.bias, stride=1, padding=self.padding)


class RPReLU(nn.Module):
    """Shift, one slope per channel for what is not positive, shift."""

    def __init__(self, channels):
        super().__init__()
        self.pr_bias0 = Shift(channels)
        self.pr_prelu = nn.PReLU(channels)
        self.pr_bias1 = Shift(channels)

    def forward(self, y):
        return self.pr_bias1(self.pr_prelu(self.pr_bias0(y)))


class Unit(nn.Module):
    """The branch that BBCU-B and BBCU-U share; a subclass adds its shortcut."""

    def __init__(self, cin, cout, bias=False):
        super().__init__()
        self.move0 = Shift(cin)
        self.binary_activation = BinaryActivation()
        self.binary_conv = BinaryConv(cin, cout, bias)
        self.relu = RPReLU(cout)

    def branch(self, x):
        return self.relu(self.binary_conv(self.binary_activation(self.move0(x))))


class UnitB(Unit):
    """BBCU-B: C to C, identity shortcut."""

    def __init__(self, channels, bias=False):
        super().__init__(channels, channels, bias)

    def forward(self, x):
        return self.branch(x) + x


class UnitU(Unit):
    """BBCU-U: C to r*r*C, pixel-shuffled by r, plus the input nearest-upsampled by r."""

    def __init__(self, channels, r):
        super().__init__(channels, channels * r * r)
        self.r = r

    def forward(self, x):
        return F.pixel_shuffle(self.branch(x), self.r) + F.interpolate(x, scale_factor=self.r, mode="nearest")


class Block(nn.Module):
    """Two BBCU-B units in sequence."""

    def __init__(self, channels):
        super().__init__()
        self.body = nn.Sequential(UnitB(channels), UnitB(channels))

    def forward(self, x):
        return self.body(x)


def conv3(cin, cout, bias=True):
    return nn.Conv2d(cin, cout, 3, 1, 1, bias=bias)


class SuperResolution(nn.Module):
    """What BBCU-L and BBCU-M have in common: everything but the modules after the body."""

    def __init__(self, num_in_ch=3, num_out_ch=3, num_feat=64, num_block=16, upscale=4, k=1.0):
        super().__init__()
        self.k, self.upscale = k, upscale
        self.r = 2 if upscale == 4 else upscale
        self.conv_first = conv3(num_in_ch, num_feat)
        self.body = nn.Sequential(*(Block(num_feat) for _ in range(num_block)))
        self.upconv1 = self.make_upconv(num_feat)
        if upscale == 4:
            self.upconv2 = self.make_upconv(num_feat)
        self.conv_hr = self.make_conv_hr(num_feat)
        self.conv_last = conv3(num_feat, num_out_ch)

    def forward(self, x):
        x = x * self.k
        y = self.body(F.leaky_relu(self.conv_first(x), 0.1))
        y = self.up(self.upconv1, y)
        if self.upscale == 4:
            y = self.up(self.upconv2, y)
        y = self.conv_last(F.leaky_relu(self.conv_hr(y), 0.1))
        base = F.interpolate(x, scale_factor=self.upscale, mode="bilinear", align_corners=False)
        return (y + base) / self.k


class BBCUL(SuperResolution):
    """Float convolutions after the body."""

    def make_upconv(self, features):
        return conv3(features, features * self.r * self.r)

    def make_conv_hr(self, features):
        return conv3(features, features)

    def up(self, upconv, y):
        return F.leaky_relu(F.pixel_shuffle(upconv(y), self.r), 0.1)


class BBCUM(SuperResolution):
    """BBCU-U and BBCU-B after the body; only conv_first and conv_last are float."""

    def make_upconv(self, features):
        return UnitU(features, self.r)

    def make_conv_hr(self, features):
        return UnitB(features)

    def up(self, upconv, y):
        return upconv(y)


class DnCNN(nn.Module):
    """Denoising (bias=False) and JPEG deblocking (bias=True): the network predicts what to subtract."""

    def __init__(self, in_nc=3, out_nc=3, nc=64, nb=20, k=1.0, bias=False):
        super().__init__()
        self.k = k
        units = (UnitB(nc, bias) for _ in range(nb - 2))
        self.model = nn.Sequential(conv3(in_nc, nc, bias), nn.ReLU(), *units, conv3(nc, out_nc, bias))

    def forward(self, x):
        x = x * self.k
        return (x - self.model(x)) / self.k


def units(net):
    """(name, unit) in the order in which they run, which is the order of named_modules()."""
    return [(name, module) for name, module in net.named_modules() if isinstance(module, Unit)]


def set_form(net, form):
    for module in net.modules():
        if isinstance(module, (BinaryActivation, BinaryConv)):
            module.form = form
    return net


INSIDE = ("move0", "binary_activation", "binary_conv", "relu")


def traced_names(net):
    """What `bbcu trace --inside` writes: float convolutions, units, and the four modules of each unit."""
    names = []
    for name, module in net.named_modules():
        if isinstance(module, nn.Conv2d):
            names.append(name)
        elif isinstance(module, Unit):
            names += [name] + [f"{name}.{part}" for part in INSIDE]
    return names


def trace(net, x):
    """Runs the network; returns {module name: what it returned} plus `output`, in the order of execution."""
    taps, handles = {}, []

    def hook(name):
        return lambda module, args, result: taps.__setitem__(name, result.detach().clone())

    for name in traced_names(net):
        handles.append(net.get_submodule(name).register_forward_hook(hook(name)))
    with torch.no_grad():
        taps["output"] = net(x).clone()
    for handle in handles:
        handle.remove()
    return taps
