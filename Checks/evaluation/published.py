"""How the published figures are measured, written from the description of the published test code.

Super-resolution follows BasicSR's arithmetic (float32 luma, float32 bicubic), denoising and deblocking KAIR's. Images are
RGB, uint8, (H, W, 3).
"""

import cv2
import numpy as np
import torch


# Inputs


def cubic(x):
    """Keys' kernel with a = -0.5."""
    a = x.abs()
    near = 1.5 * a**3 - 2.5 * a**2 + 1
    far = -0.5 * a**3 + 2.5 * a**2 - 4 * a + 2
    return near * (a <= 1).type_as(a) + far * ((a > 1) & (a <= 2)).type_as(a)


def weights(length, r, dtype):
    """For each output pixel, the weights of the inputs and the first of them, for shrinking by r."""
    width = 4 * r
    outputs = torch.arange(1, -(-length // r) + 1, dtype=dtype)
    centres = outputs * r + 0.5 * (1 - r)
    first = torch.floor(centres - width / 2)
    indices = first[:, None] + torch.arange(width + 2, dtype=dtype)[None]
    w = cubic((centres[:, None] - indices) / r) / r
    return w / w.sum(1, keepdim=True), first.long() - 1


def shrink_rows(image, r, dtype):
    """Shrinks the first axis of (H, W, C)."""
    height = image.shape[0]
    w, first = weights(height, r, dtype)
    pad = 4 * r + 2
    index = torch.arange(-pad, height + pad) % (2 * height)
    index = torch.where(index < height, index, 2 * height - 1 - index)
    padded = image[index]
    rows = [
        torch.tensordot(w[i], padded[first[i] + pad : first[i] + pad + w.shape[1]], dims=1)
        for i in range(w.shape[0])
    ]
    return torch.stack(rows)


def bicubic(image, r, dtype=torch.float32):
    """MATLAB's imresize by 1 / r, in float32 as in BasicSR, and rounded half to even; or in float64."""
    x = torch.from_numpy(image.astype(np.float32) / np.float32(255)).to(dtype)
    if dtype == torch.float64:
        x = torch.from_numpy(image / 255.0)
    x = shrink_rows(x, r, dtype)
    x = shrink_rows(x.transpose(0, 1), r, dtype).transpose(0, 1)
    return np.clip((x * 255).round().numpy(), 0, 255).astype(np.uint8)


def noisy(image, sigma):
    """float32, (H, W, 3), neither clamped nor rounded."""
    x = image.astype(np.float32) / np.float32(255)
    state = np.random.RandomState(0)
    x += state.normal(0, sigma / 255.0, x.shape)
    return x


def luma8(image):
    """Y in studio range as uint8."""
    y = np.dot(image, [65.481, 128.553, 24.966]) / 255.0 + 16.0
    return y.round().astype(np.uint8)


def jpeg(y, quality):
    """One-component baseline JPEG, decoded again."""
    _, data = cv2.imencode(".jpg", y, [int(cv2.IMWRITE_JPEG_QUALITY), quality])
    return cv2.imdecode(data, 0)


def cropped(image, r):
    """To a multiple of r, at the right and bottom."""
    height, width = image.shape[:2]
    return image[: height - height % r, : width - width % r]


# Outputs


def to_uint8(x):
    """A float32 output in (H, W, C) as 8 bits."""
    return np.round(np.clip(x, 0, 1) * np.float32(255)).astype(np.uint8)


# Metrics


def luma_float(image):
    """BasicSR's Y: of a float32 image, rounded to float32 on the way."""
    x = image.astype(np.float32) / np.float32(255)
    y = (np.dot(x, [65.481, 128.553, 24.966]) + 16.0) / 255
    return y.astype(np.float32)[..., None] * np.float32(255)


def psnr(first, second):
    mse = np.mean((first.astype(np.float64) - second.astype(np.float64)) ** 2)
    return None if mse == 0 else float(20.0 * np.log10(255.0 / np.sqrt(mse)))


def ssim_plane(first, second):
    kernel = cv2.getGaussianKernel(11, 1.5)
    window = np.outer(kernel, kernel.transpose())

    def mean(x):
        return cv2.filter2D(x, -1, window)[5:-5, 5:-5]

    a, b = first.astype(np.float64), second.astype(np.float64)
    mu_a, mu_b = mean(a), mean(b)
    var_a, var_b, cov = mean(a**2) - mu_a**2, mean(b**2) - mu_b**2, mean(a * b) - mu_a * mu_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    value = ((2 * mu_a * mu_b + c1) * (2 * cov + c2)) / ((mu_a**2 + mu_b**2 + c1) * (var_a + var_b + c2))
    return float(value.mean())


def ssim(first, second):
    """None where a side is under 11."""
    if min(first.shape[:2]) < 11:
        return None
    planes = first.shape[2] if first.ndim == 3 else 1
    first, second = (x.reshape(*x.shape[:2], planes) for x in (first, second))
    return float(np.mean([ssim_plane(first[..., c], second[..., c]) for c in range(planes)]))


def score(task, first, second, scale=1):
    """The metrics of a task's protocol on two 8-bit images: RGB, or Y for deblocking."""
    if task == "sr":
        first, second = (luma_float(x)[scale:-scale, scale:-scale] for x in (first, second))
    return {"psnr": psnr(first, second), "ssim": ssim(first, second)}
