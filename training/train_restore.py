"""Train the compact restoration networks: two autoencoders, then the mappings between their latents.

    python3 train_restore.py --part vae_a   --data DATA --cache CACHE --run RUNS/restore
    python3 train_restore.py --part vae_b   --data DATA --cache CACHE --run RUNS/restore
    python3 train_restore.py --part mapping --data DATA --cache CACHE --run RUNS/restore      # after both
    python3 train_restore.py --part scratch --data DATA --cache CACHE --run RUNS/restore      # after both

Domains: R real old photographs (antique-256.tar), X clean pictures made old, Y clean pictures (scenes.tar train and val, faces). A sees R and X, and a
discriminator of latents makes it put both in the same place; B sees Y. The autoencoders then stand still, and a mapping
learns to take A's latent of X to B's of the Y that it was made of. Each part has its folder, checkpoint and curve below --run and resumes.
Never seen: scenes/test, heldout*.txt, bopbtl/.
"""
import argparse
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import augment
import data
import nets_vgg
import safetensors_io
from damage import Shapes
from loop import Average, Loop, feed, half, schedule, use
from microsoft_degradation import damaged, old
from nets_restore import LatentDiscriminator, Mapping, ScratchMapping, Vae
from patch_discriminator import PatchDiscriminator
from train_scratch import heldout_more

PARTS = ('vae_a', 'vae_b', 'mapping', 'scratch')


class Pictures:
    """Colour pictures as uint8 [H,W,3], of the two domains that are real."""

    def __init__(self, root, cache, heldout=False):
        more = heldout_more()
        names, blobs = [], []
        for name, blob in data._members(os.path.join(root, 'antique-256.tar')):
            if name.startswith(('congress/', 'japan/')) and (f'antique-256/{os.path.splitext(name)[0]}' in more) == heldout:
                names.append(name)
                blobs.append(data._resized(blob, 256))
        self.old = blobs
        scenes = data.load_pictures(root, 'scenes.tar', ('scenes/test/',) if heldout else ('scenes/train/', 'scenes/val/'))
        faces = data.load_faces(root, cache, 256)
        chosen = faces.test if heldout else faces.train[::3]
        self.scenes, self.faces = scenes, [np.asarray(faces.images[i]) for i in chosen]

    def crop(self, rng, side, kind):
        """-> [1,3,side,side] in 01"""
        kind = kind if kind == 'old' else ('scenes' if rng.random() < 0.65 else 'faces')
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
        return picture.mean(1, keepdim=True).expand(-1, 3, -1, -1) if kind != 'old' and rng.random() < 0.1 else picture


def batch(rng, pictures, shapes, part, count, side):
    """-> x in +-1 (what goes in), y in +-1 (what should come out), mask [N,1,s,s], is real old [N]"""
    xs, ys, masks, reals = [], [], [], []
    for i in range(count):
        real = part == 'vae_a' and i % 2 == 0
        y = pictures.crop(rng, side, 'old' if real else 'clean')
        x, mask = y, torch.zeros(1, 1, side, side)
        if not real and part != 'vae_b':
            x = old(rng, y)
            if part == 'scratch' or (part == 'vae_a' and rng.random() < 0.5):
                x, mask = damaged(rng, x, shapes)
                # as the method does: what is damaged is painted white, and a detector misses the edges
                grown = F.max_pool2d(mask, 3, 1, 1) if rng.random() < 0.5 else mask
                x, mask = x * (1 - grown) + grown, grown
        xs.append(x)
        ys.append(x if part.startswith('vae') else y)
        masks.append(mask)
        reals.append(real)
    return torch.cat(xs) * 2 - 1, torch.cat(ys) * 2 - 1, torch.cat(masks), torch.tensor(reals)


class Look:
    """Perceptual distance by the pack's own VGG16 student."""

    def __init__(self, path):
        self.net = nets_vgg.Vgg('vgg16', safetensors_io.load(path)[0])

    def __call__(self, a, b):
        return nets_vgg.perceptual(self.net, (a + 1) / 2, (b + 1) / 2).mean()


