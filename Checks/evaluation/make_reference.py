#!/usr/bin/env python3
"""Makes Fixtures/evaluation: small originals, what the published code makes of them, and how it scores them.

Run by hand, with NumPy, OpenCV and PyTorch:

    python3 -m venv venv && venv/bin/pip install numpy opencv-python-headless torch
    venv/bin/python Checks/evaluation/make_reference.py
"""

import json
import pathlib
import shutil
import sys

import cv2
import numpy as np
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "Fixtures"
FOLDER = FIXTURES / "evaluation"
sys.path += [str(FIXTURES), str(pathlib.Path(__file__).parent)]

import networks  # noqa: E402
import published  # noqa: E402

SCALES, SIGMAS, QUALITIES = (2, 3, 4), (15, 25, 50), (10, 20, 30, 40)

# The networks whose results on the originals are scored: small ones with PyTorch's own weights.
NETWORKS = {"bbcum_x2": "sr", "bbcul_x3": "sr", "bbcum_x4": "sr", "denoise": "denoise", "deblock": "deblock"}


def save(path, image):
    """Writes RGB or grey as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = image[..., ::-1] if image.ndim == 3 else image
    assert cv2.imwrite(str(path), data, [cv2.IMWRITE_PNG_COMPRESSION, 9])


def photograph(name):
    return cv2.imread(str(FIXTURES / name), cv2.IMREAD_COLOR)[..., ::-1]


def originals():
    """Odd sizes, a grey one, sizes that no scale divides, one too small for SSIM, and a flat one."""
    cat, woman = photograph("chelsea_320x180.png"), photograph("astronaut_256x256.png")
    grey = cv2.cvtColor(np.ascontiguousarray(woman), cv2.COLOR_RGB2GRAY)
    return {
        "cat_37x29": cat[40:69, 100:137],
        "woman_50x43": woman[0:43, 80:130],
        "grey_35x26": grey[100:126, 60:95],
        "small_15x13": cat[90:103, 150:165],
        "flat_16x16": np.full((16, 16, 3), (200, 30, 90), np.uint8),
    }


def distorted(image):
    """The image blurred and shifted a little in its values; different, but not far."""
    blurred = cv2.GaussianBlur(np.ascontiguousarray(image), (3, 3), 0.8).astype(np.int32)
    rows, columns = np.indices(image.shape[:2])
    offset = ((rows * 7 + columns * 3) % 5 - 2)
    return np.clip(blurred + (offset[..., None] if image.ndim == 3 else offset), 0, 255).astype(np.uint8)


def colour(image):
    """As the published code reads an image: three channels, a grey one's all the same."""
    return image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)


def write_inputs(images):
    for name, image in images.items():
        image = colour(image)
        for r in SCALES:
            save(FOLDER / "inputs" / f"{name}x{r}.png", published.bicubic(published.cropped(image, r), r))
        x = published.noisy(image, 25)
        np.save(FOLDER / "inputs" / f"{name}_sigma25.npy", np.ascontiguousarray(x.transpose(2, 0, 1)))
        for quality in QUALITIES:
            save(FOLDER / "inputs" / f"{name}_quality{quality}.png", published.jpeg(published.luma8(image), quality))


def noise_hashes(images):
    """SHA-256 of the float32 bytes in (H, W, 3) at the other sigmas."""
    import hashlib

    return {
        name: {str(s): hashlib.sha256(published.noisy(colour(image), s).tobytes()).hexdigest() for s in SIGMAS}
        for name, image in images.items()
    }


def metric_rows(images):
    """Every protocol on each original and its distorted copy, and on the original with itself."""
    rows = []
    for name, image in images.items():
        first, second = colour(image), colour(distorted(image))
        for other, b in (("distorted", second), ("equal", first)):
            for r in SCALES:
                rows.append({"name": name, "other": other, "task": "sr", "setting": r,
                             **published.score("sr", first, b, r)})
            rows.append({"name": name, "other": other, "task": "denoise", "setting": 0,
                         **published.score("denoise", first, b)})
            rows.append({"name": name, "other": other, "task": "deblock", "setting": 0,
                         **published.score("deblock", published.luma8(first), published.luma8(b))})
    return rows


