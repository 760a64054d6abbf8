"""The gate of the arbitrary-style pair: one pass against 500 steps of optimisation at equal content loss, on pairs that no training saw.

    python3 measure_fast_style.py --data DATA --cache CACHE --looking ../models/compact/vgg19_style.safetensors \\
        --predictor P.safetensors --transformer T.safetensors --out RUNS/fast-style-gate [--official VGG19_UINT8 --exact VGG19] [--steps 500]

For every pair of a held-out content and a held-out style at --side px: the pass gives a content loss c and a style loss s; then Adam moves the pixels for
--steps steps, its style weight steered so that its content loss ends at c (weight times 1.02 to the sign of c - content, every step). The share of the drop
in style loss, (before - pass) / (before - optimised), is the gate: its mean with a 95 % interval (t over pairs) must be at least 0.8. Losses by the
official network where it is given, else by the one that looks. Writes gate.json, a table (table.md) and grid.png: content, style, pass, optimised.
"""
import argparse
import glob
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import augment
import data
import safetensors_io
from fast_style_losses import STYLE_WEIGHT, both_losses, grams, looked, style_loss
from nets_fast_style import Predictor, Transformer
from nets_style_vgg import CONTENT, StyleVgg
from train_fast_style import SEEN, Pictures
from vgg19_files import official

T95 = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 9: 2.31, 10: 2.26, 12: 2.20, 16: 2.13}


def read(path):
    return {k: torch.from_numpy(v) for k, v in safetensors_io.load(path)[0].items()}


def pair_of(predictor, transformer):
    told, table = read(predictor), read(transformer)
    width, numbers = table['contract.0.weight'].shape[0], table['expand.0.gamma.weight'].shape[1]
    p = Predictor(share=told['stem.weight'].shape[0] / 32, head=told['head.weight'].shape[0], numbers=numbers, norm=False)
    p.load_state_dict(told)
    t = Transformer(width=width, numbers=numbers)
    t.load_state_dict(table)
    return p.eval().requires_grad_(False), t.eval().requires_grad_(False)


def held_out(folder, cache, side, count):
    """(name, content, style) of `count` pairs: every content and every style about as often."""
    pictures = Pictures(folder, cache, np.random.default_rng(9), held=True)
    named = sorted(glob.glob(os.path.join(folder, 'styles', '*.jpg')))
    paintings = {os.path.basename(f)[:-4]: np.asarray(Image.open(f).convert('RGB')) for f in named if any(n in f for n in ('starry', 'scream', 'shipwreck'))}
    paintings.update({f'painting {i}': pictures.painted[i] for i in range(0, len(pictures.painted), 9)})
    scenes = {os.path.basename(f)[:-4]: np.asarray(Image.open(f).convert('RGB')) for f in named if any(n in f for n in ('golden', 'hoover', 'tubingen'))}
    scenes.update({f'scene {i}': pictures.scenes[i] for i in (3, 11)})
    scenes.update({f'face {i}': np.asarray(pictures.faces[pictures.face_rows[i]]) for i in (4, 40, 120)})
    square = lambda image, side: pictures.crop(image, side, 1.0)
    contents, styles = list(scenes.items()), list(paintings.items())
    return [(f'{contents[i % len(contents)][0]} / {styles[i % len(styles)][0]}', square(contents[i % len(contents)][1], side),
             square(styles[i % len(styles)][1], SEEN)) for i in range(count)]


