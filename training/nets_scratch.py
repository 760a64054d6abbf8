"""The scratch detector of Bringing Old Photos Back to Life, in the keys of its file, at any width."""
import torch
import torch.nn.functional as F
from torch import nn

COMPACT = 12  # channels of the first layer; the official network has 64
SIDE = 256    # the shorter side of what it looks at


class BlurPool(nn.Module):
    def __init__(self, c):
        super().__init__()
        k = torch.tensor([1.0, 2.0, 1.0])
        self.register_buffer('filt', (k[:, None] * k[None] / 16)[None, None].repeat(c, 1, 1, 1))

    def forward(self, x):
        return F.conv2d(F.pad(x, (1, 1, 1, 1), mode='reflect'), self.filt, stride=2, groups=x.shape[1])


def leaky():
    return nn.LeakyReLU(0.2)


class Block(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.block = nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(a, b, 3), nn.BatchNorm2d(b), leaky(),
                                   nn.ReflectionPad2d(1), nn.Conv2d(b, b, 3), nn.BatchNorm2d(b), leaky())

    def forward(self, x):
        return self.block(x)


class Up(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.up = nn.Sequential(nn.Upsample(scale_factor=2, mode='bilinear', align_corners=False), nn.ReflectionPad2d(1), nn.Conv2d(a, b, 3))
        self.conv_block = Block(a, b)

    def forward(self, x, skip):
        return self.conv_block(torch.cat([self.up(x), skip], 1))


class ScratchUnet(nn.Module):
    def __init__(self, width=COMPACT, depth=4):
        super().__init__()
        widths = [width << i for i in range(depth + 1)]
        self.first = nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(1, width, 7), leaky())
        self.down_sample = nn.ModuleList(
            nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(c, c, 3), nn.BatchNorm2d(c), leaky(), BlurPool(c)) for c in widths[:-1])
        self.down_path = nn.ModuleList(Block(a, b) for a, b in zip(widths, widths[1:]))
        self.up_path = nn.ModuleList(Up(a, b) for a, b in zip(widths[:0:-1], widths[-2::-1]))
        self.last = nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(width, 1, 3))

    def forward(self, x):
        """x [N,1,H,W] in +-1, sides multiples of 16 -> logits [N,1,H,W]"""
        x = self.first(x)
        skips = []
        for sample, path in zip(self.down_sample, self.down_path):
            skips.append(x)
            x = path(sample(x))
        for up in self.up_path:
            x = up(x, skips.pop())
        return self.last(x)
