"""Face sets -> one tar of 256 px pictures of a given size, for the way to a machine with a GPU.

    python3 pack_data.py --out faces.tar --megabytes 48 SOURCE[:share] [SOURCE[:share] ...]
                         [--ages ages.csv] [--count 0] [--heldout 24] [--format webp|avif] [--drop-generated 0.5]

SOURCE: a tar or a folder (folders per source inside stay as they are; a folder's own name comes first when it holds pictures
directly). Left out: copies of one photograph (thumbnails), held-out faces but for a few that job.py draws its grids of, pictures
that are broken, tiny or nearly gray in a colour set. When there are more pictures than fit at a fair quality (--least-quality), the
old are kept before the young, photographs before generated faces. ages.csv (name,age) goes into the tar.
"""
import argparse
import csv
import io
import os
import sys
import tarfile
import time

import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import faces as fx

GENERATED = ('stylegan/', 'stylegan2/')


def encode(task):
    a, quality, form = task
    b = io.BytesIO()
    im = Image.fromarray(a)
    if form == 'avif':
        im.save(b, 'AVIF', quality=quality, speed=6)
    else:
        im.save(b, 'WEBP', quality=quality, method=6)
    return b.getvalue()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('sources', nargs='+')
    p.add_argument('--out', required=True)
    p.add_argument('--megabytes', type=float, default=48)
    p.add_argument('--count', type=int, default=0, help='at most so many pictures (0: as many as fit)')
    p.add_argument('--ages', default='')
    p.add_argument('--heldout', type=int, default=24)
    p.add_argument('--least-quality', type=int, default=52)
    p.add_argument('--format', default='webp')
    p.add_argument('--drop-generated', type=float, default=0.0, help='leave out this share of generated faces')
    p.add_argument('--keep-gray', action='store_true')
    p.add_argument('--workers', type=int, default=2)
    a = p.parse_args()
    import multiprocessing as mp
    rng = np.random.RandomState(0)
    names, images, ages = [], [], {}
    held = fx.heldout_stems()
    for s in a.sources:
        path, _, share = s.partition(':')
        items = list(fx.members(path))
        inside = [n for n, _ in items if not n.endswith('.csv')]
        prefix = '' if all('/' in n for n in inside) else os.path.splitext(os.path.basename(os.path.normpath(path)))[0] + '/'
        for n, blob in items:
            if n.endswith('.csv') and 'age' in os.path.basename(n):
                ages.update({prefix + k: v for k, v in fx.read_ages(blob).items()})
        items = [(prefix + n, b) for n, b in items if not n.endswith('.csv') and n not in fx.SAME_AS_HELDOUT]
        if share and float(share) < 1:
            keep = rng.rand(len(items)) < float(share)      # of the young: there are few old faces, and all of them go
            old = [ages.get(fx.stem(n), ages.get(fx.stem(n).split('/', 1)[-1], 0)) >= 45 for n, _ in items]
            items = [t for t, k, o in zip(items, keep, old) if k or o or fx.stem(t[0]) in held]
        with mp.get_context('fork').Pool(a.workers) as pool:
            for (n, _), im in zip(items, pool.imap(fx._decode, [(b, 256) for _, b in items], chunksize=32)):
                if im is not None:
                    names.append(n)
                    images.append(im)
        print(path, len(items), 'pictures', flush=True)
    if a.ages:
        with open(a.ages, 'rb') as f:
            ages.update(fx.read_ages(f.read()))
    images = np.stack(images)
    age_of = lambda n: ages.get(fx.stem(n), ages.get(fx.stem(n).split('/', 1)[-1], np.nan))
    age = np.array([age_of(n) for n in names], np.float32)
    is_held = np.array([fx.stem(n) in held for n in names])
    generated = np.array([n.startswith(GENERATED) for n in names])
    t = fx.thumbs(images)
    keep = np.ones(len(names), bool)
    order = np.argsort(~is_held, kind='stable')            # held-out faces first: their copies go, not they
    t = t[order]
    for i in range(0, len(t), 1024):
        c = t[i:i + 1024] @ t[:i + 1024].T
        for r in range(len(c)):
            j = i + r
            if (c[r, :j] > 0.985).any():
                keep[order[j]] = False
    print('copies left out:', int((~keep).sum()))
    mono = fx.is_gray(images)
    if not a.keep_gray:
        print('black-and-white left out:', int((mono & keep & ~is_held).sum()))
        keep &= ~mono | is_held
    keep &= ~(generated & (rng.rand(len(names)) < a.drop_generated))
    show = np.flatnonzero(is_held & keep)
    show = show[:: max(1, len(show) // max(1, a.heldout))][:a.heldout]
    keep &= ~is_held
    keep[show] = True
    # who goes first when there is no room: generated, then those of 15 to 45, then the rest
    score = rng.rand(len(names)) + 2.0 * ~generated + 1.0 * ((age >= 45) | (age < 13)) + 10.0 * is_held
    ranked = [i for i in np.argsort(-score) if keep[i]]
    if a.count:
        ranked = ranked[:a.count + len(show)]
    room = a.megabytes * 2 ** 20
    with mp.get_context('fork').Pool(a.workers) as pool:
        test = ranked[:: max(1, len(ranked) // 160)]
        sizes = {}
        for q in (90, 82, 74, 66, 58, 52, 46, 40):
            if q < a.least_quality:
                break
            sizes[q] = float(np.mean([len(b) + 800 for b in pool.map(encode, [(images[i], q, a.format) for i in test], chunksize=4)]))
            print(f'quality {q}: {sizes[q]:.0f} bytes a picture', flush=True)
            if sizes[q] * len(ranked) < room * 0.97:
                break
        quality = min(sizes)
        fit = int(room * 0.97 / sizes[quality])
        if fit < len(ranked):
            print(f'only {fit} of {len(ranked)} pictures fit at quality {quality}')
            ranked = ranked[:fit]
        blobs = pool.map(encode, [(images[i], quality, a.format) for i in ranked], chunksize=16)
    total, chosen = 0, []
    with tarfile.open(a.out, 'w', format=tarfile.USTAR_FORMAT) as tar:
        def add(name, blob):
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(blob), 0
            tar.addfile(info, io.BytesIO(blob))
        rows = io.StringIO()
        w = csv.writer(rows)
        w.writerow(['name', 'age'])
        for i, b in zip(ranked, blobs):
            if np.isfinite(age[i]):
                w.writerow([fx.stem(names[i]), f'{age[i]:.0f}'])
        add('ages.csv', rows.getvalue().encode())
        for i, b in zip(ranked, blobs):
            total += 512 + (len(b) + 511) // 512 * 512
            if total > room:
                break
            add(fx.stem(names[i]) + '.' + a.format, b)
            chosen.append(i)
    sources = {}
    for i in chosen:
        sources[names[i].split('/')[0]] = sources.get(names[i].split('/')[0], 0) + 1
    old = age[chosen]
    print(f'{a.out}: {len(chosen)} pictures, {os.path.getsize(a.out) / 2**20:.1f} MiB, quality {quality}, {len(show)} held out, {sources}, '
          f'{int((old >= 45).sum())} of 45 and more of {int(np.isfinite(old).sum())} known ages')


if __name__ == '__main__':
    main()
