"""Residual discriminator with minibatch standard deviation and a second, local verdict on an 8x8 grid, grown by one resolution at a time, and the differentiable
augmentation whose strength follows the discriminator's certainty about real pictures (as in StyleGAN2-ADA)."""
import math

import torch
import torch.nn.functional as F
from torch import nn


class EqualConv(nn.Module):
    def __init__(self, i, o, k):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(o, i, k, k))
        self.bias = nn.Parameter(torch.zeros(o))
        self.scale, self.pad = 1 / math.sqrt(i * k * k), k // 2

    def forward(self, x):
        return F.conv2d(x, (self.weight * self.scale).to(x.dtype), self.bias.to(x.dtype), padding=self.pad)


def act(x):
    return F.leaky_relu(x, 0.2) * math.sqrt(2)


class Block(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.a, self.b, self.skip = EqualConv(i, i, 3), EqualConv(i, o, 3), EqualConv(i, o, 1)

    def forward(self, x):
        y = act(self.b(F.avg_pool2d(act(self.a(x)), 2)))
        return (y + self.skip(F.avg_pool2d(x, 2))) * math.sqrt(0.5)


class Discriminator(nn.Module):
    """Every resolution has its own from-RGB; a newly added one enters with gain 0."""

    def __init__(self, size, channels):
        super().__init__()
        ch = {int(k): v for k, v in channels.items()}
        self.sizes = [r for r in (1024, 512, 256, 128, 64, 32, 16, 8) if r <= size]
        self.from_rgb = nn.ModuleDict({str(r): EqualConv(3, ch[r], 1) for r in self.sizes})
        self.blocks = nn.ModuleDict({str(r): Block(ch[r], ch[r // 2]) for r in self.sizes})
        self.gain = nn.ParameterDict({str(r): nn.Parameter(torch.zeros(1)) for r in self.sizes})
        c = ch[4]
        self.last = EqualConv(c + 1, c, 3)
        self.patch = EqualConv(ch[8], 1, 1)
        self.fc = nn.Sequential(nn.Linear(c * 16, c), nn.LeakyReLU(0.2), nn.Linear(c, 1))

    def forward(self, image, dtype=torch.float32):
        """-> logits [B, 128]: 64 times the verdict on the whole picture, then the 64 local ones"""
        x = None
        top = image.shape[2]
        while image.shape[2] > 4:
            r = str(image.shape[2])
            y = act(self.from_rgb[r](image.to(dtype).contiguous(memory_format=torch.channels_last)))
            if x is None:
                x = y
            elif image.shape[2] * 2 == top:  # from-RGB of the size below, so that growing changes nothing at first
                x = y + self.gain[str(top)].to(dtype) * x
            if x.shape[2] == 8:
                patch = self.patch(x).float().flatten(1)
            x = self.blocks[r](x)
            image = F.avg_pool2d(image, 2)
        b = x.shape[0]
        std = x.float().view(-1, b // 4 if b % 4 == 0 else b, *x.shape[1:]).transpose(0, 1)
        std = (std.var(1, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3))          # one number per group
        std = std.repeat(b // std.shape[0]).view(b, 1, 1, 1).expand(b, 1, 4, 4)
        x = act(self.last(torch.cat([x, std.to(x.dtype)], 1)))
        return torch.cat([self.fc(x.float().flatten(1)).expand(-1, 64), patch], 1)


def augment(x, p):
    """Brightness, saturation, contrast, translation and cut-out, each for a share p of the pictures."""
    if p <= 0:
        return x
    b, _, h, w = x.shape
    on = lambda: (torch.rand(b, 1, 1, 1, device=x.device) < p).float()
    u = lambda: torch.rand(b, 1, 1, 1, device=x.device) * 2 - 1
    x = x + on() * u() * 0.4
    gray = x.mean(1, keepdim=True)
    x = gray + (x - gray) * (1 + on() * u())
    m = x.mean((1, 2, 3), keepdim=True)
    x = m + (x - m) * (1 + on() * u() * 0.5)
    shift = h // 8
    padded = F.pad(x, (shift,) * 4, mode='reflect')
    moved = []
    for i in range(b):
        dy, dx = (torch.randint(0, 2 * shift + 1, (2,)).tolist() if torch.rand(()) < p else (shift, shift))
        moved.append(padded[i, :, dy:dy + h, dx:dx + w])
    x = torch.stack(moved)
    ys = torch.arange(h, device=x.device).view(1, 1, h, 1)
    xs = torch.arange(w, device=x.device).view(1, 1, 1, w)
    cy, cx = (u() + 1) * h / 2, (u() + 1) * w / 2
    hole = ((ys - cy).abs() < h / 5) & ((xs - cx).abs() < w / 5) & (on() > 0)
    return x * (~hole).float()
