"""What a nineteenth-century plate and its later scan do to a gray picture: sensitivity, optical blur, tone curve,
fading, vignette, uneven development, grain; and what a painter leaves of it. Random, for a batch. And with these, what an encoder
is shown in training."""
import torch
import torch.nn.functional as F

SENSITIVITY = {'b': (0.0, 0.0, 1.0), 'gb': (0.0, 0.5, 0.5), 'g': (0.299, 0.587, 0.114)}


def to_gray(x, kind):
    """x [B,3,h,w] in 01 -> [B,1,h,w]"""
    return (x * torch.tensor(SENSITIVITY[kind], device=x.device).view(1, 3, 1, 1)).sum(1, keepdim=True)


def blur(x, sigma):
    """Gaussian, one sigma per picture [B]"""
    b, r = x.shape[0], max(4, int(2.5 * float(sigma.max()) + 0.5))
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
    x = blur(x, torch.rand(b, device=x.device) ** 2 * 1.6 * max(1, h / 64))
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


def painted(x, radius=2):
    """x [B,1,h,w] in 01 -> flat patches with sharp borders, as a brush leaves them (Kuwahara's filter)"""
    side, h, w = radius + 1, *x.shape[2:]
    p = F.pad(x, (radius,) * 4, mode='reflect')
    mean, square = F.avg_pool2d(p, side, 1), F.avg_pool2d(p * p, side, 1)
    corners = [(i, j) for i in (0, radius) for j in (0, radius)]
    means, variances = (torch.cat([t[:, :, i:i + h, j:j + w] for i, j in corners], 1) for t in (mean, square - mean * mean))
    return (means * torch.softmax(-2000 * variances, 1)).sum(1, keepdim=True)


def some(b, share, device):
    return torch.rand(b, 1, 1, 1, device=device) < share


def shown_gray(x, aged=0.6, brushed=0.15):
    """x colour [B,3,h,w] in +-1 -> gray x3 in +-1 as a run feeds it: of any film and aged, some painted; the rest clean luma"""
    b, dev, u = len(x), x.device, (x + 1) / 2
    film = torch.tensor([SENSITIVITY[k] for k in ('b', 'gb', 'g', 'g')], device=dev)[torch.randint(4, (b,), device=dev)]
    old = (u * film.view(-1, 3, 1, 1)).sum(1, keepdim=True)
    n = int(b * brushed + torch.rand(()).item())
    if n:
        old = torch.cat([painted(painted(old[:n]), max(2, round(3 * x.shape[2] / 128))), old[n:]])
    y = torch.where(some(b, aged, dev), antique(old), to_gray(u, 'g'))
    return (y * 2 - 1).expand(-1, 3, -1, -1)


def shown_colour(x, share=0.3):
    """x [B,3,h,w] in +-1 -> the same, a share of them soft and grainy"""
    b, dev = len(x), x.device
    k = int(b * share)
    soft = torch.cat([blur(x[:k, c:c + 1], torch.rand(k, device=dev) ** 2 * x.shape[2] / 64) for c in range(3)], 1)
    soft = soft + torch.randn_like(soft) * torch.rand(k, 1, 1, 1, device=dev) * 0.12
    return torch.cat([soft.clamp(-1, 1), x[k:]])
