"""StyleGAN2 generator with the state-dict layout of the public PyTorch checkpoints (`g_ema`), any width, plus the
mapping network. Written for machines without a GPU as well: modulation is applied to activations instead of building
a weight per sample, and an upsampling layer (transposed convolution, then the [1,3,3,1] filter) is folded into one
3x3 convolution to four sub-pixels. Both are exact rewritings, see test_layers() at the end.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

SQRT2 = math.sqrt(2)
CL = torch.channels_last


class EqualLinear(nn.Module):
    """y = x (W lr_mul/sqrt(in))^T + b lr_mul"""

    def __init__(self, i, o, lr_mul=1.0, bias=0.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(o, i) / lr_mul)
        self.bias = nn.Parameter(torch.full((o,), float(bias)))
        self.lr_mul = lr_mul

    def forward(self, x):
        return F.linear(x, self.weight * (self.lr_mul / math.sqrt(self.weight.shape[1])), self.bias * self.lr_mul)


class Mapping(nn.Sequential):
    """Keys '1'..'8' as in the public files ('0' is the pixel norm)."""

    def __init__(self, dim, layers=8):
        super().__init__()
        for i in range(layers):
            self.add_module(str(i + 1), EqualLinear(dim, dim, lr_mul=0.01))

    def forward(self, z):
        x = z * torch.rsqrt(z.pow(2).mean(1, keepdim=True) + 1e-8)
        for layer in self:
            x = F.leaky_relu(layer(x), 0.2) * SQRT2
        return x


def _subpixel_matrix():
    """[2,3,3]: for each of the two sub-pixels along an axis, how the taps of a 3-tap transposed kernel (stride 2)
    followed by [1,3,3,1]/4 become the taps of an ordinary 3-tap convolution."""
    fir = [0.25, 0.75, 0.75, 0.25]
    b = torch.zeros(2, 3, 3)
    for p in range(2):
        for tap in range(3):
            m = p - 2 * (tap - 1)
            for k in range(3):
                if 0 <= k - m + 1 < 4:
                    b[p, tap, k] = fir[k - m + 1]
    return b


class ModulatedConv(nn.Module):
    def __init__(self, i, o, kernel, dim, upsample=False, demodulate=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(1, o, i, kernel, kernel))
        self.modulation = EqualLinear(dim, i, bias=1)
        self.scale = 1 / math.sqrt(i * kernel * kernel)
        self.upsample, self.demodulate, self.kernel = upsample, demodulate, kernel
        if upsample:
            self.register_buffer('fold', _subpixel_matrix(), persistent=False)

    def forward(self, x, w, gain):
        """gain: what x is to be multiplied by -> (convolved, demodulation [B, out, 1, 1]); without demodulation the picture alone"""
        style = self.modulation(w)                                   # [B, in]
        weight = self.weight[0] * self.scale                         # [out, in, k, k]
        if not self.demodulate:                                      # 1x1, few outputs: one small matrix per sample
            b, c, h, wd = x.shape
            m = (weight[:, :, 0, 0] * (gain * style)[:, None]).to(x.dtype)    # [B, out, in]
            y = x.permute(0, 2, 3, 1).reshape(b, h * wd, c) @ m.transpose(1, 2)
            return y.float().view(b, h, wd, -1).permute(0, 3, 1, 2)
        d = torch.rsqrt(style.pow(2) @ weight.pow(2).sum((2, 3)).T + 1e-8)
        x = x * (gain * style).to(x.dtype)[:, :, None, None]
        if self.upsample:
            o, i = weight.shape[:2]
            weight = torch.einsum('pak,qbl,oikl->pqoiab', self.fold, self.fold, weight).reshape(4 * o, i, 3, 3)
            y = F.conv2d(x, weight.to(x.dtype).contiguous(memory_format=CL), padding=1)
            b, _, h, wd = y.shape       # the sub-pixels in place without leaving the channels-last layout
            y = y.permute(0, 2, 3, 1).reshape(b, h, wd, 2, 2, o).permute(0, 1, 3, 2, 4, 5).reshape(b, 2 * h, 2 * wd, o)
            y = y.permute(0, 3, 1, 2)
        else:
            y = F.conv2d(x, weight.to(x.dtype).contiguous(memory_format=CL), padding=self.kernel // 2)
        return y, d.to(x.dtype)[:, :, None, None]


class NoiseInjection(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.full((1,), 0.05))


class Activate(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(c))


class StyledConv(nn.Module):
    def __init__(self, i, o, dim, upsample=False):
        super().__init__()
        self.conv = ModulatedConv(i, o, 3, dim, upsample)
        self.noise = NoiseInjection()
        self.activate = Activate(o)

    def forward(self, x, w, noise, gain):
        """-> activations without their gain sqrt(2), which the next layer's style carries"""
        x, demodulation = self.conv(x, w, gain)
        if noise is None:
            noise = torch.randn(x.shape[0], 1, *x.shape[2:], device=x.device)
        x = torch.addcmul((self.noise.weight * noise).to(x.dtype), x, demodulation)
        return F.leaky_relu(x + self.activate.bias.to(x.dtype)[:, None, None], 0.2)