def network(name):
    recipe = next(x for x in json.loads((FIXTURES / "networks/index.json").read_text())["networks"]
                  if x["name"] == name)
    sizes = dict(k=recipe["k"])
    if recipe["family"] in ("bbcu-l", "bbcu-m"):
        kind = networks.BBCUL if recipe["family"] == "bbcu-l" else networks.BBCUM
        net = kind(recipe["input_channels"], recipe["output_channels"], recipe["features"], recipe["blocks"],
                   recipe["upscale"], **sizes)
    else:
        net = networks.DnCNN(recipe["input_channels"], recipe["output_channels"], recipe["features"],
                             recipe["blocks"], bias=recipe["bias"], **sizes)
    state = torch.load(FIXTURES / "networks" / name / "checkpoint.pth", weights_only=True)
    net.load_state_dict(state[recipe["root"]] if recipe["root"] else state)
    networks.set_form(net, "published")
    return net.eval(), recipe["upscale"]


def run(net, x):
    """A float32 (H, W, C) image through a network."""
    with torch.no_grad():
        y = net(torch.from_numpy(np.ascontiguousarray(x.transpose(2, 0, 1)))[None])
    return y[0].numpy().transpose(1, 2, 0)


def flips(x):
    """The eight flips and rotations, in the order in which they are summed."""
    for turned in (x, x.transpose(1, 0, 2)):
        for vertical in (turned, turned[::-1]):
            for horizontal in (vertical, vertical[:, ::-1]):
                yield np.ascontiguousarray(horizontal)


def unflip(y, index):
    if index & 1:
        y = y[:, ::-1]
    if index & 2:
        y = y[::-1]
    return y.transpose(1, 0, 2) if index & 4 else y


def ensemble(net, x):
    return sum(unflip(run(net, t), i) for i, t in enumerate(flips(x))) / np.float32(8)


def network_rows(images):
    """What PyTorch makes of the degraded originals, scored."""
    rows = []
    for name, task in NETWORKS.items():
        net, r = network(name)
        for image_name, image in images.items():
            image = colour(image)
            settings = {"sr": (r,), "denoise": SIGMAS, "deblock": QUALITIES}[task]
            for setting in settings:
                if task == "sr":
                    target = published.cropped(image, r)
                    low = published.bicubic(target, r, torch.float64).astype(np.float32) / np.float32(255)
                elif task == "denoise":
                    target, low = image, published.noisy(image, setting)
                else:
                    target = published.luma8(image)
                    low = (published.jpeg(target, setting).astype(np.float32) / np.float32(255))[..., None]
                for kind, y in (("plain", run(net, low)), ("ensemble", ensemble(net, low))):
                    out = published.to_uint8(y)
                    rows.append({"network": name, "name": image_name, "setting": setting, "kind": kind,
                                 **published.score(task, target, out[..., 0] if task == "deblock" else out, r)})
    return rows


def differing_roundings(images):
    """How many values of the bicubic inputs differ between float32 and float64, and by how much."""
    counts = {}
    images = images | {name[:-4]: photograph(name) for name in ("chelsea_320x180.png", "astronaut_256x256.png")}
    for name, image in images.items():
        for r in SCALES:
            target = published.cropped(colour(image), r)
            a, b = (published.bicubic(target, r, t).astype(int) for t in (torch.float32, torch.float64))
            counts[f"{name}x{r}"] = [int((a != b).sum()), int(np.abs(a - b).max()), int(a.size)]
    return counts


def main():
    torch.set_num_threads(1)
    images = originals()
    if FOLDER.exists():
        for part in ("originals", "distorted", "inputs"):
            shutil.rmtree(FOLDER / part, ignore_errors=True)
    for name, image in images.items():
        save(FOLDER / "originals" / f"{name}.png", image)
        save(FOLDER / "distorted" / f"{name}.png", distorted(image))
    write_inputs(images)
    document = {
        "made_with": {"numpy": np.__version__, "opencv": cv2.__version__, "torch": torch.__version__},
        "noise_sha256": noise_hashes(images),
        "metrics": metric_rows(images),
        "networks": network_rows(images),
        "bicubic_float32_against_float64": differing_roundings(images),
        "normal_seed_0": [float(x) for x in np.random.RandomState(0).normal(0, 1, 9)],
    }
    (FOLDER / "expected.json").write_text(json.dumps(document, indent=1, allow_nan=False) + "\n")


main()
