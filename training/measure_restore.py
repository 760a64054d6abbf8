"""The gate of the compact restoration networks: held-out scenes and faces, made old at three strengths, without and with damage.

    python3 measure_restore.py --data DATA --cache CACHE --models ../models/compact --official VGG19_UINT8 --exact VGG19 --out RUNS/restore-gate

Against nothing and against a median filter of 3 pixels: PSNR, and the distance of the official VGG-19's features of measure_upscale.py, which no
loss has seen. `torn`: damage at the places where it is; `found`: where the detector of the same folder says. What film made gray shall be
gray. Means with 95 % intervals over the pictures, and of the paired differences (bootstrap): gate.json, grid.png.
"""
import argparse
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageFilter

import data
from augment import to_tensor
from damage import Shapes
from export_restore import networks_of
from export_scratch import detector_of
from measure_scratch import look
from measure_upscale import LAYERS, features, interval, middle
from microsoft_degradation import STRENGTHS, damaged, old
from nets_style_vgg import StyleVgg
from vgg19_files import official


def as_image(x):
    return Image.fromarray((x[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy())


def median(x):
    return to_tensor(np.asarray(as_image(x).filter(ImageFilter.MedianFilter(3)))[None])


def restored(net, x, mask):
    """x in 01; mask [1,1,h,w] or nothing. Sides in multiples of 16."""
    white = x if mask is None else x * (1 - mask) + mask
    return (net(white * 2 - 1, torch.zeros(0, 1, *x.shape[2:]) if mask is None else mask) + 1) / 2


def found(detector, x, threshold):
    seen = look(detector, as_image(x))
    return F.interpolate(torch.from_numpy(seen)[None, None], x.shape[2:], mode='nearest').ge(threshold).float()


@torch.no_grad()
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('data', 'cache', 'models', 'official', 'exact', 'out'):
        p.add_argument(f'--{name}', required=True)
    p.add_argument('--kinds', nargs='+', default=['scenes', 'faces'], choices=['scenes', 'faces'])
    p.add_argument('--count', type=int, default=64, help='pictures of each kind')
    p.add_argument('--threshold', type=float, default=0.7, help='of the detector, as in the pack')
    p.add_argument('--threads', type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    os.makedirs(args.out, exist_ok=True)
    net, detector = networks_of(args.models), detector_of(os.path.join(args.models, 'scratch_detector.safetensors'))
    vgg, shapes = StyleVgg.of(official(args.official, args.exact)), Shapes(args.data, heldout=True)
    scenes = data.load_pictures(args.data, 'scenes.tar', ('scenes/test/',))
    faces = data.load_faces(args.data, args.cache, 256)
    spread = lambda items: items[::max(1, len(items) // args.count)][:args.count]
    kinds = {'scenes': [middle(v) for v in spread(scenes)], 'faces': [middle(np.asarray(faces.images[i])) for i in spread(faces.test)]}
    report, rng, rows = {}, np.random.default_rng(0), []
    for kind, truths in ((kind, kinds[kind]) for kind in args.kinds):
        for strength, share in STRENGTHS.items():
            for how in ('whole', 'torn', 'found'):
                draw = np.random.default_rng(7)
                torch.manual_seed(7)
                table = {}
                for n, truth in enumerate(truths):
                    x, truth = old(draw, truth, share)
                    x, mask = (x, None) if how == 'whole' else damaged(draw, x, shapes)
                    if how == 'found':
                        mask = found(detector, x, args.threshold)
                    made = {'nothing': x, 'median': median(x), 'restored': restored(net, x, mask if mask is None or mask.any() else None)}
                    wanted = features(vgg, truth)
                    for m, y in made.items():
                        y = (y.clamp(0, 1) * 255).round() / 255
                        row = table.setdefault(m, {'psnr': [], 'perceptual': []})
                        row['psnr'].append(float(-10 * torch.log10((y - truth).square().mean())))
                        row['perceptual'].append(sum(float((a - b).square().sum(1).mean()) for a, b in zip(features(vgg, y), wanted)) / len(LAYERS))
                    if n % 16 == 3:
                        rows.append(torch.cat([x[0], made['restored'][0].clamp(0, 1), truth[0]], 2))
                means = {m: {k: interval(v, rng) for k, v in t.items()} for m, t in table.items()}
                for other in ('nothing', 'median'):
                    means[f'restored minus {other}'] = {k: interval(np.subtract(table['restored'][k], table[other][k]), rng) for k in table[other]}
                report[f'{kind}, {strength}, {how}'] = means
                for m, t in means.items():
                    print(f'{kind:7s} {strength:7s} {how:6s} {m:24s}', *(f'{k} {v[0]:8.4f} [{v[1]:.4f}, {v[2]:.4f}]' for k, v in t.items()), flush=True)
    with open(os.path.join(args.out, 'gate.json'), 'w') as f:
        json.dump({'pictures': args.count, 'measured': report}, f, indent=1)
        f.write('\n')
    half = -(-len(rows) // 2)
    rows += [torch.ones_like(rows[0])] * (2 * half - len(rows))
    as_image(torch.cat([torch.cat(rows[:half], 1), torch.cat(rows[half:], 1)], 2)[None]).save(os.path.join(args.out, 'grid.png'))


if __name__ == '__main__':
    main()
