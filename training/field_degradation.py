"""What lies between a sharp picture and the small, soft, noisy, compressed one that people want enlarged: Real-ESRGAN's two rounds of
blur, resizing, noise and JPEG, with gentler ranges (PSNR counts here as well), and old photographs among them.

A fifth of the pictures are only made smaller, so that a good picture stays as it is. Everything that changes colours or tones happens to
the truth, too: enlarging is not restoring.
"""
import io

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import augment

RESIZES = ('bicubic', 'bilinear', 'area')


def resize(x, size, how):
    if how == 'area':
        return F.interpolate(x, size=size, mode='area')
    return F.interpolate(x, size=size, mode=how, antialias=True)


def kernel(rng, low, high, side):
    """A Gaussian, an elongated one, or either with a flatter or sharper top: [side, side], sum 1."""
    a = rng.uniform(low, high)
    b = a if rng.random() < 0.6 else rng.uniform(low, high)
    power = 1.0 if rng.random() < 0.7 else rng.uniform(0.5, 2.0)
    turn = rng.uniform(0, np.pi)
    t = np.arange(side) - side // 2
    y, x = np.meshgrid(t, t, indexing='ij')
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    k = np.exp(-0.5 * ((u / a) ** 2 + (v / b) ** 2) ** power)
    return torch.from_numpy((k / k.sum()).astype(np.float32))


def blur(rng, x, low, high):
    side = 2 * int(2.5 * high + 0.5) + 1
    k = kernel(rng, low, high, side).expand(x.shape[1], 1, side, side)
    return F.conv2d(F.pad(x, (side // 2,) * 4, mode='reflect'), k, groups=x.shape[1])


def noise(rng, x, gaussian, poisson):
    """Gaussian of a deviation up to `gaussian` (of 255), or Poisson of a scale up to `poisson`; two fifths of it gray."""
    channels = 1 if rng.random() < 0.4 else x.shape[1]
    white = torch.randn(1, channels, *x.shape[2:])
    if rng.random() < 0.5:
        return x + white * rng.uniform(0.5, gaussian) / 255
    level = x.mean(1, keepdim=True) if channels == 1 else x
    return x + white * (level.clamp(0, 1) / 255).sqrt() * rng.uniform(0.05, poisson)


def jpeg(rng, x, low, high):
    array = (x[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, 'JPEG', quality=int(rng.uniform(low, high + 1)), subsampling=int(rng.choice([0, 2])))
    return augment.to_tensor(np.asarray(Image.open(buffer).convert('RGB'))[None])


def grain(rng, x):
    """Clumped gray grain, as of a plate and its scan."""
    coarse = rng.uniform(1, 2.5)
    h, w = x.shape[2:]
    white = F.interpolate(torch.randn(1, 1, int(h / coarse) + 1, int(w / coarse) + 1), size=(h, w), mode='bicubic')
    return x + white * rng.uniform(0.005, 0.05)


def as_old(rng, x):
    """The truth itself as an old photograph: gray, toned or faded."""
    pick = rng.random()
    if pick < 0.15:
        return augment.tone(augment.film(x), 0.7)
    return augment.colour(x, 0.8) if pick < 0.3 else x


def degrade(rng, truth, scale=4, plain=0.2):
    """truth [1,3,H,W] in 01, sides multiples of scale -> [1,3,H/scale,W/scale] in 01, rounded to 8 bits."""
    h, w = truth.shape[2:]
    small = (h // scale, w // scale)
    x = truth
    if rng.random() < plain:
        x = resize(x, small, rng.choice(RESIZES, p=[0.6, 0.2, 0.2]))
    else:
        if rng.random() < 0.7:
            x = blur(rng, x, 0.2, 2.4)
        share = rng.uniform(0.28, 0.9) if rng.random() < 0.7 else 1.0
        x = resize(x, (max(small[0], int(h * share)), max(small[1], int(w * share))), rng.choice(RESIZES))
        if rng.random() < 0.15:
            x = grain(rng, x)
        elif rng.random() < 0.6:
            x = noise(rng, x, 15, 1.6)
        if rng.random() < 0.6:
            x = jpeg(rng, x, 45, 95)
        second = rng.random() < 0.5
        if second and rng.random() < 0.5:
            x = blur(rng, x, 0.2, 1.2)
        x = resize(x, small, rng.choice(RESIZES))
        if second and rng.random() < 0.5:
            x = noise(rng, x, 8, 0.9)
        if second or rng.random() < 0.3:
            x = jpeg(rng, x, 55, 95)
    return (x.clamp(0, 1) * 255).round() / 255
