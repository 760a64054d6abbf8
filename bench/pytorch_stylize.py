"""One step of style transfer in PyTorch: the same objective as the workload "stylize", to be timed on the same machine.

VGG-19 to relu5_1 at its official widths (formula weights), replicated edge, average pools; content at relu4_2, Gram matrices
(neural-style) at relu1_1 … relu5_1; gradient for the pixels; Adam; clamp. `npm run bench` calls this.

  python3 bench/pytorch_stylize.py --steps 3 --threads 2 --device cpu

Prints one line of JSON: seconds of each step, peak memory, the loss of the first step.
"""

import argparse
import json
import os
import resource
import time

import torch
import torch.nn.functional as F

from pytorch_step import BLOCKS, Networks, blas, formula_image

SIDE = 512
STYLE = ["1_1", "2_1", "3_1", "4_1", "5_1"]
CONTENT = "4_2"
STYLE_WEIGHT = 3e5


def features(nets, x, last):
    mean = torch.tensor([0.485, 0.456, 0.406], device=x.device).view(1, 3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225], device=x.device).view(1, 3, 1, 1)
    x = F.pad((x - mean) / std, (1, 1, 1, 1), mode="replicate")
    found, index = {}, 0
    for b, convolutions in enumerate(BLOCKS["vgg19"], 1):
        if b > 1:
            x = F.avg_pool2d(x, 2)
            index += 1
        for c in range(1, convolutions + 1):
            key = f"features.{index}"
            padding = 0 if index == 0 else 1
            x = F.relu(F.conv2d(x, nets.get("vgg19", f"{key}.weight"), nets.get("vgg19", f"{key}.bias"), padding=padding))
            index += 2
            found[f"{b}_{c}"] = x
            if f"{b}_{c}" == last:
                return found
    raise ValueError(f"no layer {last}")


def gram(x):
    _, n, h, w = x.shape
    flat = x.reshape(n, h * w)
    return flat @ flat.t() / (h * w)


def run(steps, device):
    nets = Networks(device)
    picture = lambda name: torch.from_numpy(formula_image(name, 3, SIDE, SIDE))[None].to(device)
    with torch.no_grad():
        content = features(nets, picture("content"), CONTENT)[CONTENT]
        style = features(nets, picture("style"), STYLE[-1])
        targets = [gram(style[layer]) for layer in STYLE]
        del style
    x = picture("content").requires_grad_(True)
    optimizer = torch.optim.Adam([x], lr=0.02, betas=(0.9, 0.99))
    synchronize = torch.cuda.synchronize if device == "cuda" else lambda: None
    seconds, first = [], None
    for _ in range(steps):
        synchronize()
        began = time.perf_counter()
        found = features(nets, x, STYLE[-1])
        total = (found[CONTENT] - content).square().mean()
        for layer, target in zip(STYLE, targets):
            n = target.shape[0]
            total = total + STYLE_WEIGHT / len(STYLE) * (gram(found[layer]) / n - target / n).square().mean()
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        optimizer.step()
        with torch.no_grad():
            x.clamp_(0, 1)
        value = float(total.detach())
        synchronize()
        seconds.append(time.perf_counter() - began)
        first = value if first is None else first
    peak = torch.cuda.max_memory_allocated() / 1e9 if device == "cuda" else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"seconds": seconds, "peakGigabytes": peak, "firstLoss": first}


def main():
    parser = argparse.ArgumentParser(description="One step of style transfer in PyTorch, timed.")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0, help="0: as many as there are cores")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    args = parser.parse_args()
    threads = args.threads or len(os.sched_getaffinity(0))
    torch.set_num_threads(threads)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    name = torch.cuda.get_device_name() if args.device == "cuda" else "cpu"
    found = run(args.steps, args.device)
    print(json.dumps({"torch": torch.__version__, "device": name, "threads": threads, "style": "lean", "blas": blas(), **found}))


if __name__ == "__main__":
    main()
