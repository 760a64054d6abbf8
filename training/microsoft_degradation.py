"""How photographs are made old for the training of restoration: the official recipe (each of blur, noise, resizing and JPEG with
probability 0.7, in random order; a tenth to gray), with film, fading and grain of this project, and drawn damage."""
import numpy as np
import torch
import torch.nn.functional as F

import augment
from antique import antique
from damage import damage
from field_degradation import jpeg

# what a degree of damage is: the share of the official ranges that is used
STRENGTHS = {'slight': 0.35, 'middle': 0.7, 'heavy': 1.0}


def _blur(rng, x, strength):
    """3, 5 or 7 pixels of a Gaussian of 1 to 5."""
    size, sigma = int(rng.choice([3, 5, 7])), 1 + strength * rng.uniform(0, 4)
    t = torch.arange(size) - size // 2
    k = torch.exp(-0.5 * (t / sigma) ** 2)
    k = (k[:, None] * k[None] / k.sum() ** 2).expand(x.shape[1], 1, size, size)
    return F.conv2d(F.pad(x, (size // 2,) * 4, mode='reflect'), k, groups=x.shape[1])


def _noise(rng, x, strength):
    kind, level = rng.choice(['gauss', 'speckle', 'salt']), strength * rng.uniform(5, 50) / 255
    if kind == 'gauss':
        return x + torch.randn_like(x) * level
    if kind == 'speckle':
        return x + x * torch.randn_like(x) * level
    amount, salt = strength * rng.uniform(0, 0.01), rng.uniform(0.3, 0.8)
    hit = torch.rand(1, 1, *x.shape[2:])
    return torch.where(hit < amount * salt, 1.0, torch.where(hit > 1 - amount * (1 - salt), 0.0, x))


def _resize(rng, x, strength):
    h, w = x.shape[2:]
    small = [max(8, int(v * (1 - strength * rng.uniform(0, 0.5)))) for v in (h, w)]
    x = F.interpolate(x, size=small, mode='bicubic', antialias=True)
    return F.interpolate(x, size=(h, w), mode=rng.choice(['nearest', 'bilinear']))


def _jpeg(rng, x, strength):
    return jpeg(rng, x, 100 - strength * 60, 100)


def old(rng, x, strength=1.0):
    """x [1,3,h,w] in 01 -> the same, faded and grainy; and what it should be again: gray where the film had no colours"""
    y = x
    if rng.random() < 0.5:
        tint = torch.tensor([1.0, 0.97, 0.88]).view(1, 3, 1, 1) if rng.random() < 0.5 else 1.0
        colour = max(0, 0.7 - strength)
        x = (antique(augment.film(x).mean(1, keepdim=True)).expand(-1, 3, -1, -1) * tint) * (1 - colour) + x * colour
        if colour == 0:
            y = (y * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True).expand(-1, 3, -1, -1)
    for change in rng.permutation([_blur, _noise, _resize, _jpeg]):
        if rng.random() < 0.7:
            x = change(rng, x.clamp(0, 1), strength)
    return x.clamp(0, 1), y


def damaged(rng, x, shapes):
    """-> the picture with damage, the mask [1,1,h,w] (1 where the picture is gone)"""
    cover, paint, shade = (torch.from_numpy(np.ascontiguousarray(t))[None, None] for t in damage(rng, shapes, x.shape[2]))
    mask = (cover >= 0.3).float()
    return ((x + shade).clamp(0, 1) * (1 - cover) + paint * cover).clamp(0, 1), mask
