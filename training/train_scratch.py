"""Train the compact scratch detector: the official U-Net, 12 channels wide instead of 64, on damage that is drawn.

    python3 train_scratch.py --data DATA --cache CACHE --run RUNS/scratch

Pictures: scenes.tar (train, val), faces, and real old photographs, heads and whole figures. The latter have scratches of their own that no
label knows; what is undamaged there counts for `--trust`. At a half the network marked lapels, ears and eyes of every portrait, which is
worse than a scratch that stays. (Leaving out what the network itself sees there was worse still.) Never seen: scenes/test, heldout*.txt,
the photographs of bopbtl/, every ninth of antique-uncropped.tar, and every fifth file of damage-masks.tar.
"""
import argparse
import io
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import data
from antique import antique
from damage import Shapes, damage
from loop import Average, Loop, feed, half, schedule, use
from nets_scratch import COMPACT, ScratchUnet

CLEAR, FAINT = 0.3, 0.08   # coverage from which a pixel is damaged; below FAINT it is not; between, nothing is said
LEAST = 0.004              # share of a crop that is damaged at least, where it is meant to be
SEEN = 0.06                # a change of tone below this is no damage that anyone could see


def grays(blobs, least=0):
    return [g for g in (np.asarray(Image.open(io.BytesIO(b)).convert('L')) for b in blobs) if min(g.shape) >= least]


def heldout_more():
    with open(os.path.join(data.HERE, 'heldout-more.txt')) as f:
        return set(f.read().split())


class Grounds:
    """Pictures to be damaged: lists of gray uint8 [H,W] with a share each."""

    def __init__(self, root, cache, heldout=False):
        more = heldout_more()
        named = {}
        for name, blob in data._members(os.path.join(root, 'antique-256.tar')):
            if name.startswith(('congress/', 'japan/')) and name.endswith('.webp'):
                if (f'antique-256/{os.path.splitext(name)[0]}' in more) == heldout:
                    named[name] = blob
        self.old = grays([named[n] for n in sorted(named)])
        # small heads and much cloth, which the others don't have
        uncropped = [np.asarray(Image.fromarray(p).convert('L')) for p in data.load_pictures(root, 'antique-uncropped.tar')]
        self.figures = [p for i, p in enumerate(uncropped) if (i % 9 == 0) == heldout]
        folders = ('scenes/test/',) if heldout else ('scenes/train/', 'scenes/val/')
        self.scenes = [np.asarray(Image.fromarray(p).convert('L')) for p in data.load_pictures(root, 'scenes.tar', folders)]
        faces = data.load_faces(root, cache, 256)
        chosen = faces.test if heldout else faces.train[::3]
        self.faces = [np.asarray(Image.fromarray(faces.images[i]).convert('L')) for i in chosen]

    def crop(self, rng, side, kind=None):
        """-> gray float32 [side,side] in 01, whether it is a real old photograph"""
        kind = kind or rng.choice(['scenes', 'faces', 'old', 'figures'], p=[0.35, 0.2, 0.25, 0.2])
        pictures = getattr(self, kind)
        picture = Image.fromarray(pictures[rng.integers(len(pictures))])
        w, h = picture.size
        # as the detector sees photographs: the shorter side about 256, of which this is a part; nearer or farther at times
        size = max(side / min(w, h), 256 / min(w, h) * np.exp(rng.normal(0, 0.25)))
        w, h = max(side, round(w * size)), max(side, round(h * size))
        picture = picture.resize((w, h), Image.BICUBIC)
        x, y = int(rng.integers(w - side + 1)), int(rng.integers(h - side + 1))
        g = np.asarray(picture.crop((x, y, x + side, y + side)), np.float32) / 255
        return (g[:, ::-1].copy() if rng.random() < 0.5 else g), kind in ('old', 'figures')


