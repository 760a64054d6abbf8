"""Perceptual distance to judge by: the normalised VGG-19 up to relu3_1 (a legacy flat state dict, see --vgg)."""
import torch
import torch.nn.functional as F
from torch import nn


class Perceptual(nn.Module):
    def __init__(self, path, weights=(1.0, 1.0, 1.0)):
        super().__init__()
        state = torch.load(path, map_location='cpu')
        for k in (0, 2, 5, 9, 12, 16):
            w, b = state[f'{k}.weight'], state[f'{k}.bias']
            self.register_buffer(f'w{k}', w)
            self.register_buffer(f'b{k}', b)
        self.weights = weights

    def features(self, x, dtype):
        """x in +-1 -> relu1_2, relu2_2, relu3_1"""
        def conv(x, k):
            return F.relu(F.conv2d(x, getattr(self, f'w{k}').to(dtype), getattr(self, f'b{k}').to(dtype), padding=1))
        x = F.conv2d((x + 1) / 2, self.w0, self.b0).to(dtype).contiguous(memory_format=torch.channels_last)
        f1 = conv(conv(x, 2), 5)
        f2 = conv(conv(F.max_pool2d(f1, 2), 9), 12)
        f3 = conv(F.max_pool2d(f2, 2), 16)
        return f1, f2, f3

    def forward(self, x, y, dtype=torch.float32):
        """mean |difference| of the features, each layer relative to its own mean, weighted; [B]"""
        with torch.no_grad():
            fy = self.features(y, dtype)
        total = 0
        for w, a, b in zip(self.weights, self.features(x, dtype), fy):
            total = total + w * ((a - b).abs().float().mean((1, 2, 3)) / b.float().mean())
        return total
