"""Train the compact restoration networks, all at once: two autoencoders and the mappings between their latents.

    python3 train_restore.py --data DATA --cache CACHE --run RUNS/restore

Domains: R real old photographs (antique-256.tar), X clean pictures made old, Y clean pictures (scenes.tar train and val, faces). A step
draws X and the Y that it was made of, half of them torn and scratched, and R:

    restored   y' = mixed(x, B.decode(map(A.encode(x))))   L1, decibels, features, and late a judge of patches
    latents    map(A.encode(x)) near B.encode(y)           as the method's third stage has it
    given back x' = A.decode(A.encode(x)), r' alike, y' = mixed(y, B.decode(B.encode(y)))
    alike      a judge of A's latents cannot tell those of X from those of R

The method trains A, B and the mappings one after the other, and B draws the whole picture; so small a B would draw a softer one than it
was given. Here it draws what is to be added and how much of the grain stays (nets_restore.mixed), and all learn for the end from the beginning.
What film made gray shall come out gray: these networks restore, they don't guess colours.
Never seen: scenes/test, heldout*.txt, bopbtl/.
"""
import argparse
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

import augment
import data
import nets_vgg
import safetensors_io
from damage import Shapes
from loop import Average, Loop, feed, half, schedule, use
from microsoft_degradation import damaged, old
from nets_restore import LatentDiscriminator, Networks, mixed
from patch_discriminator import PatchDiscriminator
from train_scratch import heldout_more


class Pictures:
    """Colour pictures as uint8 [H,W,3], of the two domains that are real."""

    def __init__(self, root, cache, heldout=False):
        more = heldout_more()
        self.old = [data._resized(blob, 256) for name, blob in data._members(os.path.join(root, 'antique-256.tar'))
                    if name.startswith(('congress/', 'japan/')) and (f'antique-256/{os.path.splitext(name)[0]}' in more) == heldout]
        self.scenes = data.load_pictures(root, 'scenes.tar', ('scenes/test/',) if heldout else ('scenes/train/', 'scenes/val/'))
        faces = data.load_faces(root, cache, 256)
        chosen = faces.test if heldout else faces.train[::3]
        self.faces = [np.asarray(faces.images[i]) for i in chosen]

    def crop(self, rng, side, kind):
        """-> [1,3,side,side] in 01"""
        kind = kind if kind == 'old' else ('scenes' if rng.random() < 0.55 else 'faces')
        pictures = getattr(self, kind)
        picture = pictures[rng.integers(len(pictures))]
        h, w = picture.shape[:2]
        size = max(side / min(h, w), np.exp(rng.uniform(-0.6, 0.0)))
        if size != 1:
            picture = np.asarray(Image.fromarray(picture).resize((max(side, round(w * size)), max(side, round(h * size))), Image.LANCZOS))
            h, w = picture.shape[:2]
        y, x = int(rng.integers(h - side + 1)), int(rng.integers(w - side + 1))
        picture = picture[y:y + side, x:x + side]
        picture = augment.to_tensor(np.ascontiguousarray(picture[:, ::-1] if rng.random() < 0.5 else picture)[None])
        return picture.mean(1, keepdim=True).expand(-1, 3, -1, -1) if kind != 'old' and rng.random() < 0.15 else picture


def pair(rng, pictures, shapes, side, torn):
    """-> x, y [1,3,s,s] in 01 and the mask [1,1,s,s] of what is painted white. What the eye of a detector misses is not in the mask."""
    x, y = old(rng, pictures.crop(rng, side, 'clean'), rng.uniform(0.1, 1.0))
    mask = torch.zeros(1, 1, side, side)
    if torn or rng.random() < 0.15:
        x, mask = damaged(rng, x, shapes)
    if not torn:
        return x, y, torch.zeros_like(mask)
    if rng.random() < 0.6:
        mask = F.max_pool2d(mask, 3, 1, 1)
    if rng.random() < 0.3:
        x, _ = damaged(rng, x, shapes)
    return x * (1 - mask) + mask, y, mask


