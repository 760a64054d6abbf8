"""The gate of the network that paints: is it a painting, is it still the sitter?

    python3 measure_paint.py --data DATA --cache CACHE --looking ../models/compact/vgg19_style.safetensors --arcface FOLDER --out RUNS/paint-gate NET [NET ...]

NET is a painter.safetensors; several are compared. On the held-out photographs (heldout.txt) and the held-out paintings (every sixth), at --side px:
  identity  ArcFace cosine of photograph and painting, in gray, mean with a 95 % interval over photographs; gate 0.45
  distance  kernel distance (KID: unbiased MMD^2, cubic kernel) between features of the paintings that were made and of the real ones, as a share of that
            of the untouched photographs; features are the VGG-19's relu4_1 and relu5_1, mean and deviation over places; interval by bootstrap over
            both sets; gate 0.5
Writes gate.json, table.md and grid.png (photographs above, each network below).
"""
import argparse
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import augment
import safetensors_io
from arcface import Judge
from export_paint import painter_of
from fast_style_losses import looked
from nets_style_vgg import StyleVgg
from train_paint import Faces, unit


@torch.no_grad()
def features(net, pictures):
    """[N, 2048] of pictures in +-1."""
    rows = []
    for part in pictures.split(16):
        with torch.autocast('cpu', dtype=torch.bfloat16):
            seen = looked(net, unit(part))
        maps = [seen[k].float().flatten(2) for k in ('relu4_1', 'relu5_1')]
        rows.append(torch.cat([v for m in maps for v in (m.mean(2) / m.mean(), m.std(2) / m.std())], 1))
    return torch.cat(rows).double().numpy()


def kernel(a, b):
    return (a @ b.T / a.shape[1] + 1) ** 3


def distance(xx, xy, yy):
    """Unbiased MMD^2 from kernel matrices."""
    n, m = len(xx), len(yy)
    return (xx.sum() - np.trace(xx)) / (n * (n - 1)) + (yy.sum() - np.trace(yy)) / (m * (m - 1)) - 2 * xy.mean()


def shares(made, photos, paintings, rounds=500, seed=2):
    """Distance of what was made over that of the photographs, with a 95 % interval: photographs are drawn together with what was made of them."""
    mean, deviation = paintings.mean(0), paintings.std(0) + 1e-6
    made, photos, paintings = ((v - mean) / deviation for v in (made, photos, paintings))
    mm, pp, yy = kernel(made, made), kernel(photos, photos), kernel(paintings, paintings)
    my, py = kernel(made, paintings), kernel(photos, paintings)
    rng, found = np.random.default_rng(seed), []
    for r in range(rounds):
        # of a picture drawn twice its kernel with itself is no independent pair: subsets without repetition, of half the size
        i = rng.permutation(len(made))[:len(made) // 2] if r else np.arange(len(made))
        j = rng.permutation(len(paintings))[:len(paintings) // 2] if r else np.arange(len(paintings))
        at = lambda k, a, b: k[np.ix_(a, b)]
        found.append((distance(at(mm, i, i), at(my, i, j), at(yy, j, j)), distance(at(pp, i, i), at(py, i, j), at(yy, j, j))))
    ratios = np.array([a / b for a, b in found[1:]])
    share = found[0][0] / found[0][1]
    spread = 1.96 * ratios.std() / 2 ** 0.5  # subsets of half the size vary by the root of two more
    return {'distance': found[0][0], 'photographs': found[0][1], 'share': share, 'interval': [share - spread, share + spread]}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('data', 'cache', 'looking', 'arcface', 'out'):
        p.add_argument(f'--{name}', required=True)
    p.add_argument('networks', nargs='+')
    p.add_argument('--side', type=int, default=128)
    args = p.parse_args()
    torch.set_num_threads(1)
    os.makedirs(args.out, exist_ok=True)
    faces = Faces(args.data, args.cache, args.side, np.random.default_rng(0))
    tensor = lambda images: augment.to_tensor(np.stack([np.asarray(v) for v in images])) * 2 - 1
    photos, paintings = tensor([faces.images[i] for i in faces.held_rows]), tensor(faces.held_paintings)
    net = StyleVgg.of(safetensors_io.load(args.looking)[0]).eval().requires_grad_(False)
    judge = Judge(args.arcface)
    of_photos, of_paintings, who = features(net, photos), features(net, paintings), judge(photos)
    results, rows = {}, [photos[::len(photos) // 8][:8]]
    for path in args.networks:
        painter = painter_of(path)
        with torch.no_grad():
            made = torch.cat([painter(part) for part in photos.split(8)])
        cosines = (judge(made) * who).sum(1).numpy()
        half = 1.96 * cosines.std(ddof=1) / len(cosines) ** 0.5
        results[path] = {'identity': float(cosines.mean()), 'identity_interval': [float(cosines.mean() - half), float(cosines.mean() + half)],
                         'kernel': shares(features(net, made), of_photos, of_paintings)}
        rows.append(made[::len(made) // 8][:8])
        kid = results[path]['kernel']
        print(f"{path}: identity {cosines.mean():.3f} ± {half:.3f} (gate 0.45), distance {kid['distance']:.4f} of {kid['photographs']:.4f}: "
              f"{kid['share']:.3f} ({kid['interval'][0]:.3f} to {kid['interval'][1]:.3f}, gate 0.5)", flush=True)
    with open(os.path.join(args.out, 'gate.json'), 'w') as f:
        json.dump({'photographs': len(photos), 'paintings': len(paintings), 'side': args.side, 'networks': results}, f, indent=1)
    with open(os.path.join(args.out, 'table.md'), 'w') as f:
        f.write('| network | ArcFace, photograph and painting | kernel distance to paintings, of the photographs\' |\n|---|---|---|\n')
        for path, r in results.items():
            (low, high), kid = r['identity_interval'], r['kernel']
            f.write(f"| {os.path.basename(os.path.dirname(os.path.abspath(path)))} | {r['identity']:.3f} ({low:.3f} to {high:.3f}) | {kid['share']:.3f} ({kid['interval'][0]:.3f} to {kid['interval'][1]:.3f}) |\n")
    sheet = torch.cat([torch.cat(list(row), 2) for row in rows], 1)
    Image.fromarray((unit(sheet).clamp(0, 1).permute(1, 2, 0) * 255).round().byte().numpy()).save(os.path.join(args.out, 'grid.png'))


if __name__ == '__main__':
    main()