class ToRGB(nn.Module):
    def __init__(self, i, dim):
        super().__init__()
        self.conv = ModulatedConv(i, 3, 1, dim, demodulate=False)
        self.bias = nn.Parameter(torch.zeros(1, 3, 1, 1))
        fir = torch.tensor([0.25, 0.75, 0.75, 0.25])
        self.register_buffer('fir', (fir[:, None] * fir)[None, None].repeat(3, 1, 1, 1), persistent=False)

    def forward(self, x, w, skip=None):
        """-> (image so far, this resolution's own contribution before bias and skip)"""
        rgb = self.conv(x, w, SQRT2)
        out = rgb + self.bias
        if skip is not None:
            out = out + F.conv_transpose2d(skip, self.fir, stride=2, padding=1, groups=3)
        return out, rgb


class ConstantInput(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.input = nn.Parameter(torch.randn(1, c, 4, 4))


class Generator(nn.Module):
    def __init__(self, size, dim, channels):
        """channels: {4: c, 8: c, ..., size: c}"""
        super().__init__()
        self.size, self.dim, self.channels = size, dim, {int(k): v for k, v in channels.items()}
        self.n_latent = 2 * int(math.log2(size)) - 2
        ch = self.channels
        self.style = Mapping(dim)
        self.input = ConstantInput(ch[4])
        self.conv1 = StyledConv(ch[4], ch[4], dim)
        self.to_rgb1 = ToRGB(ch[4], dim)
        self.convs, self.to_rgbs = nn.ModuleList(), nn.ModuleList()
        r = 8
        while r <= size:
            self.convs.append(StyledConv(ch[r // 2], ch[r], dim, upsample=True))
            self.convs.append(StyledConv(ch[r], ch[r], dim))
            self.to_rgbs.append(ToRGB(ch[r], dim))
            r *= 2

    def forward(self, latent, noise=None, size=None, dtype=torch.float32, return_rgbs=False):
        """latent [B, n_latent, dim] -> image +-1 of side `size` (default: all of it). noise: list of maps or None."""
        noise = noise or [None] * (2 * len(self.to_rgbs) + 1)
        x = self.input.input.expand(latent.shape[0], -1, -1, -1).to(dtype).contiguous(memory_format=CL)
        x = self.conv1(x, latent[:, 0], noise[0], 1.0)
        image, rgb = self.to_rgb1(x, latent[:, 1])
        rgbs = [rgb]
        for j, to_rgb in enumerate(self.to_rgbs):
            if image.shape[2] >= (size or self.size):
                break
            x = self.convs[2 * j](x, latent[:, 1 + 2 * j], noise[1 + 2 * j], SQRT2)
            x = self.convs[2 * j + 1](x, latent[:, 2 + 2 * j], noise[2 + 2 * j], SQRT2)
            image, rgb = to_rgb(x, latent[:, 3 + 2 * j], image)
            rgbs.append(rgb)
        return (image, rgbs) if return_rgbs else image


def test_layers():
    """The folded upsampling layer against transposed convolution + filter, written out as in the public code."""
    torch.manual_seed(0)
    conv = ModulatedConv(5, 4, 3, 6, upsample=True)
    x, w = torch.randn(2, 5, 8, 8), torch.randn(2, 6)
    s = conv.modulation(w)
    weight = conv.weight * conv.scale * s[:, None, :, None, None]
    weight = weight * torch.rsqrt(weight.pow(2).sum((2, 3, 4), keepdim=True) + 1e-8)
    fir = torch.tensor([1., 3., 3., 1.])
    fir = (fir[:, None] * fir / 16)[None, None].repeat(4, 1, 1, 1)
    want = torch.cat([F.conv2d(F.pad(F.conv_transpose2d(x[b:b + 1], weight[b].transpose(0, 1), stride=2), (1, 1, 1, 1)),
                               fir, groups=4) for b in range(2)])
    y, demodulation = conv(x, w, 1.0)
    assert (y * demodulation - want).abs().max() < 1e-5
    rgb = ToRGB(5, 6)
    skip = torch.randn(2, 3, 8, 8)
    y = torch.zeros(2, 3, 16, 16)
    y[:, :, ::2, ::2] = skip
    want = F.conv2d(F.pad(y, (2, 1, 2, 1)), fir[:3], groups=3)
    got = rgb(torch.zeros(2, 5, 16, 16), w, skip)[0]
    assert (got - want).abs().max() < 1e-5
    print('upsampling layers agree')


if __name__ == '__main__':
    test_layers()
