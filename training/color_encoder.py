"""The colour encoder: gray picture in 01 -> one w. State-dict layout of the public checkpoints; the number of residual
blocks follows the input size (each halves it, down to 4x4)."""
import math

import torch.nn.functional as F
from torch import nn


def norm(x):
    return F.instance_norm(x.float(), eps=1e-5).to(x.dtype)


class Residual(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        conv = lambda a, b: nn.Sequential(nn.Conv2d(a, b, 3, padding=1))
        self.blocks = nn.ModuleDict({'0': conv(i, o), '2': conv(o, o)})
        if i != o:
            self.shortcut = nn.Sequential(nn.Conv2d(i, o, 1, bias=False))

    def forward(self, x):
        h = F.leaky_relu(norm(self.blocks['0'](x)), 0.01)
        h = norm(self.blocks['2'](h))
        return F.leaky_relu(h + (norm(self.shortcut(x)) if hasattr(self, 'shortcut') else x), 0.01)


class ColorEncoder(nn.Module):
    def __init__(self, dim, input_size=64, channels=(24, 48, 96, 128)):
        super().__init__()
        assert 2 ** len(channels) * 4 == input_size, 'one halving for conv0 and each block, down to 4x4'
        self.input_size = input_size
        self.conv0 = nn.Sequential(nn.Conv2d(1, channels[0], 5, padding=2))
        self.residual_blocks = nn.ModuleDict({str(2 * k): Residual(a, b)
                                              for k, (a, b) in enumerate(zip(channels, channels[1:]))})
        self.last = nn.ModuleDict({'3': nn.Linear(channels[-1], dim)})

    def forward(self, x):
        h = F.avg_pool2d(F.leaky_relu(norm(self.conv0(x)), 0.01), 2)
        for block in self.residual_blocks.values():
            h = F.avg_pool2d(block(h), 2)
        return self.last['3'](F.relu(h).mean((2, 3)))