def optimised(net, content, style_grams, shown, goal, steps, rate=0.02):
    """Adam on pixels with the style weight steered towards a content loss."""
    picture, weight = content.clone().requires_grad_(), STYLE_WEIGHT
    optimizer = torch.optim.Adam([picture], lr=rate, betas=(0.9, 0.99))
    for _ in range(steps):
        with torch.autocast('cpu', dtype=torch.bfloat16):
            c, s = both_losses(net, picture, shown, style_grams)
        optimizer.zero_grad()
        (c + weight * s).sum().backward()
        optimizer.step()
        with torch.no_grad():
            picture.clamp_(0, 1)
        weight *= 1.02 ** float(np.sign(goal - c.item()))
    return picture.detach(), weight


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('data', 'cache', 'looking', 'predictor', 'transformer', 'out'):
        p.add_argument(f'--{name}', required=True)
    p.add_argument('--official')
    p.add_argument('--exact')
    p.add_argument('--side', type=int, default=192)
    p.add_argument('--pairs', type=int, default=12)
    p.add_argument('--join', nargs='*', default=[], help='gate.json files of parts (--part), instead of measuring')
    p.add_argument('--part', type=int, nargs=2, default=(0, 1), help='I N: every Nth pair from I on, to measure side by side')
    p.add_argument('--steps', type=int, default=500)
    args = p.parse_args()
    torch.set_num_threads(1)
    os.makedirs(args.out, exist_ok=True)
    net = StyleVgg.of(official(args.official, args.exact) if args.official else safetensors_io.load(args.looking)[0]).eval().requires_grad_(False)
    predictor, transformer = pair_of(args.predictor, args.transformer)
    rows, pictures = [], []
    for path in args.join:
        with open(path) as f:
            rows += json.load(f)['pairs']
    first, every = args.part
    for name, content, style in [] if args.join else held_out(args.data, args.cache, args.side, args.pairs)[first::every]:
        small = F.interpolate(style, size=(args.side, args.side), mode='bilinear', antialias=True)
        with torch.no_grad():
            wanted, seen = grams(looked(net, small)), looked(net, content)
            shown = {CONTENT: seen[CONTENT]}
            before = (sum(style_loss(grams(seen), wanted).values()) / 5).item()
            passed = transformer(content, predictor(style))
            c, s = (v.item() for v in both_losses(net, passed, shown, wanted))
        best, weight = optimised(net, content, wanted, shown, c, args.steps)
        with torch.no_grad():
            c2, s2 = (v.item() for v in both_losses(net, best, shown, wanted))
        row = {'pair': name, 'content': c, 'content_optimised': c2, 'left': s / before, 'left_optimised': s2 / before,
               'share': (before - s) / (before - s2), 'weight': weight / STYLE_WEIGHT}
        rows.append(row)
        pictures.append(torch.cat([content, small, passed, best], 3)[0])
        print(' '.join(f'{k}={v if isinstance(v, str) else round(v, 4)}' for k, v in row.items()), flush=True)
    shares = np.array([r['share'] for r in rows])
    half = T95.get(len(shares), 2.1) * shares.std(ddof=1) / len(shares) ** 0.5 if len(shares) > 1 else float('nan')
    gate = {'share': float(shares.mean()), 'interval': [float(shares.mean() - half), float(shares.mean() + half)], 'pairs': rows,
            'judge': 'official' if args.official else 'compact', 'steps': args.steps, 'side': args.side}
    with open(os.path.join(args.out, 'gate.json'), 'w') as f:
        json.dump(gate, f, indent=1)
    with open(os.path.join(args.out, 'table.md'), 'w') as f:
        f.write('| pair | content loss, pass and optimised | style loss left, pass | optimised | share of the drop |\n|---|---|---|---|---|\n')
        for r in rows:
            f.write(f"| {r['pair']} | {r['content']:.2f}, {r['content_optimised']:.2f} | {r['left']:.3f} | {r['left_optimised']:.3f} | {r['share']:.3f} |\n")
        f.write(f"| **mean** | | | | **{gate['share']:.3f}** ({gate['interval'][0]:.3f} to {gate['interval'][1]:.3f}) |\n")
    sheet = torch.cat(pictures, 1).clamp(0, 1) if pictures else torch.ones(3, 1, 1)
    Image.fromarray((sheet.permute(1, 2, 0) * 255).round().byte().numpy()).save(os.path.join(args.out, 'grid.png'))
    print(f"share of the drop {gate['share']:.3f} ({gate['interval'][0]:.3f} to {gate['interval'][1]:.3f}), gate 0.8")


if __name__ == '__main__':
    main()
