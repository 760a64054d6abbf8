"""What a nineteenth-century plate and its later scan do to a gray picture: sensitivity, optical blur, tone curve,
fading, vignette, uneven development, grain. Random, for a batch."""
import torch
import torch.nn.functional as F

SENSITIVITY = {'b': (0.0, 0.0, 1.0), 'gb': (0.0, 0.5, 0.5), 'g': (0.299, 0.587, 0.114)}


def to_gray(x, kind):
    """x [B,3,h,w] in 01 -> [B,1,h,w]"""
    return (x * torch.tensor(SENSITIVITY[kind], device=x.device).view(1, 3, 1, 1)).sum(1, keepdim=True)


def blur(x, sigma):
    """Gaussian, one sigma per picture [B]"""
    b, r = x.shape[0], 4
    t = torch.arange(-r, r + 1, device=x.device).float()
    k = torch.exp(-0.5 * (t / sigma.clamp(min=0.05)[:, None]) ** 2)
    k = (k / k.sum(1, keepdim=True))[:, None]
    y = F.pad(x.transpose(0, 1), (r, r, r, r), mode='reflect')
    y = F.conv2d(y, k[:, :, None], groups=b)
    return F.conv2d(y, k[:, :, :, None], groups=b).transpose(0, 1)


def antique(x):
    """x [B,1,h,w] in 01 -> the same, aged"""
    b, _, h, w = x.shape
    rand = lambda lo, hi: torch.rand(b, 1, 1, 1, device=x.device) * (hi - lo) + lo
    x = x.clamp(0, 1)
    x = blur(x, torch.rand(b, device=x.device) ** 2 * 1.6)
    x = (x + 1e-4) ** torch.exp(rand(-0.5, 0.5))                                   # tone curve
    mid = x.mean((2, 3), keepdim=True)
    x = mid + (x - mid) * rand(0.7, 1.3)                                           # contrast
    x = rand(0.0, 0.18) + x * rand(0.72, 1.0)                                      # fading
    yy = torch.linspace(-1, 1, h, device=x.device).view(1, 1, h, 1)
    xx = torch.linspace(-1, 1, w, device=x.device).view(1, 1, 1, w)
    x = x * (1 - rand(0, 0.35) * ((xx - rand(-.3, .3)) ** 2 + (yy - rand(-.3, .3)) ** 2) / 2)   # vignette
    spots = F.interpolate(torch.randn(b, 1, 4, 4, device=x.device), (h, w), mode='bicubic', align_corners=False)
    x = x + spots * rand(0, 0.03)                                                  # uneven development
    x = x + torch.randn_like(x) * rand(0, 0.05)                                    # grain
    return x.clamp(0, 1)