def least_squares(logits, target):
    return (logits.float() - target).square().mean()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--part', required=True, choices=PARTS)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--run', required=True)
    p.add_argument('--vgg', default=os.path.join(data.HERE, '../models/compact/vgg16.safetensors'))
    p.add_argument('--steps', type=int, default=20000)
    p.add_argument('--minutes', type=float)
    p.add_argument('--batch', type=int, default=8)
    p.add_argument('--side', type=int, default=128)
    p.add_argument('--rate', type=float, default=4e-4)
    p.add_argument('--adversary-from', type=float, default=0.3, help='share of the training after which the discriminators pull')
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--device', default='cpu')
    p.add_argument('--workers', type=int, default=0, help='processes that draw the pictures; 0: this one')
    p.add_argument('--seed', type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    part = args.part
    shapes, pictures = Shapes(args.data), Pictures(args.data, args.cache)
    held = batch(np.random.default_rng(7), Pictures(args.data, args.cache, heldout=True), Shapes(args.data, heldout=True), part, 8, args.side)
    device = use(args.device)
    held = tuple(t.to(device) for t in held)

    def vae(name):
        state = torch.load(os.path.join(args.run, name, 'checkpoint.pt'), map_location='cpu', weights_only=False)
        net = Vae()
        net.load_state_dict(state['average'])
        return net.to(device).eval().requires_grad_(False)

    a, b = (vae('vae_a'), vae('vae_b')) if part in ('mapping', 'scratch') else (None, None)
    net = ({'mapping': Mapping, 'scratch': ScratchMapping}.get(part, Vae))().to(device)
    average, judge, latent_judge = Average(net), PatchDiscriminator().to(device), LatentDiscriminator().to(device)
    optimizer = torch.optim.Adam(net.parameters(), lr=args.rate, betas=(0.5, 0.999))
    judges = torch.optim.Adam([*judge.parameters(), *latent_judge.parameters()], lr=args.rate, betas=(0.5, 0.999))
    look = Look(args.vgg)

    def through(net, x, mask, noisy=False):
        """-> the picture, the latent before the decoder, and (mappings) the latent that it should be is the caller's"""
        with half():
            if part.startswith('vae'):
                z = net.encoder(x)
                return net.decoder(z + torch.randn_like(z) * 0.1 if noisy else z).float(), z.float()
            z = net(a.encoder(x), mask)
            return b.decoder(z).float(), z.float()

    @torch.no_grad()
    def measure():
        x, y, mask, _ = held
        out, _ = through(average.net, x, mask)
        error = lambda t: float(-10 * ((t - y).square().mean((1, 2, 3)) / 4).log10().mean())
        return {'held_psnr': error(out), 'held_psnr_in': error(x), 'held_look': float(look(out, y)), 'held_look_in': float(look(x, y))}

    loop = Loop(os.path.join(args.run, part), args.minutes, args.steps, measure=measure, report_steps=25,
                parts={'net': net, 'optimizer': optimizer, 'average': average, 'judge': judge, 'latent_judge': latent_judge, 'judges': judges},
                about={'part': part, 'command': data.command_line('train_restore.py', args)})
    loop.seed(args.seed)
    batches = feed(lambda rng: batch(rng, pictures, shapes, part, args.batch, args.side), args.seed + loop.step, args.workers)
    for step in loop:
        rate = args.rate * schedule(loop.progress, step, warmup=100, floor=0.02)
        loop.rate(optimizer, rate)
        loop.rate(judges, rate)
        x, y, mask, real = next(batches)
        out, z = through(net, x, mask, noisy=True)
        table = {'l1': (out - y).abs().mean(), 'look': look(out, y)}
        if part.startswith('vae'):
            table['kl'] = z.square().mean()
            total = 10 * table['l1'] + 5 * table['look'] + 0.01 * table['kl']
        else:
            with torch.no_grad(), half():
                wanted = b.encoder(y).float()
            table['latent'] = (z - wanted).abs().mean()
            total = 60 * table['latent'] / wanted.abs().mean() / 10 + 5 * table['look'] + 5 * table['l1']
        if loop.progress >= args.adversary_from:
            table['sharp'] = least_squares(judge(out), 1)
            total = total + 0.3 * table['sharp']
        if part == 'vae_a':
            # the synthetic ones shall look to the judge like real ones
            table['alike'] = least_squares(latent_judge(z[~real]), 1)
            total = total + 0.5 * table['alike']
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        average.update(net, step)
        judged = least_squares(judge(y), 1) + least_squares(judge(out.detach()), 0)
        if part == 'vae_a':
            judged = judged + least_squares(latent_judge(z.detach()[real]), 1) + least_squares(latent_judge(z.detach()[~real]), 0)
        judges.zero_grad(set_to_none=True)
        judged.backward()
        judges.step()
        loop.record({**table, 'judged': judged}, pictures=args.batch)


if __name__ == '__main__':
    main()
