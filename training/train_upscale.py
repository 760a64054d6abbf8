"""Train the compact upscaler (SRVGGNetCompact x4) on pictures degraded in the field's way, with Real-ESRGAN's network as a teacher.

    python3 train_upscale.py --data DATA --cache CACHE --teacher REALESRGAN/RealESRGAN_General_x4_v3 \
        --vgg ../models/compact/vgg16.safetensors --run RUNS/upscale --minutes 80

The teacher is an ncnn pair, named without its ending. The student has its width and half of its depth, and begins from it: the first
convolution is the teacher's, every other is the least-squares fit of what two convolutions of the teacher do, given the student's own
input; the last is fitted to the truth and the teacher's picture together. Losses, all between pictures at the large size:
  truth     mean |difference| to the sharp picture: what PSNR asks for
  teacher   mean |difference| to what the teacher makes of the same degraded input: it is sharper than a mean of possible truths
  features  mean |difference| of the pack's VGG16 features, each layer relative to its own mean
There is no discriminator: detail that only looks likely is not asked for.
Pictures: scenes.tar (train, and val but its last 20, which `valid_*` in the curve are measured on), faces-256.tar without the held-out ones,
faces-more.tar, paintings-256.tar.
"""
import argparse

import numpy as np
import torch
import torch.nn.functional as F

import data
from augment import to_tensor
from field_degradation import as_old, degrade
from loop import Average, Loop, schedule
from nets_srvgg import Srvgg, read_ncnn
from nets_vgg import COMPARED, Vgg
import safetensors_io

SHARES = {'scene': 0.6, 'face': 0.2, 'more': 0.12, 'painting': 0.08}
VALID = 20


class Pictures:
    """Random crops of the truth: [1,3,side,side] in 01."""

    def __init__(self, folder, cache, rng):
        self.rng = rng
        scenes = data.load_pictures(folder, 'scenes.tar', ('scenes/train/',))
        val = data.load_pictures(folder, 'scenes.tar', ('scenes/val/',))
        faces = data.load_faces(folder, cache, 256)
        self.face_rows = faces.train
        self.lists = {'scene': scenes + val[:-VALID], 'face': faces.images, 'painting': data.load_pictures(folder, 'paintings-256.tar')}
        self.more = list(more_faces(folder).values())  # one list a source: each source gets a share, not each picture
        self.valid = val[-VALID:]

    def one(self, side):
        rng = self.rng
        kind = rng.choice(list(SHARES), p=list(SHARES.values()))
        if kind == 'face':
            image = self.lists['face'][rng.choice(self.face_rows)]
        else:
            images = self.more[rng.integers(len(self.more))] if kind == 'more' else self.lists[kind]
            image = images[rng.integers(len(images))]
        # seen from farther away in a third of the cases: sharper, and denser with detail
        edge = int(side * rng.uniform(1, min(2, min(image.shape[:2]) / side))) if rng.random() < 0.35 else side
        edge = min(edge, *image.shape[:2])
        y, x = rng.integers(0, image.shape[0] - edge + 1), rng.integers(0, image.shape[1] - edge + 1)
        crop = to_tensor(np.asarray(image)[None, y:y + edge, x:x + edge])
        if edge != side:
            crop = F.interpolate(crop, size=(side, side), mode='bicubic', antialias=True).clamp(0, 1)
        if rng.random() < 0.5:
            crop = crop.flip(3)
        return crop.rot90(int(rng.integers(4)), (2, 3)) if kind == 'scene' and rng.random() < 0.5 else crop

    def pairs(self, n, side):
        """(degraded [n,3,side/4,side/4], truth [n,3,side,side])"""
        truths = [as_old(self.rng, self.one(side)) for _ in range(n)]
        return torch.cat([degrade(self.rng, t) for t in truths]), torch.cat(truths)


def more_faces(folder):
    """Its sharp sources: {source: pictures}."""
    return {n: data.load_pictures(folder, 'faces-more.tar', (f'{n}/',)) for n in ('congress-color', 'congress-bw', 'japan-color', 'pixabay')}


def feature_loss(vgg, x, y):
    with torch.autocast('cpu', dtype=torch.bfloat16):
        with torch.no_grad():
            wanted = vgg(y)
        got = vgg(x)
    return sum((got[k] - wanted[k]).abs().float().mean() / wanted[k].float().mean() for k in COMPARED) / len(COMPARED)


@torch.no_grad()
def start_from_teacher(net, teacher, pairs, places=24000):
    """pairs: (degraded, truth). Layer k > 0 of the student gives what layer `step` k of the teacher gives."""
    x, truth = pairs
    depth, step = len(net.body) // 2, (len(teacher.body) // 2 - 1) // (len(net.body) // 2 - 1)
    net.body[0].load_state_dict(teacher.body[0].state_dict())
    net.body[1].load_state_dict(teacher.body[1].state_dict())
    mine = theirs = teacher.body[1](teacher.body[0](x))
    n, _, h, w = x.shape
    for k in range(1, depth):
        for t in range(step * (k - 1) + 1, step * k + 1):
            before = theirs = teacher.body[2 * t](theirs)
            theirs = teacher.body[2 * t + 1](theirs)
        some = torch.randperm(n * h * w)[:places]
        solution = least_squares(patches(mine, some), at(before, some))
        fill(net.body[2 * k], solution)
        net.body[2 * k + 1].load_state_dict(teacher.body[2 * step * k + 1].state_dict())
        mine = net.body[2 * k + 1](net.body[2 * k](mine))
        print(f'start {k}: {float((mine - theirs).square().sum() / theirs.square().sum()):.3f} of the energy missed', flush=True)
    wanted = 0.5 * truth + 0.5 * teacher(x).clamp(0, 1) - F.interpolate(x, scale_factor=net.scale, mode='nearest')
    some = torch.randperm(n * h * w)[:places]
    fill(net.body[-1], least_squares(patches(mine, some), at(F.pixel_unshuffle(wanted, net.scale), some)))


