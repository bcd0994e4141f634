#!/usr/bin/env python3
"""Makes Fixtures/images/restored: what restoring some of the images here must give, computed by PyTorch and NumPy.

Run by hand, after make_jpegs.py: python3 -m venv venv && venv/bin/pip install torch numpy pillow
                                  venv/bin/python Fixtures/make_restored.py
Made with PyTorch 2.15.0, NumPy 2.4.6 and Pillow 13.0.0.
"""

import json
import pathlib

import numpy
import PIL.Image
import torch

from networks import DnCNN, set_form

FIXTURES = pathlib.Path(__file__).parent
FOLDER = FIXTURES / "images" / "restored"
# Studio luma and chroma of RGB in 0...255 (ITU-R BT.601, the coefficients of MATLAB's rgb2ycbcr).
MATRIX = numpy.array([[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]]) / 255
OFFSET = numpy.array([16.0, 128.0, 128.0])


def deblocker():
    net = DnCNN(1, 1, 8, 4, 16.25, bias=True)
    net.load_state_dict(torch.load(FIXTURES / "networks/deblock/checkpoint.pth"))
    return set_form(net, "exact").double()


def to_bytes(values):
    return numpy.rint(numpy.clip(values, 0, 255)).astype(numpy.uint8)


def deblock(name):
    """The luma of the decoded colours goes through the network, the chroma stays."""
    decoded = numpy.asarray(PIL.Image.open(FIXTURES / f"images/jpeg/{name}.png")).astype(float)
    colours = decoded if decoded.ndim == 3 else numpy.stack([decoded] * 3, axis=-1)
    parts = colours @ MATRIX.T + OFFSET
    with torch.no_grad():
        luma = deblocker()(torch.from_numpy(parts[..., 0] / 255)[None, None])[0, 0].numpy() * 255
    parts[..., 0] = luma
    restored = (parts - OFFSET) @ numpy.linalg.inv(MATRIX).T
    restored = restored if decoded.ndim == 3 else restored[..., 1]
    clipped = numpy.mean((restored < 0) | (restored > 255))
    print(f"{name}: luma changed by {numpy.abs(luma - (colours @ MATRIX.T + OFFSET)[..., 0]).mean():.2f} on average,",
          f"{clipped:.1%} clipped")
    PIL.Image.fromarray(to_bytes(restored)).save(FOLDER / f"deblocked_{name}.png", optimize=True)


def alpha(name, factor):
    """The alpha channel of a fixture, enlarged."""
    image = next(i for i in json.loads((FIXTURES / "images/expected.json").read_text()) if i["file"] == name + ".png")
    shape = image["height"], image["width"], image["channels"]
    stored = numpy.array(image["samples"], dtype=float).reshape(shape)[..., -1]
    larger = torch.nn.functional.interpolate(
        torch.from_numpy(stored)[None, None], scale_factor=factor, mode="bilinear", align_corners=False)[0, 0].numpy()
    kind = numpy.uint16 if image["bit_depth"] == 16 else numpy.uint8
    PIL.Image.fromarray(numpy.rint(larger).astype(kind)).save(FOLDER / f"alpha_{name}_x{factor}.png")


def main():
    FOLDER.mkdir(exist_ok=True)
    for name in ("colour_420", "grey_10"):
        deblock(name)
    for name in ("rgba_8", "grey_alpha_16", "palette_8_clear"):
        for factor in (2, 3, 4):
            alpha(name, factor)


if __name__ == "__main__":
    main()
