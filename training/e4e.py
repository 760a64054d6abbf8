"""e4e-style encoder (IR-SE body, feature pyramid, one map-to-style block per latent layer) with the state-dict layout
of the public `encoder.*` keys, any width and depth."""
import math

import torch
import torch.nn.functional as F
from torch import nn

from stylegan2 import EqualLinear


class SE(nn.Module):
    def __init__(self, c, reduction=16):
        super().__init__()
        self.fc1 = nn.Conv2d(c, c // reduction, 1, bias=False)
        self.fc2 = nn.Conv2d(c // reduction, c, 1, bias=False)

    def forward(self, x):
        g = x.mean((2, 3), keepdim=True)
        return x * torch.sigmoid(self.fc2(F.relu(self.fc1(g))))


class PReLU(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.weight = nn.Parameter(torch.full((c,), 0.25))

    def forward(self, x):
        w = self.weight.to(x.dtype)[:, None, None]
        return x * w + F.relu(x) * (1 - w)  # several times faster on a CPU than where() or prelu() in bfloat16


class Bottleneck(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.stride = stride
        self.res_layer = nn.Sequential(nn.BatchNorm2d(i), nn.Conv2d(i, o, 3, 1, 1, bias=False), PReLU(o),
                                       nn.Conv2d(o, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o), SE(o))
        if i != o:
            self.shortcut_layer = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))
        else:
            self.shortcut_layer = None   # every other pixel

    def forward(self, x):
        shortcut = self.shortcut_layer(x) if self.shortcut_layer else x[:, :, ::self.stride, ::self.stride]
        return self.res_layer(x) + shortcut


class MapToStyle(nn.Module):
    def __init__(self, c, dim, spatial):
        super().__init__()
        layers = []
        for _ in range(int(math.log2(spatial))):
            layers += [nn.Conv2d(c, c, 3, 2, 1), nn.LeakyReLU(0.01)]
        self.convs = nn.Sequential(*layers)
        self.linear = EqualLinear(c, dim)
        for k in range(0, len(layers), 2):
            nn.init.kaiming_normal_(self.convs[k].weight, a=0.01)
            nn.init.zeros_(self.convs[k].bias)

    def forward(self, x):
        x = self.convs(x).flatten(1)
        with torch.autocast(x.device.type, enabled=False):   # codes in float32
            return self.linear(x.float())


class Encoder(nn.Module):
    """levels: {'c3': [1, ...], 'p2': [...], 'p1': [...]}: which feature map each latent layer's delta reads."""

    def __init__(self, n_latent, dim, input_size=64, channels=(32, 64, 128, 128), blocks=(2, 2, 3, 2), levels=None):
        super().__init__()
        self.input_size, self.blocks, self.levels = input_size, tuple(blocks), levels
        self.input_layer = nn.Sequential(nn.Conv2d(3, channels[0], 3, 1, 1, bias=False), nn.BatchNorm2d(channels[0]),
                                         PReLU(channels[0]))
        body, i, self.ends = [], channels[0], []
        for c, n in zip(channels, blocks):
            for k in range(n):
                body.append(Bottleneck(i, c, 2 if k == 0 else 1))
                i = c
            self.ends.append(len(body) - 1)
        self.body = nn.Sequential(*body)
        self.level_of = {0: 'c3', **{s: level for level, ss in levels.items() for s in ss}}
        spatial = {'c3': input_size // 16, 'p2': input_size // 8, 'p1': input_size // 4}
        self.styles = nn.ModuleList(MapToStyle(channels[3], dim, spatial[self.level_of[s]]) for s in range(n_latent))
        self.latlayer1 = nn.Conv2d(channels[2], channels[3], 1)
        self.latlayer2 = nn.Conv2d(channels[1], channels[3], 1)
        for s in range(1, n_latent):
            nn.init.normal_(self.styles[s].linear.weight, std=0.1)   # deltas start small

    def forward(self, x):
        """x [B,3,h,w] +-1 -> codes [B, n_latent, dim], without latent_avg"""
        if x.shape[2] != self.input_size:
            x = F.interpolate(x, (self.input_size, self.input_size), mode='bilinear', align_corners=False)
        x = self.input_layer(x.contiguous(memory_format=torch.channels_last))
        c = []
        for k, block in enumerate(self.body):
            x = block(x)
            if k in self.ends:
                c.append(x)
        c1, c2, c3 = c[1:]
        maps = {'c3': c3}
        up = lambda t, like: F.interpolate(t.float(), like.shape[2:], mode='bilinear', align_corners=True)
        if self.levels['p2'] or self.levels['p1']:
            maps['p2'] = up(c3, c2) + self.latlayer1(c2)
        if self.levels['p1']:
            maps['p1'] = up(maps['p2'], c1) + self.latlayer2(c1)
        w0 = self.styles[0](c3)
        return torch.stack([w0] + [w0 + self.styles[s](maps[self.level_of[s]])
                                   for s in range(1, len(self.styles))], 1)