def at(activation, places):
    return activation.permute(0, 2, 3, 1).reshape(-1, activation.shape[1])[places].float()


def patches(activation, places):
    """3x3 neighbourhoods (zero outside) at the given places, with a 1 for the bias: [places, 9 C + 1]."""
    n, c, h, w = activation.shape
    padded = F.pad(activation, (1,) * 4).permute(0, 2, 3, 1)
    picture, y, x = places // (h * w), places // w % h, places % w
    rows = torch.stack([padded[picture, y + dy, x + dx] for dy in range(3) for dx in range(3)], 2)  # [places, C, 9]
    return torch.cat([rows.float().flatten(1), torch.ones(len(rows), 1)], 1)


def least_squares(a, z):
    normal = (a.T @ a).double()
    normal += 1e-4 * normal.diagonal().mean() * torch.eye(len(normal), dtype=normal.dtype)
    return torch.cholesky_solve((a.T @ z).double(), torch.linalg.cholesky(normal)).float()


def fill(conv, solution):
    conv.weight.copy_(solution[:-1].T.reshape(conv.weight.shape))
    conv.bias.copy_(solution[-1])


def psnr(a, b):
    return float(-10 * torch.log10((a.clamp(0, 1) - b).square().mean((1, 2, 3))).mean())


def validation(pictures, side=192, seed=5):
    """Fixed pairs of scenes that are not trained on: (degraded, only made smaller, truth)."""
    rng, state = np.random.default_rng(seed), torch.get_rng_state()
    torch.manual_seed(seed)
    truth = torch.cat([to_tensor(v[None, :side, :side]) for v in pictures.valid])
    out = torch.cat([degrade(rng, t[None], plain=0) for t in truth]), torch.cat([degrade(rng, t[None], plain=1) for t in truth]), truth
    torch.set_rng_state(state)
    return out


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--teacher', required=True, help='ncnn pair, without .param or .bin')
    p.add_argument('--vgg', required=True, help="the pack's vgg16.safetensors")
    p.add_argument('--run', required=True, help='folder for the checkpoint and the curve')
    p.add_argument('--minutes', type=float, default=80, help='in this and all resumed calls together')
    p.add_argument('--width', type=int, default=64)
    p.add_argument('--convs', type=int, default=16)
    p.add_argument('--batch', type=int, default=8)
    p.add_argument('--side', type=int, default=160, help='of the truth')
    p.add_argument('--rate', type=float, default=4e-4)
    p.add_argument('--teaching', type=float, default=0.3, help="weight of the teacher's loss; the truth has 1")
    p.add_argument('--features', type=float, default=0.03, help="weight of the features' loss")
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--seed', type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(args.threads)

    net = Srvgg(args.width, args.convs).begin().to(memory_format=torch.channels_last)
    average = Average(net, keep=0.998)
    optimizer = torch.optim.Adam(net.parameters(), lr=args.rate, betas=(0.9, 0.99))
    teacher = Srvgg.of(read_ncnn(args.teacher)).requires_grad_(False)
    vgg = Vgg('vgg16', safetensors_io.load(args.vgg)[0])

    def measure():
        with torch.no_grad(), torch.autocast('cpu', dtype=torch.bfloat16):
            return {'valid': psnr(average.net(degraded), truth), 'valid_plain': psnr(average.net(small), truth)}

    loop = Loop(args.run, args.minutes, parts={'net': net, 'optimizer': optimizer, 'average': average}, save_seconds=150, measure=measure,
                about={'command': data.command_line('train_upscale.py', args)})
    pictures = Pictures(args.data, args.cache, loop.seed(args.seed))
    degraded, small, truth = validation(pictures)
    few, half = max(1, args.batch // 4), args.batch // 2  # features and teacher cost more than the network itself: on some of a batch only
    if not loop.resumed:
        start_from_teacher(net, teacher, pictures.pairs(64, args.side))
        average.load_state_dict(net.state_dict())
        print('start', measure(), flush=True)
    for step in loop:
        loop.rate(optimizer, args.rate * schedule(loop.progress, step, warmup=200, floor=0.02))
        x, y = pictures.pairs(args.batch, args.side)
        with torch.autocast('cpu', dtype=torch.bfloat16):
            with torch.no_grad():
                taught = teacher(x[half:]).clamp(0, 1)
            out = net(x)
        table = {'truth': (out - y).abs().mean(), 'teacher': (out[half:] - taught).abs().mean(),
                 'features': feature_loss(vgg, out[:few], y[:few])}
        total = table['truth'] + args.teaching * table['teacher'] + args.features * table['features']
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        optimizer.step()
        average.update(net, step)
        loop.record(table, pictures=len(x))


if __name__ == '__main__':
    main()
