"""What scikit-image, scipy, numpy and PyTorch say of made-up pictures: the fixture of src/metrics/pictures.

    python bench/parity/pictures.py src/metrics/pictures/reference.json     (numpy, scipy, scikit-image, torch installed)
"""

import json
import sys

import numpy
import torch
from scipy.linalg import sqrtm
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from made import made


def picture(salt, height, width, channels):
    """Stripes with noise, as float32 [height, width, channel]."""
    noise = made(height * width * channels, salt, 0, 0.5).numpy().reshape(height, width, channels)
    i, j, c = numpy.mgrid[:height, :width, :channels]
    return (0.5 * ((i // 3 + j // 4 + c) % 2) + noise).astype(numpy.float32)


def quality(height, width, channels):
    one = picture(1, height, width, channels)
    other = numpy.clip(one + made(one.size, 2, -0.2, 0.2).numpy().reshape(one.shape), 0, 1).astype(numpy.float32)
    a, b = one.astype(float), other.astype(float)
    ssim = structural_similarity(
        a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0, channel_axis=2
    )
    return {"shape": [height, width, channels], "ssim": ssim, "psnr": peak_signal_noise_ratio(a, b, data_range=1.0)}


def features(salt, count, dimensions, shift):
    values = made(count * dimensions, salt, 0, 1).numpy().reshape(count, dimensions)
    return (values * numpy.linspace(0.5, 2, dimensions, dtype=numpy.float32) + numpy.float32(shift)).astype(numpy.float32)


def frechet(one, other):
    """Heusel et al. 2017, as their code writes it."""
    a, b = one.astype(float), other.astype(float)
    difference = a.mean(0) - b.mean(0)
    first, second = numpy.cov(a, rowvar=False), numpy.cov(b, rowvar=False)
    root = sqrtm(first @ second).real
    return float(difference @ difference + numpy.trace(first) + numpy.trace(second) - 2 * numpy.trace(root))


def discrepancy(one, other):
    """Binkowski et al. 2018: the cubic kernel, the unbiased estimate."""
    x, y = one.astype(float), other.astype(float)
    kernel = lambda a, b: (a @ b.T / a.shape[1] + 1) ** 3
    n = len(x)
    off = lambda k: (k.sum() - numpy.trace(k)) / (n * (n - 1))
    return float(off(kernel(x, x)) + off(kernel(y, y)) - 2 * kernel(x, y).mean())


def seen():
    """A small net: pictures to 7x7, normalised, one convolution; its maps, and their means as features."""
    shape = (2, 3, 10, 13)
    images = torch.from_numpy(numpy.stack([picture(s, 10, 13, 3) for s in (5, 6)])).permute(0, 3, 1, 2).double()
    assert images.shape == shape
    weight = made(4 * 3 * 3 * 3, 7, -1, 1).double().view(4, 3, 3, 3)
    mean, std = torch.tensor([0.4, 0.5, 0.6]).double(), torch.tensor([0.2, 0.25, 0.3]).double()
    scaled = torch.nn.functional.interpolate(images, size=(7, 7), mode="bilinear", align_corners=False)
    normalised = (scaled - mean.view(1, 3, 1, 1)) / std.view(1, 3, 1, 1)
    maps = torch.relu(torch.nn.functional.conv2d(normalised, weight))
    unit = maps / (maps.pow(2).sum(1, keepdim=True).sqrt() + 1e-10)
    squared = (unit[0] - unit[1]).pow(2)
    learned = torch.tensor([0.5, 0.0, 2.0, 1.25]).double().view(4, 1, 1)
    return {
        "maps": maps.flatten().tolist(),
        "features": maps.mean((2, 3)).flatten().tolist(),
        "lpips": (squared * learned).sum(0).mean().item(),
        "baseline": squared.sum(0).mean().item(),
    }


sets = {"few": (20, 30, 8), "many": (40, 50, 6), "equal": (12, 12, 5)}
result = {
    "quality": [quality(28, 28, 1), quality(16, 20, 3), quality(11, 11, 1)],
    "sets": {
        name: {"sizes": sizes, "fid": frechet(one, other), "mmd": discrepancy(one[:12], other[:12])}
        for name, sizes in sets.items()
        for one, other in [(features(3, sizes[0], sizes[2], 0), features(4, sizes[1], sizes[2], 0.3))]
    },
    "thin": frechet(features(3, 5, 20, 0), features(4, 7, 20, 0.3)),
    "seen": seen(),
}
with open(sys.argv[1], "w") as file:
    json.dump(result, file, indent=2)
    file.write("\n")
