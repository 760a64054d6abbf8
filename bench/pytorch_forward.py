"""A pass of a network that enlarges or restores, in PyTorch, to be timed on the same machine (`npm run bench` calls this).

  python3 bench/pytorch_forward.py --workload rrdb-23 --steps 3 --threads 2 --device cpu

RRDBNet, SRVGGNetCompact, CycleGAN's generator, Magenta's transformer and the mapping of Bringing Old Photos Back to Life written from their description, with random weights: seconds do not depend on them. In the layout of
channels that is quicker on a CPU. Prints one line of JSON: seconds of each pass, peak memory.
"""

import argparse
import json
import resource
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Dense(nn.Module):
    def __init__(self, width=64, growth=32):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(width + k * growth, growth if k < 4 else width, 3, padding=1) for k in range(5))

    def forward(self, x):
        seen = [x]
        for conv in self.convs[:4]:
            seen.append(F.leaky_relu(conv(torch.cat(seen, 1)), 0.2))
        return self.convs[4](torch.cat(seen, 1)) * 0.2 + x


class Rrdb(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        conv = lambda i, o: nn.Conv2d(i, o, 3, padding=1)
        self.first, self.trunk, self.hr, self.last = conv(3, 64), conv(64, 64), conv(64, 64), conv(64, 3)
        self.ups = nn.ModuleList([conv(64, 64), conv(64, 64)])
        self.blocks = nn.ModuleList(nn.Sequential(Dense(), Dense(), Dense()) for _ in range(blocks))

    def forward(self, x):
        first = h = self.first(x)
        for block in self.blocks:
            h = block(h) * 0.2 + h
        h = first + self.trunk(h)
        for up in self.ups:
            h = F.leaky_relu(up(F.interpolate(h, scale_factor=2, mode="nearest")), 0.2)
        return self.last(F.leaky_relu(self.hr(h), 0.2))


class Srvgg(nn.Module):
    def __init__(self, convs):
        super().__init__()
        layers = [nn.Conv2d(3, 64, 3, padding=1), nn.PReLU(64)]
        for _ in range(convs):
            layers += [nn.Conv2d(64, 64, 3, padding=1), nn.PReLU(64)]
        self.body = nn.Sequential(*layers, nn.Conv2d(64, 48, 3, padding=1))

    def forward(self, x):
        return F.pixel_shuffle(self.body(x), 4) + F.interpolate(x, scale_factor=4, mode="nearest")


def block(c):
    """Reflected border, convolution, instance norm, ReLU, and once more without it."""
    half = lambda: [nn.ReflectionPad2d(1), nn.Conv2d(c, c, 3), nn.InstanceNorm2d(c)]
    return nn.Sequential(*half(), nn.ReLU(), *half())


class Painter(nn.Module):
    """CycleGAN's ResNet generator, 32 channels wide."""

    def __init__(self, blocks, a=32):
        super().__init__()
        normed = lambda conv: [conv, nn.InstanceNorm2d(conv.out_channels), nn.ReLU()]
        wide = lambda i, o: [nn.ReflectionPad2d(3), nn.Conv2d(i, o, 7)]
        self.before = nn.Sequential(*wide(3, a), nn.InstanceNorm2d(a), nn.ReLU(), *normed(nn.Conv2d(a, 2 * a, 3, 2, 1)), *normed(nn.Conv2d(2 * a, 4 * a, 3, 2, 1)))
        self.blocks = nn.ModuleList(block(4 * a) for _ in range(blocks))
        self.after = nn.Sequential(*normed(nn.ConvTranspose2d(4 * a, 2 * a, 3, 2, 1, 1)), *normed(nn.ConvTranspose2d(2 * a, a, 3, 2, 1, 1)), *wide(a, 3), nn.Tanh())

    def forward(self, x):
        h = self.before(x)
        for one in self.blocks:
            h = one(h) + h
        return self.after(h)


class Styled(nn.Module):
    def __init__(self, i, o, k, numbers=100):
        super().__init__()
        self.conv = nn.Sequential(nn.ReflectionPad2d(k // 2), nn.Conv2d(i, o, k, bias=False), nn.InstanceNorm2d(o))
        self.gamma, self.beta = nn.Linear(numbers, o), nn.Linear(numbers, o)

    def forward(self, x, style):
        return self.conv(x) * self.gamma(style)[:, :, None, None] + self.beta(style)[:, :, None, None]


class Styles(nn.Module):
    """Magenta's transformer of any style, 8 channels wide."""

    def __init__(self, blocks, a=8):
        super().__init__()
        plain = lambda i, o, k, stride: nn.Sequential(nn.ReflectionPad2d(k // 2), nn.Conv2d(i, o, k, stride), nn.ReLU())
        self.before = nn.Sequential(plain(3, a, 9, 1), plain(a, 2 * a, 3, 2), plain(2 * a, 4 * a, 3, 2))
        self.blocks = nn.ModuleList(nn.ModuleList([Styled(4 * a, 4 * a, 3), Styled(4 * a, 4 * a, 3)]) for _ in range(blocks))
        self.ups, self.last = nn.ModuleList([Styled(4 * a, 2 * a, 3), Styled(2 * a, a, 3)]), Styled(a, 3, 9)
        self.style = nn.Parameter(0.3 * torch.randn(1, 100))

    def forward(self, x):
        h = self.before(x)
        for first, second in self.blocks:
            h = h + second(F.relu(first(h, self.style)), self.style)
        for up in self.ups:
            h = F.relu(up(F.interpolate(h, scale_factor=2, mode="nearest"), self.style))
        return torch.sigmoid(self.last(h, self.style))


class Mapping(nn.Module):
    """mapping_quality, 64 to 512 channels and back."""

    def __init__(self):
        super().__init__()
        step = lambda i, o: nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.InstanceNorm2d(o), nn.ReLU())
        self.before = nn.Sequential(step(64, 128), step(128, 256), step(256, 512), step(512, 512))
        self.blocks = nn.ModuleList(block(512) for _ in range(6))
        self.after = nn.Sequential(step(512, 512), step(512, 256), step(256, 128), nn.Conv2d(128, 64, 3, padding=1))

    def forward(self, z):
        h = self.before(z)
        for one in self.blocks:
            h = one(h) + h
        return self.after(h)


class Attention(nn.Module):
    """Some queries of the partial non-local block over all positions, as its authors write it."""

    def __init__(self, n=65_536, c=512):
        super().__init__()
        self.keys, self.values = (nn.Parameter(0.05 * torch.randn(shape)) for shape in ((c, n), (n, c)))
        self.seen = nn.Parameter((torch.rand(1, n) > 0.1).float())

    def forward(self, queries):
        shares = torch.softmax(queries @ self.keys, 1) * self.seen
        return (shares / shares.sum(1, keepdim=True)) @ self.values


def made(kind, depth, device):
    """The network and what it is given."""
    if kind == "attention":
        return Attention().to(device), 0.05 * torch.randn(512, 512, device=device)
    if kind == "mapping":
        net, x = Mapping(), torch.randn(1, 64, 256, 256, device=device)
    elif kind in ("painter", "styles"):
        net, x = (Painter if kind == "painter" else Styles)(depth), torch.rand(1, 3, 512, 512, device=device)
    else:
        net, x = (Rrdb if kind == "rrdb" else Srvgg)(depth), torch.rand(1, 3, 256, 256, device=device)
    return net.to(device, memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--workload", required=True)
    p.add_argument("--steps", type=int, default=3)
    p.add_argument("--threads", type=int, default=0)
    p.add_argument("--device", default="cpu")
    args = p.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    kind, depth = args.workload.split("-")
    net, x = made(kind, int(depth), args.device)
    net.eval()
    seconds = []
    with torch.inference_mode():
        for _ in range(args.steps + 1):
            begin = time.perf_counter()
            net(x).sum().item()
            seconds.append(time.perf_counter() - begin)
    blas = "OpenBLAS" if "OpenBLAS" in torch.__config__.show() else "MKL" if "mkl" in torch.__config__.show().lower() else None
    print(json.dumps({
        "style": "lean", "torch": torch.__version__, "device": args.device, "threads": torch.get_num_threads(), "blas": blas,
        "seconds": seconds[1:], "peakGigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
    }))


if __name__ == "__main__":
    main()
