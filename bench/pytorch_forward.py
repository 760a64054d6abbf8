"""A pass of a network that enlarges, in PyTorch, to be timed on the same machine (`npm run bench` calls this).

  python3 bench/pytorch_forward.py --workload rrdb-23 --steps 3 --threads 2 --device cpu

RRDBNet and SRVGGNetCompact written from their description, with random weights: seconds do not depend on them. In the layout of
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
    net = (Rrdb if kind == "rrdb" else Srvgg)(int(depth)).eval().to(args.device, memory_format=torch.channels_last)
    x = torch.rand(1, 3, 256, 256, device=args.device).contiguous(memory_format=torch.channels_last)
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
