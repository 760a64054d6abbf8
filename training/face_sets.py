"""The faces a prior is trained on: several archives in one memory-mapped array, how often each is drawn, and what is held out.

    python3 face_sets.py --data DIR_WITH_TARS --cache CACHE_DIR [--size 128]

    sets = load_sets(data, cache, 128)   # images [N,128,128,3] uint8 (memory-mapped), names, age, groups (see below)

Four groups. `colour`: faces to reconstruct. `gray`: old photographs and black-and-white portraits, whose faces and ages are
worth knowing although nobody knows their colours; they are shown to the encoder alone. `heldout`: the 250 of heldout.txt and,
of the newer sets, every 20th picture of a folder (every 10th old photograph), listed in heldout-more.txt. `left out`: copies of a held-out picture under another name, engravings, paintings.
"""
import argparse
import csv
import io
import json
import os
import tarfile

import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
SETS = ('faces-256', 'faces-more', 'faces-128', 'antique-256')
NOT_TRAINED = ('antique-256/engravings/', 'antique-256/bopbtl/')
SAME_AS_HELDOUT = {'faces-256/celebahq/00889'}
LARGEST_SHARE = 0.3   # of one folder, however large: one has nine tenths of its faces from one part of the world
OLD, OLDER = 45, 60   # years from which a face is drawn more often


def read_heldout():
    """names as set/folder/stem"""
    names = set()
    for file, prefix in (('heldout.txt', 'faces-256/'), ('heldout-more.txt', '')):
        with open(os.path.join(HERE, file)) as f:
            names |= {prefix + os.path.splitext(n)[0] for n in f.read().split()}
    return names


def every_nth(names):
    """the rule behind heldout-more.txt"""
    folders = {}
    for n in sorted(names):
        if not n.startswith(('faces-256/', *NOT_TRAINED)):
            folders.setdefault(n.rsplit('/', 1)[0], []).append(n)
    return [n for folder, found in sorted(folders.items()) for n in found[::10 if folder.startswith('antique') else 20]]


def members(data):
    """(set/folder/stem, bytes) of every picture, and the ages"""
    for name in SETS:
        with tarfile.open(os.path.join(data, name + '.tar')) as tar:
            for m in tar:
                path = m.name[2:] if m.name.startswith('./') else m.name
                if m.isfile() and path.endswith(('.webp', '.csv')):
                    yield f'{name}/{os.path.splitext(path)[0]}', tar.extractfile(m).read()


def read_ages(blob, prefix):
    """rows file,age,… without or with a heading"""
    ages = {}
    for row in csv.reader(io.StringIO(blob.decode())):
        try:
            ages[prefix + os.path.splitext(row[0])[0]] = float(row[1])
        except (ValueError, IndexError):
            pass
    return ages


def is_gray(image, limit=4.0):
    """black and white, or evenly toned"""
    a = image[::8, ::8].astype(np.float32)
    return (np.std(a[..., 0] - a[..., 1]) + np.std(a[..., 1] - a[..., 2])) / 2 < limit


def thumbnail(image, side=16):
    """tiny, gray, contrast-normalised: two copies of a photograph correlate above 0.985"""
    g = np.asarray(Image.fromarray(image).convert('L').resize((side, side), Image.BOX), np.float32).ravel()
    g -= g.mean()
    return g / (np.linalg.norm(g) + 1e-6)


def build(data, images_path, table_path, size):
    ages, blobs = {}, {}
    for name, blob in members(data):
        if name.endswith('/ages'):
            ages.update(read_ages(blob, name[:-len('ages')]))
        else:
            blobs[name] = blob
    held = read_heldout()
    names = sorted(n for n in blobs if not n.startswith(NOT_TRAINED) and n not in SAME_AS_HELDOUT)
    part = images_path + '.part.npy'
    images = np.lib.format.open_memmap(part, 'w+', np.uint8, (len(names), size, size, 3))
    gray, thumbs = [], []
    for i, n in enumerate(names):
        im = Image.open(io.BytesIO(blobs[n])).convert('RGB')
        images[i] = np.asarray(im if im.size == (size, size) else im.resize((size, size), Image.LANCZOS))
        gray.append(bool(n.startswith('antique') or is_gray(images[i])))
        thumbs.append(thumbnail(images[i]))
    images.flush()
    thumbs, heldout = np.stack(thumbs), np.array([n in held for n in names])
    copy = (thumbs @ thumbs[heldout].T).max(1) > 0.985
    group = ['heldout' if h else 'left out' if c else 'gray' if g else 'colour' for h, c, g in zip(heldout, copy, gray)]
    with open(table_path, 'w') as f:
        json.dump({'names': names, 'group': group, 'gray': gray, 'age': [ages.get(n) for n in names]}, f)
    os.replace(part, images_path)


class FaceSets:
    def __init__(self, images, table):
        self.images = images                               # [N, size, size, 3] uint8
        self.names = table['names']                        # set/folder/stem
        self.age = np.array([np.nan if a is None else a for a in table['age']], np.float32)
        self.is_gray = np.array(table['gray'])
        self.group = np.array(table['group'])              # colour, gray, heldout, left out

    def indices(self, group):
        return np.flatnonzero(self.group == group)

    def probability(self, indices):
        """how often each is drawn: the old more often, pictures made by a GAN less, no folder more than its share"""
        w = np.ones(len(indices))
        folder = np.array(['/'.join(self.names[i].split('/')[:2]) for i in indices])
        w[[f.startswith('faces-256/stylegan') for f in folder]] *= 0.6
        age = self.age[indices]
        w[age >= OLD] *= 2.2
        w[age >= OLDER] *= 1.6
        for f in set(folder):
            own, rest = w[folder == f].sum(), w[folder != f].sum()
            if rest and own > LARGEST_SHARE / (1 - LARGEST_SHARE) * rest and len(set(folder)) > 3:
                w[folder == f] *= LARGEST_SHARE / (1 - LARGEST_SHARE) * rest / own
        return w / w.sum()


def load_sets(data, cache, size):
    os.makedirs(cache, exist_ok=True)
    images, table = (os.path.join(cache, f'sets-{size}.{ext}') for ext in ('npy', 'json'))
    if not (os.path.exists(images) and os.path.exists(table)):
        build(data, images, table, size)
    with open(table) as f:
        return FaceSets(np.load(images, mmap_mode='r'), json.load(f))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--size', type=int, default=128)
    a = p.parse_args()
    sets = load_sets(a.data, a.cache, a.size)
    for group in ('colour', 'gray', 'heldout', 'left out'):
        i = sets.indices(group)
        q, age = sets.probability(i), sets.age[i]
        known = np.isfinite(age)
        print(f'{group}: {len(i)} pictures, {known.sum()} of known age; drawn: '
              + ', '.join(f'{share:.0%} from {y}' for y in (30, 50, 60, 70) if (share := q[known & (age >= y)].sum())))


if __name__ == '__main__':
    main()
