"""A small local discriminator (as in pix2pix and VQGAN): does this 46-pixel patch look like a piece of a photograph?

It judges texture only, so it can sharpen a decoder that already reconstructs, and cannot lead its faces astray; and it costs
a tenth of the residual discriminator (discriminator.py), which a training without reconstruction needs.
"""
import torch
import torch.nn.functional as F
from torch import nn


class PatchDiscriminator(nn.Module):
    def __init__(self, widths=(32, 64, 128)):
        super().__init__()
        layers, c = [], 3
        for w in widths:
            layers.append(nn.Conv2d(c, w, 4, 2, 1))
            c = w
        layers += [nn.Conv2d(c, c, 3, 1, 1), nn.Conv2d(c, 1, 1)]
        self.convs = nn.ModuleList(layers)
        for conv in layers:
            nn.init.kaiming_normal_(conv.weight, a=0.2)
            nn.init.zeros_(conv.bias)

    def forward(self, image, dtype=torch.float32):
        """image in +-1 -> one logit per patch [B, side * side / 64]"""
        x = image.to(dtype).contiguous(memory_format=torch.channels_last)
        for conv in self.convs[:-1]:
            x = F.leaky_relu(F.conv2d(x, conv.weight.to(dtype), conv.bias.to(dtype), conv.stride, conv.padding), 0.2)
        last = self.convs[-1]
        return F.conv2d(x, last.weight.to(dtype), last.bias.to(dtype)).float().flatten(1)