def mount(rng, g):
    """A white or dark border, straight or oval: no damage."""
    side = len(g)
    yy, xx = np.mgrid[:side, :side].astype(np.float32) / side
    if rng.random() < 0.5:
        m = rng.uniform(-0.15, 0.15, 4)
        outside = (xx < m[0]) | (xx > 1 - m[1]) | (yy < m[2]) | (yy > 1 - m[3])
    else:
        outside = ((xx - rng.uniform(0.2, 0.8)) / rng.uniform(0.4, 0.8)) ** 2 + ((yy - rng.uniform(0.2, 0.8)) / rng.uniform(0.4, 0.8)) ** 2 > 1
    tone = rng.uniform(0.8, 1) if rng.random() < 0.75 else rng.uniform(0, 0.2)
    return np.where(outside, tone, g).astype(np.float32)


def scanned(rng, g):
    """Softness, grain and JPEG of the scan, after the damage."""
    picture = Image.fromarray((255 * np.clip(g + rng.uniform(0, 0.03) * rng.normal(0, 1, g.shape), 0, 1) + 0.5).astype(np.uint8))
    if rng.random() < 0.3:
        w, h = picture.size
        size = rng.uniform(0.6, 0.95)
        picture = picture.resize((round(w * size), round(h * size)), Image.BILINEAR).resize((w, h), Image.BICUBIC)
    if rng.random() < 0.5:
        kept = io.BytesIO()
        picture.save(kept, 'JPEG', quality=int(rng.integers(40, 98)))
        picture = Image.open(kept)
    return np.asarray(picture, np.float32) / 255


def batch(rng, grounds, shapes, count, side, whole=0.2, kind=None):
    """-> pictures [N,1,s,s] in +-1, labels (0 or 1), weights (0 where nothing is said), undamaged pictures, is old [N]"""
    drawn = [grounds.crop(rng, side, kind) for _ in range(count)]
    clean = torch.from_numpy(np.stack([g for g, _ in drawn]))[:, None]
    old = np.array([o for _, o in drawn])
    aged = ~torch.from_numpy(old) & (torch.from_numpy(rng.random(count)) < 0.7)
    if aged.any():
        clean[aged] = antique(clean[aged])
    clean = clean[:, 0].numpy()
    pictures, labels, weights, undamaged = [], [], [], []
    quarters = []
    for g in clean:
        g = mount(rng, g) if rng.random() < 0.15 else g
        label, weight = np.zeros_like(g), np.ones_like(g)
        state = rng.bit_generator.state
        spared = scanned(rng, g)
        if rng.random() >= whole:
            while not quarters:  # drawn for a larger picture and cut into four, of which those that show damage serve
                drawn = damage(rng, shapes, 2 * side)
                quarters = [[t[y:y + side, x:x + side] for t in drawn] for y in (0, side) for x in (0, side)]
                quarters = [q for q in quarters if (q[0] >= CLEAR).mean() >= LEAST]
            cover, paint, shade = quarters.pop()
            shaded = np.clip(g + shade, 0, 1)
            change = np.abs(cover * (paint - shaded))
            label = ((cover >= CLEAR) & (change >= SEEN)).astype(np.float32)
            weight = ((cover < FAINT) | (label > 0)).astype(np.float32)
            after = np.random.default_rng()
            after.bit_generator.state = state  # the same scan
            pictures.append(scanned(after, shaded * (1 - cover) + paint * cover))
        else:
            pictures.append(spared)
        labels.append(label)
        weights.append(weight)
        undamaged.append(spared)
    stack = lambda a: torch.from_numpy(np.stack(a))[:, None]
    return stack(pictures) * 2 - 1, stack(labels), stack(weights), stack(undamaged) * 2 - 1, torch.from_numpy(old)