def batch(rng, pictures, shapes, count, real, side):
    """-> x, y in +-1 [2 count], its second half torn; masks of that half [count,1,s,s]; real old photographs in +-1"""
    x, y, mask = (torch.cat(t) for t in zip(*(pair(rng, pictures, shapes, side, i >= count) for i in range(2 * count))))
    r = torch.cat([pictures.crop(rng, side, 'old') for _ in range(real)])
    return x * 2 - 1, y * 2 - 1, mask[count:], r * 2 - 1


class Look:
    """Perceptual distance by the pack's own VGG16 student."""

    def __init__(self, path):
        self.net = nets_vgg.Vgg('vgg16', safetensors_io.load(path)[0])

    def __call__(self, a, b):
        return nets_vgg.perceptual(self.net, (a + 1) / 2, (b + 1) / 2)


def least_squares(logits, target):
    return (logits.float() - target).square().mean()


def psnr(a, b):
    return -10 * ((a - b).square().mean((1, 2, 3)) / 4 + 1e-5).log10()


def begin(net, folder):
    """Weights of runs of before, a checkpoint for each part or one for all."""
    for name in os.listdir(folder):
        path = os.path.join(folder, name, 'checkpoint.pt')
        if hasattr(net, name) and os.path.exists(path):
            state = torch.load(path, map_location='cpu', weights_only=False)['average']
            own = getattr(net, name).state_dict()
            getattr(net, name).load_state_dict({k: v.float() for k, v in state.items() if own[k].shape == v.shape}, strict=False)
    path = os.path.join(folder, 'checkpoint.pt')
    if os.path.exists(path):
        net.load_state_dict(torch.load(path, map_location='cpu', weights_only=False)['average'])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--run', required=True)
    p.add_argument('--start', help='a run of before; of instance norm as well: the convolutions are taken')
    p.add_argument('--vgg', default=os.path.join(data.HERE, '../models/compact/vgg16.safetensors'))
    p.add_argument('--steps', type=int, default=20000)
    p.add_argument('--minutes', type=float)
    p.add_argument('--batch', type=int, default=8, help='whole pictures, and as many torn ones')
    p.add_argument('--real', type=int, default=4, help='real old photographs beside them')
    p.add_argument('--side', type=int, default=128)
    p.add_argument('--rate', type=float, default=8e-4)
    p.add_argument('--look', type=float, default=1.5, help='weight of the features, beside 10 for L1')
    p.add_argument('--sharp', type=float, default=0.02, help='weight of the judge of patches')
    p.add_argument('--sharp-from', type=float, default=0.5, help='share of the training after which it pulls')
    p.add_argument('--still-from', type=float, default=0.8, help='share after which the statistics of batch norm stand still')
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--device', default='cpu')
    p.add_argument('--workers', type=int, default=0, help='processes that draw the pictures; 0: this one')
    p.add_argument('--seed', type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    shapes, pictures = Shapes(args.data), Pictures(args.data, args.cache)
    held = batch(np.random.default_rng(7), Pictures(args.data, args.cache, heldout=True), Shapes(args.data, heldout=True), 24, 4, args.side)
    device = use(args.device)
    held = tuple(t.to(device) for t in held)
    net = Networks().to(device)
    with torch.no_grad():  # at first nothing is added, and most of the grain stays
        net.vae_b.decoder[-2].weight *= 0.05
        net.vae_b.decoder[-2].bias.copy_(torch.tensor([0, 0, 0, 0.7]))
    if args.start:
        begin(net, args.start)
    net = net.to(memory_format=torch.channels_last)
    average, judge, latent_judge, look = Average(net), PatchDiscriminator().to(device), LatentDiscriminator().to(device), Look(args.vgg)
    # what says how much grain stays begins far from where it must go
    last = list(net.vae_b.decoder[-2].parameters())
    others = [v for v in net.parameters() if all(v is not w for w in last)]
    optimizer = torch.optim.Adam([{'params': others}, {'params': last, 'scale': 5.0}], lr=args.rate, betas=(0.9, 0.99))
    judges = torch.optim.Adam([*judge.parameters(), *latent_judge.parameters()], lr=4e-4, betas=(0.5, 0.999))

    @torch.no_grad()
    def measure():
        x, y, mask, _ = held
        with half():
            out = average.net(x, mask).clamp(-1, 1)
        n, table = len(mask), {}
        for name, part in {'whole': slice(0, n), 'torn': slice(n, None)}.items():
            table |= {f'{name}_psnr': psnr(out[part], y[part]).mean(), f'{name}_psnr_in': psnr(x[part], y[part]).mean(),
                      f'{name}_look': look(out[part], y[part]).mean(), f'{name}_look_in': look(x[part], y[part]).mean()}
        return {k: float(v) for k, v in table.items()}

    loop = Loop(args.run, args.minutes, args.steps, measure=measure, report_steps=25,
                parts={'net': net, 'optimizer': optimizer, 'average': average, 'judge': judge, 'latent_judge': latent_judge, 'judges': judges},
                about={'command': data.command_line('train_restore.py', args)})
    loop.seed(args.seed)
    batches = feed(lambda rng: batch(rng, pictures, shapes, args.batch, args.real, args.side), args.seed + loop.step, args.workers)
    n, real, few = 2 * args.batch, args.real, max(1, args.batch // 3)
    for step in loop:
        loop.rate(optimizer, args.rate * schedule(loop.progress, step, warmup=100, floor=0.02))
        if loop.progress >= args.still_from:
            for module in net.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        x, y, mask, r = (t.contiguous(memory_format=torch.channels_last) for t in next(batches))
        with half():
            old_latents = net.vae_a.encoder(torch.cat([x, r]))
            latents = net.mapped(old_latents[:n], mask)
            clean = net.vae_b.encoder(y[::few])  # of some: it is not what the networks are for
            drawn = net.vae_b.decoder(torch.cat([latents, clean])).float()
            back = net.vae_a.decoder(old_latents[n - few:]).float()
        restored, again = mixed(x, mask, drawn[:n]), mixed(y[::few], mask[:0], drawn[n:])
        with half():
            looks, looks_again = look(restored, y).float().mean(), look(again, y[::few]).float().mean()
        table = {
            'l1': (restored - y).abs().mean(), 'look': looks, 'psnr': psnr(restored, y).mean(),
            'latent': (latents[::few] - clean.detach()).float().abs().mean() / clean.detach().float().abs().mean(),
            'back_b': (again - y[::few]).abs().mean(), 'look_b': looks_again,
            'back_a': (back - torch.cat([x[n - few:], r])).abs().mean(),
            'alike': least_squares(latent_judge(old_latents[:n].float()), 1),
        }
        # the decibels so that pictures with little to mend count as much as those with much: in L1 tones that nobody can know drown grain
        total = 10 * table['l1'] - 0.2 * table['psnr'] + args.look * table['look'] + 0.2 * table['latent'] + 2 * table['back_b'] + 0.5 * table['look_b'] + 2 * table['back_a'] + 0.05 * table['alike']
        pulls = loop.progress >= args.sharp_from * 0.8  # the judge learns a while before it is heard
        if loop.progress >= args.sharp_from:
            table['sharp'] = least_squares(judge(restored), 1)
            total = total + args.sharp * table['sharp']
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        average.update(net, step)
        seen = old_latents.detach().float()
        judged = least_squares(latent_judge(seen[n:]), 1) + least_squares(latent_judge(seen[:n]), 0)
        if pulls:
            table['judged'] = least_squares(judge(y), 1) + least_squares(judge(restored.detach()), 0)
            judged = judged + table['judged']
        judges.zero_grad(set_to_none=True)
        judged.backward()
        judges.step()
        loop.record(table, pictures=n)


if __name__ == '__main__':
    main()
