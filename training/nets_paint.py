"""The networks of `rephoto paint`: CycleGAN's ResNet generator, narrow, and the 70x70 patch discriminator.

State-dict keys of the generator are those that src/painters/resnet.ts writes. Pictures are in +-1.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F


def reflected(x, conv):
    return conv(F.pad(x, (conv.kernel_size[0] // 2,) * 4, mode='reflect'))


def normed(x):
    """Instance norm without parameters, in the layout in which convolutions are quick."""
    variance, mean = torch.var_mean(x.float(), (2, 3), correction=0, keepdim=True)
    scale = (variance + 1e-5).rsqrt()
    return x * scale.to(x.dtype) - (mean * scale).to(x.dtype)


class Generator(nn.Module):
    def __init__(self, width=32, blocks=6):
        super().__init__()
        a, b, c = width, 2 * width, 4 * width
        self.first = nn.Conv2d(3, a, 7)
        self.down = nn.ModuleList([nn.Conv2d(a, b, 3, 2, 1), nn.Conv2d(b, c, 3, 2, 1)])
        self.blocks = nn.ModuleList(nn.ModuleList([nn.Conv2d(c, c, 3), nn.Conv2d(c, c, 3)]) for _ in range(blocks))
        self.up = nn.ModuleList([nn.ConvTranspose2d(c, b, 3, 2, 1, 1), nn.ConvTranspose2d(b, a, 3, 2, 1, 1)])
        self.last = nn.Conv2d(a, 3, 7)
        self.apply(started)

    def forward(self, x):
        h = F.relu(normed(reflected(x.contiguous(memory_format=torch.channels_last), self.first)))
        for conv in self.down:
            h = F.relu(normed(conv(h)))
        for first, second in self.blocks:
            h = h + normed(reflected(F.relu(normed(reflected(h, first))), second))
        for conv in self.up:
            h = F.relu(normed(conv(h)))
        return torch.tanh(reflected(h, self.last))


class Discriminator(nn.Module):
    """One logit for every patch of 70 pixels, [B,1,h',w']. norm: 'batch' as Portrait-izer has it, 'instance' for small batches."""

    def __init__(self, width=64, channels=3, norm='batch'):
        super().__init__()
        layers, c = [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2)], width
        for i in range(1, 4):
            o = width * 2 ** i
            layers += [nn.Conv2d(c, o, 4, 2 if i < 3 else 1, 1, bias=norm == 'instance'),
                       nn.BatchNorm2d(o) if norm == 'batch' else nn.InstanceNorm2d(o), nn.LeakyReLU(0.2)]
            c = o
        self.model = nn.Sequential(*layers, nn.Conv2d(c, 1, 4, 1, 1))
        self.apply(started)

    def forward(self, x):
        return self.model(x.contiguous(memory_format=torch.channels_last))


def started(module):
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


class Pool:
    """CycleGAN's pool of 50 pictures painted before: the discriminator sees old ones in half of the cases."""

    def __init__(self, rng, size=50):
        self.rng, self.size, self.kept = rng, size, []

    def __call__(self, pictures):
        out = []
        for picture in pictures.detach().split(1):
            if len(self.kept) < self.size:
                self.kept.append(picture)
                out.append(picture)
            elif self.rng.random() < 0.5:
                i = self.rng.integers(self.size)
                out.append(self.kept[i])
                self.kept[i] = picture
            else:
                out.append(picture)
        return torch.cat(out)


class Adaptive:
    """Adaptive augmentation (Karras et al. 2020): every picture that the discriminator sees is altered with a probability that rises while it is too
    sure of the real ones (mean sign of their logits above `goal`)."""

    def __init__(self, goal=0.6, pace=0.01, most=0.8):
        self.goal, self.pace, self.most, self.probability, self.sign = goal, pace, most, 0.0, 0.0

    def heard(self, logits):
        """Logits of real pictures, around their middle (0, or 1/2 where the goal is 1)."""
        self.sign = 0.9 * self.sign + 0.1 * logits.detach().sign().mean().item()
        self.probability = min(self.most, max(0.0, self.probability + self.pace * (1 if self.sign > self.goal else -1)))

    def __call__(self, x):
        """Differentiable: place, size, turn, colours, a hole."""
        n, _, h, w = x.shape
        chosen = lambda *shape: (torch.rand(n, *shape) < self.probability).float()
        angle = 0.25 * torch.randn(n) * chosen()
        size = torch.exp(0.15 * torch.randn(n) * chosen())
        flip = 1 - 2 * (torch.rand(n) < 0.5 * self.probability).float()
        shift = 0.12 * torch.randn(n, 2) * chosen(1)
        cos, sin = torch.cos(angle) * size, torch.sin(angle) * size
        theta = torch.stack([torch.stack([cos * flip, -sin, shift[:, 0]], 1), torch.stack([sin * flip, cos, shift[:, 1]], 1)], 1)
        y = F.grid_sample(x.float(), F.affine_grid(theta, x.shape, align_corners=False), padding_mode='reflection', align_corners=False)
        gain = torch.exp(0.2 * torch.randn(n, 1, 1, 1) * chosen(1, 1, 1))
        level = 0.2 * torch.randn(n, 1, 1, 1) * chosen(1, 1, 1)
        tint = 0.1 * torch.randn(n, 3, 1, 1) * chosen(1, 1, 1)
        gray = y.mean(1, keepdim=True)
        y = gray + (y - gray) * torch.exp(0.4 * torch.randn(n, 1, 1, 1) * chosen(1, 1, 1))
        y = y * gain + level + tint
        yy, xx = torch.linspace(-1, 1, h).view(1, 1, h, 1), torch.linspace(-1, 1, w).view(1, 1, 1, w)
        place = 2 * torch.rand(n, 2) - 1
        hole = ((xx - place[:, 0].view(n, 1, 1, 1)).abs() < 0.35) & ((yy - place[:, 1].view(n, 1, 1, 1)).abs() < 0.35)
        return y * (1 - hole.float() * chosen(1, 1, 1) * 0.5)

    def state_dict(self):
        return {'probability': self.probability, 'sign': self.sign}

    def load_state_dict(self, state):
        self.probability, self.sign = state['probability'], state['sign']
