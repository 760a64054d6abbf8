"""The encoder while it trains: its first code keeps mean 0 and a given deviation in every dimension.

By running statistics forwards and without a gradient along mean and scale backwards (batch renormalisation), so that the
encoder wins nothing by shrinking: free, the deviation fell to a tenth in 100 steps. For use the normalisation is folded into
the first head (every code is the first one plus its delta).
"""
import copy

import torch
from torch import nn

EPS = 1e-4


class CodedEncoder(nn.Module):
    def __init__(self, encoder, scale):
        """scale [dim]: the deviation of w"""
        super().__init__()
        self.encoder = encoder
        self.register_buffer('scale', scale.clone())
        self.register_buffer('mean', torch.zeros_like(scale))
        self.register_buffer('var', torch.ones_like(scale))

    def forward(self, x):
        """x [B,3,h,w] +-1 -> codes [B, n_latent, dim]; in training the batch moves the statistics"""
        raw = self.encoder(x).float()
        w0 = raw[:, 0]
        if self.training:
            mean, var = w0.mean(0), w0.var(0, unbiased=False)
            with torch.no_grad():
                share = len(w0) / (len(w0) + 100.0)
                self.mean.lerp_(mean, share), self.var.lerp_(var, share)
                stretch = ((var + EPS) / (self.var + EPS)).sqrt()
                shift = (mean - self.mean) * torch.rsqrt(self.var + EPS)
            first = (w0 - mean) * torch.rsqrt(var + EPS) * stretch + shift
        else:
            first = (w0 - self.mean) * torch.rsqrt(self.var + EPS)
        first = (first * self.scale)[:, None]
        return torch.cat([first, first + raw[:, 1:] - raw[:, :1]], 1)

    @torch.no_grad()
    def folded(self):
        """a plain Encoder with the same codes"""
        net = copy.deepcopy(self.encoder)
        head, k = net.styles[0].linear, torch.rsqrt(self.var + EPS) * self.scale
        head.bias.copy_((head.bias - self.mean) * k)
        head.weight.mul_(k[:, None])
        return net
