"""One optimization step in PyTorch: the same objective as ours, to be timed on the same machine (`npm run bench` calls this).

Generator (StyleGAN2), camera (blur, reduction, spectral sensitivity, response), VGG16 and VGG-Face perceptual terms of
face and eyes, contextual term on VGG19, colour transfer, noise correlation; gradients for latents, noise maps and
camera; RAdam; noise normalisation. Weights come from the formula of test/support/formula.ts, so no file is needed.

  python3 bench/pytorch_step.py --size 512 --steps 3 --threads 2 --device cpu --style lean
  python3 bench/pytorch_step.py --check      the losses of test/golden/objective.json, from this script

--style public: modulated kernels are made for each picture and the target's features are computed in every step, as the
                published implementation of the method does.
--style lean:   what we do, said in PyTorch: feature maps are scaled instead of kernels, so that no kernel needs a
                gradient, and the target's features are computed once.

Prints one line of JSON: seconds of each step, peak memory, losses of the first step.
"""

import argparse
import json
import math
import pathlib
import resource
import time

import numpy as np
import torch
import torch.nn.functional as F

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "test" / "golden"


# ---- numbers from the formula ------------------------------------------------------------------------------------

def formula_values(name, count, std=1.0, mean=0.0):
    h = 0x811C9DC5
    for byte in name.encode():
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    z = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(h)
    z ^= z >> np.uint32(16)
    z *= np.uint32(0x85EBCA6B)
    z ^= z >> np.uint32(13)
    z *= np.uint32(0xC2B2AE35)
    z ^= z >> np.uint32(16)
    return (mean + std * ((2 * z.astype(np.float64) / 2**32 - 1) * math.sqrt(3))).astype(np.float32)


def formula_image(name, channels, height, width):
    """A smooth picture with a little grain, [c, h, w] in 01."""
    p = formula_values(name + "/waves", channels * 9).reshape(channels, 3, 3).astype(np.float64)
    grain = formula_values(name + "/grain", channels * height * width).reshape(channels, height, width)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = []
    for k in range(channels):
        v = 0.5 + 0.02 * grain[k]
        for a, b, phase in p[k]:
            v = v + 0.15 * np.sin(2 * np.pi * (a * 2 * x / width + b * 2 * y / height + phase))
        planes.append(np.clip(v, 0, 1))
    return np.stack(planes).astype(np.float32)


class Networks:
    """Weights by key, made when they are first asked for; rules as in test/support/formula-weights.ts."""

    def __init__(self, device):
        self.keys = json.loads((GOLDEN / "keys.json").read_text())
        self.device = device
        self.made = {}

    def get(self, network, key):
        full = f"{network}/{key}"
        if full not in self.made:
            listed = self.keys["stylegan2_1024" if network == "stylegan2" else network]
            shape = listed[key.removeprefix("features.")]
            std, mean = (stylegan_rule if network == "stylegan2" else he_rule)(key, shape)
            values = formula_values(full, math.prod(shape), std, mean).reshape(shape)
            self.made[full] = torch.from_numpy(values).to(self.device)
        return self.made[full]


def stylegan_rule(key, _shape):
    if key.endswith("modulation.bias"):
        return 0.1, 1.0
    if key.endswith("noise.weight") or key.endswith(".bias"):
        return 0.1, 0.0
    return 1.0, 0.0


def he_rule(_key, shape):
    return (math.sqrt(2 / math.prod(shape[1:])), 0.0) if len(shape) > 1 else (0.05, 0.0)


# ---- generator ---------------------------------------------------------------------------------------------------

def fir(x, gain_up):
    """[1, 3, 3, 1] twice, per channel: behind an enlarging convolution, or as enlargement of its own."""
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0], device=x.device)
    kernel = torch.outer(taps, taps) / 16
    c = x.shape[1]
    weight = kernel.expand(c, 1, 4, 4)
    if gain_up:
        return F.conv_transpose2d(x, weight, stride=2, padding=1, groups=c)
    return F.conv2d(x, weight, padding=1, groups=c)


