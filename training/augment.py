"""Random changes of pictures, as float tensors [N,3,H,W] in 01: what a loss meets in photographs old and new.

Every function treats each picture of the batch by its own random strength; `strength` scales the ranges.
"""
import numpy as np
import torch
import torch.nn.functional as F

LUMA = torch.tensor([0.299, 0.587, 0.114])
SENSITIVITIES = torch.tensor([[0.0, 0.0, 1.0], [0.0, 0.5, 0.5], [0.299, 0.587, 0.114]])  # film: b, gb, g


def uniform(n, low, high, dims=3):
    return torch.empty(n, *[1] * dims).uniform_(low, high)


def to_tensor(batch):
    """uint8 [N,H,W,3] -> float [N,3,H,W] in 01."""
    return torch.from_numpy(np.array(batch)).permute(0, 3, 1, 2).float().div_(255)


def colour(x, strength=1.0):
    n = len(x)
    mix = torch.eye(3) + torch.randn(n, 3, 3) * 0.08 * strength
    mix = mix / mix.sum(2, keepdim=True) * (1 + 0.15 * strength * torch.randn(n, 3, 1))
    x = torch.einsum('nij,njhw->nihw', mix, x)
    luma = (x * LUMA.view(1, 3, 1, 1)).sum(1, keepdim=True)
    x = luma + (x - luma) * uniform(n, 1 - 0.5 * strength, 1 + 0.5 * strength)
    return (x + 0.04 * strength * torch.randn(n, 3, 1, 1)).clamp(0, 1)


def tone(x, strength=1.0):
    n = len(x)
    x = x.clamp(1e-4, 1) ** torch.exp(0.4 * strength * torch.randn(n, 1, 1, 1)).clamp(0.4, 2.5)
    gain = 1 - strength * uniform(n, -0.15, 0.45)
    return ((x - 0.5) * gain + 0.5 + 0.12 * strength * torch.randn(n, 1, 1, 1)).clamp(0, 1)


def film(x):
    """Gray by a film's sensitivity; some of the pictures toned (sepia)."""
    n = len(x)
    weights = SENSITIVITIES[torch.randint(3, (n,))]
    g = torch.einsum('nj,njhw->nhw', weights, x)[:, None]
    tint = torch.where(torch.rand(n, 1, 1, 1) < 0.4, torch.tensor([1.06, 0.98, 0.84]).view(1, 3, 1, 1), torch.ones(1, 3, 1, 1))
    return (g * tint).clamp(0, 1)


def gaussian(x, sigma):
    radius = max(1, int(2.5 * sigma + 0.5))
    t = torch.arange(-radius, radius + 1, dtype=torch.float32)
    k = torch.exp(-0.5 * (t / sigma) ** 2)
    k = (k / k.sum()).to(x.dtype)
    c = x.shape[1]
    x = F.pad(x, (radius,) * 4, mode='reflect')
    x = F.conv2d(x, k.view(1, 1, 1, -1).expand(c, 1, 1, -1), groups=c)
    return F.conv2d(x, k.view(1, 1, -1, 1).expand(c, 1, -1, 1), groups=c)


def warp(x, stretch=0.06, bend=0.022):
    """Another face out of each: stretched, sheared and bent smoothly by a few hundredths of the side."""
    n, _, h, w = x.shape
    change = torch.randn(n, 2, 2, device=x.device) * stretch
    straight = F.affine_grid(torch.cat([torch.eye(2, device=x.device) + change, torch.zeros(n, 2, 1, device=x.device)], 2), x.shape, align_corners=False)
    bent = F.interpolate(torch.randn(n, 2, 6, 6, device=x.device) * 2 * bend, size=(h, w), mode='bicubic').permute(0, 2, 3, 1)
    return F.grid_sample(x, straight + bent, mode='bilinear', padding_mode='reflection', align_corners=False)


def blur(x, low=0.4, high=2.5):
    """One of gaussian blur and loss of resolution, per picture."""
    out = []
    for picture in x.split(1):
        s = float(torch.empty(1).uniform_(low, high))
        if torch.rand(1) < 0.7:
            out.append(gaussian(picture, s))
        else:
            small = F.interpolate(picture, scale_factor=1 / (1 + 0.8 * s), mode='bilinear', antialias=True)
            out.append(F.interpolate(small, size=picture.shape[2:], mode='bilinear'))
    return torch.cat(out)


def noise(x, high=0.12):
    """White or clumped grain, in colour or gray."""
    n, _, h, w = x.shape
    white = torch.randn(n, 3, h, w)
    clumped = F.interpolate(torch.randn(n, 3, (h + 1) // 2, (w + 1) // 2), size=(h, w), mode='bilinear') * 1.6
    grain = torch.where(torch.rand(n, 1, 1, 1) < 0.5, white, clumped)
    grain = torch.where(torch.rand(n, 1, 1, 1) < 0.5, grain, grain[:, :1])
    return (x + uniform(n, 0, high) * grain).clamp(0, 1)


def sometimes(x, probability, change, *args):
    chosen = torch.rand(len(x)) < probability
    if not chosen.any():
        return x
    x = x.clone()
    x[chosen] = change(x[chosen], *args)
    return x


def antique(x, gray=0.4, soft=0.35, grain=0.4, tint=0.5, fade=0.5):
    """The whole chain with these probabilities."""
    x = sometimes(x, tint, colour)
    x = sometimes(x, gray, film)
    x = sometimes(x, fade, tone)
    x = sometimes(x, soft, blur)
    return sometimes(x, grain, noise)


def alter(x):
    """What a parser meets: antique photographs, soft siblings of 128 pixels and less."""
    x = sometimes(x, 0.35, blur, 0.8, 3.5)
    return antique(x, gray=0.4, soft=0.15, grain=0.35, tint=0.4, fade=0.5)
