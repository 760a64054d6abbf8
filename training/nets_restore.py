"""Compact autoencoders and mappings in the layout of Bringing Old Photos Back to Life (the keys that src/restore reads), with batch norm, its
`--norm batch`, instead of instance norm: tones are kept, which instance norm loses at the first layer, and a picture may be cut into tiles."""
import torch
import torch.nn.functional as F
from torch import nn

LATENT = 32   # channels of the latents; 64 in the official networks
INSIDE = 128  # of the mappings; 512
INNER = 64    # of the attention; 512


class ResnetBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv_block = nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(c, c, 3), nn.BatchNorm2d(c), nn.ReLU(),
                                        nn.ReflectionPad2d(1), nn.Conv2d(c, c, 3), nn.BatchNorm2d(c))

    def forward(self, x):
        return x + self.conv_block(x)


def normed(conv, c):
    return [conv, nn.BatchNorm2d(c), nn.ReLU()]


class Vae(nn.Module):
    def __init__(self, c=LATENT, blocks=4, draws=3):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.ReflectionPad2d(3), *normed(nn.Conv2d(3, c, 7), c), *normed(nn.Conv2d(c, c, 4, 2, 1), c), *normed(nn.Conv2d(c, c, 4, 2, 1), c),
            *(ResnetBlock(c) for _ in range(blocks)))
        self.decoder = nn.Sequential(
            *(ResnetBlock(c) for _ in range(blocks)), *normed(nn.ConvTranspose2d(c, c, 4, 2, 1), c), *normed(nn.ConvTranspose2d(c, c, 4, 2, 1), c),
            nn.ReflectionPad2d(3), nn.Conv2d(c, draws, 7), nn.Tanh())


def into(latent, inside):
    half = (latent + inside) // 2 if inside < 2 * latent else 2 * latent
    return [*normed(nn.Conv2d(latent, half, 3, 1, 1), half), *normed(nn.Conv2d(half, inside, 3, 1, 1), inside)], half


class Mapping(nn.Module):
    """Without damage: `model`."""

    def __init__(self, latent=LATENT, inside=INSIDE, blocks=4):
        super().__init__()
        first, half = into(latent, inside)
        self.model = nn.Sequential(*first, *(ResnetBlock(inside) for _ in range(blocks)),
                                   *normed(nn.Conv2d(inside, half, 3, 1, 1), half), nn.Conv2d(half, latent, 3, 1, 1))

    def forward(self, z, mask=None):
        return self.model(z)


class Attention(nn.Module):
    def __init__(self, c, inner, blocks=2):
        super().__init__()
        self.g, self.theta, self.phi = (nn.Conv2d(c, inner, 1) for _ in range(3))
        self.W = nn.Conv2d(inner, c, 1)
        self.res_block = nn.Sequential(*(ResnetBlock(c) for _ in range(blocks)))

    def forward(self, x, mask):
        """x [N,C,h,w], mask [N,1,4h,4w] in 01"""
        n, _, h, w = x.shape
        flat = lambda conv: conv(x).flatten(2)
        touched = (F.interpolate(mask, (h, w), mode='bilinear') > 0).float()
        seen = (1 - touched) * F.interpolate(1 - mask, (h, w))
        shares = torch.softmax(flat(self.theta).transpose(1, 2) @ flat(self.phi), 2) * seen.flatten(2)
        shares = F.normalize(shares, p=1, dim=2)
        found = (shares @ flat(self.g).transpose(1, 2)).transpose(1, 2).reshape(n, -1, h, w)
        return seen * x + (1 - seen) * self.res_block(self.W(found))


class ScratchMapping(nn.Module):
    """With damage: `before_NL`, `NL`, `after_NL`."""

    def __init__(self, latent=LATENT, inside=INSIDE, inner=INNER, blocks=4):
        super().__init__()
        first, half = into(latent, inside)
        self.before_NL = nn.Sequential(*first)
        self.NL = Attention(inside, inner)
        self.after_NL = nn.Sequential(*(ResnetBlock(inside) for _ in range(blocks)),
                                      *normed(nn.Conv2d(inside, half, 3, 1, 1), half), nn.Conv2d(half, latent, 3, 1, 1))

    def forward(self, z, mask):
        return self.after_NL(self.NL(self.before_NL(z), mask))


class Networks(nn.Module):
    def __init__(self):
        super().__init__()
        self.vae_a, self.vae_b, self.mapping, self.scratch = Vae(), Vae(draws=4), Mapping(), ScratchMapping()

    def mapped(self, z, mask):
        """Latents of A; those of the last len(mask) pictures are torn."""
        whole = len(z) - len(mask)
        return torch.cat([part for part in (self.mapping(z[:whole]) if whole else None, self.scratch(z[whole:], mask) if len(mask) else None)
                          if part is not None])

    def forward(self, x, mask):
        return mixed(x, mask, self.vae_b.decoder(self.mapped(self.vae_a.encoder(x), mask)).float())


FILLED = 16  # times that holes are filled from their rims, two pixels each time


def mixed(x, mask, drawn):
    """What B's decoder drew [N,4,h,w] in +-1 and what is left of the photographs, of which the last len(mask) are torn: three colours that are
    added, and how much stays of what a small blur takes away, which is grain as well as what is sharp. Holes hold what is around them, so that
    nothing need be drawn exactly along their rims; what is deeper than 32 pixels is gray."""
    whole = len(x) - len(mask)
    there = torch.cat([torch.ones_like(x[:whole, :1]), 1 - mask])
    x = x * there
    if len(mask):
        torn, known = x[whole:], there[whole:]
        for _ in range(FILLED):
            near = blurred(known)
            new = (near > 1e-3) & (known == 0)
            torn = torch.where(new, blurred(torn) / near.clamp(min=1e-3), torn)
            known = torch.where(new, 1.0, known)
        x, there = torch.cat([x[:whole], torn]), torch.cat([there[:whole], known])
    soft = blurred(x) / blurred(there).clamp(min=1e-3)
    return soft + (drawn[:, 3:] + 1) / 2 * (x - soft) + drawn[:, :3]


def blurred(x):
    c, k = x.shape[1], torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
    x = F.pad(x, (2,) * 4, mode='reflect')
    x = F.conv2d(x, k.view(1, 1, 1, 5).expand(c, 1, 1, 5), groups=c)
    return F.conv2d(x, k.view(1, 1, 5, 1).expand(c, 1, 5, 1), groups=c)


class LatentDiscriminator(nn.Module):
    """Is this latent of a real old photograph, or of one that was made old?"""

    def __init__(self, c=LATENT):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(c, 64, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(64, 64, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(64, 1, 3, 1, 1))

    def forward(self, z):
        return self.net(z)