def modulated_conv(nets, at, x, w, demodulate, upsample, style_of):
    weight = nets.get("stylegan2", f"{at}.weight")[0]
    out_channels, in_channels, k, _ = weight.shape
    style = F.linear(w, nets.get("stylegan2", f"{at}.modulation.weight") / math.sqrt(w.shape[1]),
                     nets.get("stylegan2", f"{at}.modulation.bias")) / math.sqrt(in_channels * k * k)
    if style_of == "public":
        kernel = weight * style.view(1, in_channels, 1, 1)
        if demodulate:
            kernel = kernel * torch.rsqrt(kernel.square().sum([1, 2, 3], keepdim=True) + 1e-8)
        if upsample:
            return fir(F.conv_transpose2d(x, kernel.transpose(0, 1), stride=2), False)
        return F.conv2d(x, kernel, padding=k // 2)
    x = x * style.view(1, in_channels, 1, 1)
    y = fir(F.conv_transpose2d(x, weight.transpose(0, 1), stride=2), False) if upsample else F.conv2d(x, weight, padding=k // 2)
    if demodulate:
        y = y * torch.rsqrt(style.square() @ weight.square().sum([2, 3]).t() + 1e-8).view(1, out_channels, 1, 1)
    return y


def synthesize(nets, latent, noise, size, style_of):
    def styled(at, x, w, n, upsample):
        y = modulated_conv(nets, f"{at}.conv", x, w, True, upsample, style_of)
        y = y + n * nets.get("stylegan2", f"{at}.noise.weight")
        y = y + nets.get("stylegan2", f"{at}.activate.bias").view(1, -1, 1, 1)
        return F.leaky_relu(y, 0.2) * math.sqrt(2)

    x = styled("conv1", nets.get("stylegan2", "input.input"), latent[:, 0], noise[0], False)
    rgbs = [modulated_conv(nets, "to_rgb1.conv", x, latent[:, 1], False, False, style_of)]
    image = rgbs[0] + nets.get("stylegan2", "to_rgb1.bias")
    for j in range(int(math.log2(size)) - 2):
        x = styled(f"convs.{2 * j}", x, latent[:, 1 + 2 * j], noise[1 + 2 * j], True)
        x = styled(f"convs.{2 * j + 1}", x, latent[:, 2 + 2 * j], noise[2 + 2 * j], False)
        rgbs.append(modulated_conv(nets, f"to_rgbs.{j}.conv", x, latent[:, 3 + 2 * j], False, False, style_of))
        image = rgbs[-1] + nets.get("stylegan2", f"to_rgbs.{j}.bias") + fir(image, True)
    return image, rgbs


# ---- camera ------------------------------------------------------------------------------------------------------

def gaussian_kernel(sigma, side, device):
    """The reference's rule: exp(-((x - mean)/(2 sigma))^2), normalised."""
    x = torch.arange(side, dtype=torch.float64) - (side - 1) / 2
    taps = torch.exp(-((x / (2 * sigma)) ** 2))
    taps = taps / taps.sum()
    return torch.outer(taps, taps).float().to(device)


def blur(x, kernel, padding, stride=1):
    c = x.shape[1]
    return F.conv2d(x, kernel.expand(c, 1, *kernel.shape), padding=padding, stride=stride, groups=c)


def downsample(x, size):
    stride = x.shape[2] // size
    if stride == 1:
        return x
    side = math.floor(4 * 0.5 * stride + 1.5)
    return blur(x, gaussian_kernel(0.5 * stride, side, x.device), (side - 1) // 2, stride)


def degrade(image, camera, radius, size):
    side = 2 * math.floor(2 * radius + 0.5) + 1
    x = downsample(blur(image, gaussian_kernel(radius, side, image.device), side // 2), size)
    gray = x[:, 2:3]
    u = (gray.clamp(-0.99, 1) + 1) / 2
    gamma, offset, gain = camera
    v = offset + gain * u**gamma
    return (2 * v - 1).expand(-1, 3, -1, -1)


# ---- feature networks and terms ----------------------------------------------------------------------------------

BLOCKS = {"vgg16": [2, 2, 3, 3, 3], "vgg19": [2, 2, 4, 4, 4], "vggface": [2, 2, 3, 3, 3]}


def vgg(nets, kind, x, layers):
    found, index = {}, 0
    for b, convolutions in enumerate(BLOCKS[kind], 1):
        if b > 1:
            x = F.max_pool2d(x, 2)
            index += 1
        for c in range(1, convolutions + 1):
            key = f"conv{b}_{c}" if kind == "vggface" else f"features.{index}"
            x = F.relu(F.conv2d(x, nets.get(kind, f"{key}.weight"), nets.get(kind, f"{key}.bias"), padding=1))
            index += 2
            found[f"{b}_{c}"] = x
            if all(layer in found for layer in layers):
                return [found[layer] for layer in layers]
    raise ValueError(f"{kind} has no layers {layers}")


def imagenet(x):
    mean = torch.tensor([0.485, 0.456, 0.406], device=x.device).view(1, 3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225], device=x.device).view(1, 3, 1, 1)
    return ((x + 1) / 2 - mean) / std


def vgg_face_input(x):
    mean = torch.tensor([129.186279296875, 104.76238250732422, 93.59396362304688], device=x.device) / 255
    return (x + 1) / 2 - mean.view(1, 3, 1, 1)


def face_features(nets, x):
    return (vgg(nets, "vgg16", imagenet(x), ["1_2", "2_2", "3_3", "4_3"]),
            vgg(nets, "vggface", vgg_face_input(x), ["1_1", "2_1", "3_1", "4_1"]))


def eye_windows(x):
    s = x.shape[2] / 1024
    side = round(224 * s)
    starts = [(round((480 - 112) * s), round((centre - 112) * s)) for centre in (384, 640)]
    return [x[:, :, r : r + side, c : c + side] for r, c in starts]


def distance(a, b):
    return sum((p - q).abs().mean() for p, q in zip(a, b))


def contextual(x, y, subset):
    x, y = (t.flatten(2)[0] for t in (x, y))
    if subset is not None:
        x, y = x[:, subset], y[:, subset]
    centre = y.mean(1, keepdim=True)
    x, y = F.normalize(x - centre, dim=0), F.normalize(y - centre, dim=0)
    d = 1 - x.t() @ y
    relative = d / (d.min(1, keepdim=True)[0] + 1e-5)
    w = torch.exp((1 - relative) / 0.5)
    cx = w / w.sum(1, keepdim=True)
    return -torch.log(cx.max(0)[0].mean() + 1e-5)


def gram(x):
    _, c, h, w = x.shape
    flat = x.reshape(c, h * w)
    return flat @ flat.t() / (c * h * w)


def noise_correlation(noise):
    total = 0.0
    for n in noise:
        while True:
            total = total + (n * torch.roll(n, 1, 3)).mean() ** 2 + (n * torch.roll(n, 1, 2)).mean() ** 2
            if n.shape[2] <= 8:
                break
            n = F.avg_pool2d(n, 2)
    return total


CONTEXTUAL_LAYERS = ["3_4", "2_2", "1_2"]


class Objective:
    """Everything that stays the same during a stage, and the losses of the current parameters."""

    def __init__(self, nets, size, target, sibling, sibling_rgbs, style_of):
        self.nets, self.size, self.style_of, self.target, self.sibling = nets, size, style_of, target, sibling
        self.grams = [gram(rgb) for rgb in sibling_rgbs[:5]]
        self.known = None if style_of == "public" else self.target_features()

    def target_features(self):
        with torch.no_grad():
            eyes = [vgg(self.nets, "vgg16", imagenet(x), ["1_2", "2_2", "3_3", "4_3"]) for x in eye_windows(self.target)]
            return face_features(self.nets, downsample(self.target, 256)), eyes

    def losses(self, latent, noise, camera, window, subsets):
        nets = self.nets
        image, rgbs = synthesize(nets, latent, noise, self.size, self.style_of)
        (target_vgg, target_face), target_eyes = self.known or self.target_features()
        result_vgg, result_face = face_features(nets, degrade(image, camera, 0.75, 256))
        eyes = 0.0
        for x, known in zip(eye_windows(degrade(image, camera, 0.75, self.size)), target_eyes):
            eyes = eyes + distance(vgg(nets, "vgg16", imagenet(x), ["1_2", "2_2", "3_3", "4_3"]), known)
        r, c = window
        with torch.no_grad():
            xs = vgg(nets, "vgg19", imagenet(self.sibling[:, :, r : r + 256, c : c + 256]), CONTEXTUAL_LAYERS)
        ys = vgg(nets, "vgg19", imagenet(image[:, :, r : r + 256, c : c + 256]), CONTEXTUAL_LAYERS)
        return {
            "face": distance(result_vgg, target_vgg) + 0.3 * distance(result_face, target_face),
            "eye": eyes,
            "contextual": sum(contextual(x, y, s) for x, y, s in zip(xs, ys, subsets)),
            "color_transfer": sum(F.smooth_l1_loss(gram(rgb), g) for rgb, g in zip(rgbs, self.grams)),
            "noise": noise_correlation(noise),
        }


# ---- optimizer ---------------------------------------------------------------------------------------------------

class RAdam:
    """RAdam that steps by the plain average while the variance is not tractable."""

    def __init__(self, groups):
        self.groups = [(p, lr, torch.zeros_like(p), torch.zeros_like(p)) for params, lr in groups for p in params]
        self.t = 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        b1, b2, t = 0.9, 0.999, self.t
        longest = 2 / (1 - b2) - 1
        length = longest - 2 * t * b2**t / (1 - b2**t)
        for p, lr, m, v in self.groups:
            m.mul_(b1).add_(p.grad, alpha=1 - b1)
            v.mul_(b2).addcmul_(p.grad, p.grad, value=1 - b2)
            if length >= 5:
                rectified = math.sqrt((1 - b2**t) * (length - 4) / (longest - 4) * (length - 2) / length * longest / (longest - 2))
                p.addcdiv_(m, v.sqrt().add_(1e-8), value=-lr * rectified / (1 - b1**t))
            else:
                p.add_(m, alpha=-lr / (1 - b1**t))
            p.grad = None


# ---- runs --------------------------------------------------------------------------------------------------------

WEIGHTS = {"face": 1.0, "eye": 0.1, "contextual": 0.1, "color_transfer": 100.0, "noise": 10.0}


def prepare(size, device, style_of):
    nets = Networks(device)
    tensor = lambda a, *shape: torch.from_numpy(np.ascontiguousarray(a)).reshape(*shape).to(device)
    latents = 2 * int(math.log2(size)) - 2
    latent = tensor(formula_values("latent", latents * 512), 1, latents, 512)
    sides = [2 ** ((i + 5) >> 1) for i in range(latents - 1)]
    noise = [tensor(formula_values(f"noise/{i}", r * r), 1, 1, r, r) for i, r in enumerate(sides)]
    gray = tensor(formula_image("target", 1, size, size), 1, 1, size, size) * 2 - 1
    with torch.no_grad():
        sibling, rgbs = synthesize(nets, latent, noise, size, style_of)
    objective = Objective(nets, size, gray.expand(-1, 3, -1, -1).contiguous(), sibling, rgbs, style_of)
    return objective, latent, noise


def check(device, style_of):
    """The golden objective's losses from this script beside the stored ones."""
    golden = json.loads((GOLDEN / "objective.json").read_text())
    objective, latent, noise = prepare(golden["size"], device, style_of)
    shift = torch.from_numpy(formula_values("shift", latent.numel())).reshape(latent.shape).to(device)
    spread = lambda n: (torch.arange(4096, dtype=torch.int64) * n // 4096).to(device)
    camera = [torch.tensor([v], device=device) for v in golden["camera"]]
    with torch.no_grad():
        losses = objective.losses(latent + 0.1 * shift, noise, camera, golden["crop"], [None, spread(128 * 128), spread(256 * 256)])
    got = {name: float(value) for name, value in losses.items()}
    worst = max(abs(got[n] - golden["losses"][n]) / abs(golden["losses"][n]) for n in got)
    return {"check": got, "golden": golden["losses"], "worstRelativeError": worst}


def run(size, steps, device, style_of):
    objective, latent, noise = prepare(size, device, style_of)
    with torch.no_grad():  # a stage begins with a sibling drawn afresh
        fresh = [torch.from_numpy(formula_values(f"fresh/{i}", n.numel())).reshape(n.shape).to(device) for i, n in enumerate(noise)]
        objective.sibling = synthesize(objective.nets, latent, fresh, size, style_of)[0]
    coarse = latent[:, :8].clone().requires_grad_(True)
    rest = latent[:, 8:]
    noise = [n.clone().requires_grad_(True) for n in noise]
    camera = [torch.tensor([v], device=device, requires_grad=True) for v in (1.0, 0.0, 1.0)]
    optimizer = RAdam([([coarse], 0.1), (noise, 0.1), (camera, 0.01)])
    rng = np.random.default_rng(0)
    seconds, first, total = [], None, None
    synchronize = torch.cuda.synchronize if device == "cuda" else lambda: None
    for step in range(steps):
        synchronize()
        began = time.perf_counter()
        window = rng.integers(0, size - 256, 2).tolist()
        subsets = [None] + [torch.from_numpy(rng.permutation(n)[:4096]).to(device) for n in (128 * 128, 256 * 256)]
        losses = objective.losses(torch.cat([coarse, rest], 1), noise, camera, window, subsets)
        total = sum(WEIGHTS[name] * value for name, value in losses.items())
        total.backward()
        optimizer.step()
        with torch.no_grad():
            for n in noise:
                n.sub_(n.mean()).div_(n.std())
        values = {name: float(value) for name, value in losses.items()}
        synchronize()
        seconds.append(time.perf_counter() - began)
        first = first or values
    peak = torch.cuda.max_memory_allocated() / 1e9 if device == "cuda" else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"seconds": seconds, "peakGigabytes": peak, "losses": first}


def blas():
    """Which library multiplies matrices, by what is loaded: Debian's PyTorch takes any, and the reference one is slow."""
    try:
        loaded = pathlib.Path("/proc/self/maps").read_text()
    except OSError:
        return None
    for sign, name in (("openblas", "OpenBLAS"), ("mkl_", "MKL"), ("libmkl", "MKL"), ("blis", "BLIS"), ("atlas", "ATLAS")):
        if sign in loaded:
            return name
    return "reference BLAS" if "libblas.so" in loaded else None


def main():
    parser = argparse.ArgumentParser(description="One optimization step of the objective in PyTorch, timed.")
    parser.add_argument("--size", type=int, default=512, choices=[512, 1024])
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0, help="0: as many as there are cores")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--style", default="lean", choices=["lean", "public"])
    parser.add_argument("--tf32", action="store_true", help="on CUDA: let convolutions and products use TF32")
    parser.add_argument("--check", action="store_true", help="compare the losses with the golden objective instead")
    args = parser.parse_args()
    threads = args.threads or len(__import__("os").sched_getaffinity(0))
    torch.set_num_threads(threads)
    torch.backends.cuda.matmul.allow_tf32 = args.tf32
    torch.backends.cudnn.allow_tf32 = args.tf32
    torch.backends.cudnn.benchmark = True
    result = check(args.device, args.style) if args.check else run(args.size, args.steps, args.device, args.style)
    name = torch.cuda.get_device_name() if args.device == "cuda" else "cpu"
    print(json.dumps({"torch": torch.__version__, "device": name, "threads": threads, "style": args.style, "blas": blas(), **result}))


if __name__ == "__main__":
    main()
