"""The gate of the scratch detector, on held-out damage over held-out pictures, and what it sees in real photographs.

    python3 measure_scratch.py --data DATA --cache CACHE --model ../models/compact/scratch_detector.safetensors --out RUNS/scratch-gate

Numbers are means over pictures with 95 % intervals by bootstrap over pictures, for each kind of ground. Beside them the same of a detector
without training: the difference from a median filter. Pixels whose damage is faint (covered by 8 to 30 %) or makes no difference that
could be seen are left out, as in training; `strict` counts them as undamaged.
"""
import argparse
import json
import os

import numpy as np
import torch
from PIL import Image, ImageFilter

import data
from damage import Shapes
from export_scratch import detector_of
from nets_scratch import SIDE
from train_scratch import Grounds, batch


def auc(score, label):
    """Area under the curve, ties shared."""
    values, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    positive = label > 0
    n, m = positive.sum(), (~positive).sum()
    return float((ranks[place[positive]].sum() - n * (n + 1) / 2) / (n * m)) if n and m else float('nan')


def interval(values, rng, times=2000):
    values = np.array([v for v in values if np.isfinite(v)])
    means = values[rng.integers(len(values), size=(times, len(values)))].mean(1)
    return [round(float(v), 3) for v in (values.mean(), *np.quantile(means, [0.025, 0.975]))]


def iou(found, label, weight):
    union = ((found | label) & weight).sum()
    return float((found & label & weight).sum() / union) if union else float('nan')


def median_difference(gray):
    picture = Image.fromarray((255 * gray).astype(np.uint8))
    return np.abs(np.asarray(picture, np.float32) - np.asarray(picture.filter(ImageFilter.MedianFilter(7)), np.float32)) / 255


@torch.no_grad()
def look(net, picture):
    """As the method does: the shorter side SIDE, sides multiples of 16. -> likelihoods at that size"""
    w, h = picture.size
    size = [max(16, round(v * SIDE / min(w, h) / 16) * 16) for v in (w, h)]
    g = np.asarray(picture.convert('L').resize(size, Image.BICUBIC), np.float32) / 127.5 - 1
    return torch.sigmoid(net(torch.from_numpy(g)[None, None]))[0, 0].numpy()


def sheet(net, pictures, path, threshold, columns=5, side=256):
    """Each picture, with what the detector sees in red."""
    tiles = []
    for picture in pictures:
        p = look(net, picture)
        rgb = np.asarray(picture.convert('RGB').resize(p.shape[::-1], Image.BICUBIC), np.float32)
        seen = (p >= threshold)[..., None]
        tiles.append(np.concatenate([rgb, np.where(seen, rgb * 0.2 + np.array([255, 0, 0]) * 0.8, rgb)], 1))
    out = Image.new('RGB', (columns * 2 * side, -(-len(tiles) // columns) * side))
    for i, tile in enumerate(tiles):
        t = Image.fromarray(tile.astype(np.uint8))
        t.thumbnail((2 * side, side))
        out.paste(t, (i % columns * 2 * side, i // columns * side))
    out.save(path)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--model', required=True)
    p.add_argument('--out', required=True)
    p.add_argument('--count', type=int, default=96, help='pictures of each ground')
    p.add_argument('--threshold', type=float, default=0.4)
    args = p.parse_args()
    torch.set_num_threads(1)
    os.makedirs(args.out, exist_ok=True)
    net = detector_of(args.model)
    grounds, shapes = Grounds(args.data, args.cache, heldout=True), Shapes(args.data, heldout=True)
    table = {}
    for number, kind in enumerate(('scenes', 'faces', 'old')):
        torch.manual_seed(17)
        rng = np.random.default_rng([17, number])
        # one at a time: of one call, neighbours share their damage, and an interval needs pictures that don't
        drawn = [batch(rng, grounds, shapes, 1, 256, whole=0, kind=kind) for _ in range(args.count)]
        pictures, labels, weights = (torch.cat([d[i] for d in drawn]) for i in range(3))
        rows = {k: [] for k in ('auc', 'iou', 'iou_strict', 'recall', 'precision', 'auc_median', 'share')}
        for x, label, weight in zip(pictures, labels[:, 0].numpy() > 0, weights[:, 0].numpy() > 0):
            with torch.no_grad():
                p = torch.sigmoid(net(x[None]))[0, 0].numpy()
            found = p >= args.threshold
            hit = (found & label & weight).sum()
            rows['auc'].append(auc(p[weight], label[weight]))
            rows['auc_median'].append(auc(median_difference((x[0].numpy() + 1) / 2)[weight], label[weight]))
            rows['iou'].append(iou(found, label, weight))
            rows['iou_strict'].append(iou(found, label, np.ones_like(weight)))
            rows['recall'].append(hit / label.sum() if label.any() else float('nan'))
            rows['precision'].append(hit / (found & weight).sum() if (found & weight).any() else float('nan'))
            rows['share'].append(label.mean())
        table[kind] = {k: interval(v, np.random.default_rng(18)) for k, v in rows.items()}
        print(kind, table[kind], flush=True)
    with open(os.path.join(args.out, 'gate.json'), 'w') as f:
        json.dump(table, f, indent=1)
    real = lambda archive, folder, take: [Image.fromarray(x) for x in data.load_pictures(args.data, archive, (folder,))[take]]
    sheet(net, real('antique-256.tar', 'bopbtl/', slice(None)) + real('antique-256.tar', 'congress/', slice(None, None, 70))
          + real('antique-uncropped.tar', '', slice(None, None, 9)), os.path.join(args.out, 'real.png'), args.threshold)


if __name__ == '__main__':
    main()