class Pool:
    """Crops are drawn on a CPU as slowly as they are learned: each is used about `uses` times, mirrored and in other tones."""

    def __init__(self, draw, size=96, uses=3):
        self.draw, self.size, self.uses, self.parts = draw, size, uses, None

    def some(self, rng, count):
        new = self.draw(rng, max(1, count // self.uses) if self.parts else self.size)
        if self.parts is None:
            self.parts = list(new)
        else:
            at = torch.from_numpy(rng.choice(self.size, len(new[0]), replace=False))
            for kept, drawn in zip(self.parts, new):
                kept[at] = drawn
        chosen = torch.from_numpy(rng.choice(self.size, count, replace=False))
        picture, label, weight = (part[chosen] for part in self.parts)
        if rng.random() < 0.5:
            picture, label, weight = (t.flip(3) for t in (picture, label, weight))
        gain = torch.from_numpy(rng.uniform(0.8, 1.15, (count, 1, 1, 1))).float()
        return ((picture + 1) * gain - 1).clamp(-1, 1), label, weight


def losses(logits, label, weight):
    z = logits.float()
    p = torch.sigmoid(z)
    entropy = F.binary_cross_entropy_with_logits(z, label, reduction='none') * (1 + 2 * label)
    # over the whole batch: crops with a few damaged pixels would each count as much as one full of scratches
    over = lambda t: (t * weight).sum()
    return {'entropy': over(entropy) / weight.sum(), 'dice': 1 - (2 * over(p * label) + 1) / (over(p) + over(label) + 1)}


def overlap(p, label, weight, threshold=0.4):
    found = (p >= threshold).float()
    both = (found * label * weight).sum()
    return both / (((found + label) > 0).float() * weight).sum()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--run', required=True)
    p.add_argument('--steps', type=int, default=16000)
    p.add_argument('--minutes', type=float, help='of this and all resumed calls together, where time is the limit')
    p.add_argument('--batch', type=int, default=8)
    p.add_argument('--side', type=int, default=144)
    p.add_argument('--whole', type=float, default=0.35, help='share of pictures without damage')
    p.add_argument('--width', type=int, default=COMPACT)
    p.add_argument('--rate', type=float, default=1.5e-3)
    p.add_argument('--trust', type=float, default=1.0, help='how much it counts that a real old photograph is taken for undamaged')
    p.add_argument('--start', help='checkpoint of a run of before')
    p.add_argument('--uses', type=int, default=3, help='how often a drawn crop is learned from')
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--device', default='cpu')
    p.add_argument('--workers', type=int, default=0, help='processes that draw the pictures; 0: this one')
    p.add_argument('--seed', type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    shapes, grounds = Shapes(args.data), Grounds(args.data, args.cache)
    unseen = batch(np.random.default_rng(7), Grounds(args.data, args.cache, heldout=True), Shapes(args.data, heldout=True), 24, 192, whole=0)
    device = use(args.device)
    unseen = [t.to(device) for t in unseen]
    net = ScratchUnet(args.width)
    if args.start:
        state = torch.load(args.start, map_location='cpu', weights_only=False)['average']
        net.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state.items()})
    net = net.to(device).to(memory_format=torch.channels_last)
    average = Average(net)
    optimizer = torch.optim.AdamW(net.parameters(), lr=args.rate, betas=(0.9, 0.99), weight_decay=1e-4)

    @torch.no_grad()
    def measure():
        with half():
            logits = average.net(unseen[0])
        return {'held_iou': float(overlap(torch.sigmoid(logits.float()), unseen[1], unseen[2])),
                **{f'held_{k}': float(v) for k, v in losses(logits, *unseen[1:3]).items()}}

    loop = Loop(args.run, args.minutes, args.steps, parts={'net': net, 'optimizer': optimizer, 'average': average}, measure=measure,
                about={'width': args.width, 'command': data.command_line('train_scratch.py', args)}, report_steps=25)
    loop.seed(args.seed)

    def draw(rng, count):
        pictures, label, weight, _, old = batch(rng, grounds, shapes, count, args.side, args.whole)
        weight[old] *= torch.where(label[old] > 0, 1.0, args.trust)
        return pictures, label, weight

    pool = Pool(draw, 12 * args.batch, args.uses)
    batches = feed(lambda rng: pool.some(rng, args.batch), args.seed + loop.step, args.workers)
    for step in loop:
        loop.rate(optimizer, args.rate * schedule(loop.progress, step, warmup=100, floor=0.02))
        pictures, label, weight = next(batches)
        with half():
            logits = net(pictures.contiguous(memory_format=torch.channels_last))
        table = losses(logits, label, weight)
        optimizer.zero_grad(set_to_none=True)
        (table['entropy'] * 4 + table['dice']).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        average.update(net, step)
        loop.record({**table, 'iou': overlap(torch.sigmoid(logits.detach().float()), label, weight)}, pictures=args.batch)


if __name__ == '__main__':
    main()
