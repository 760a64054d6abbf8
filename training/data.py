"""Training pictures: tar archives -> uint8 arrays of one size, and the split into training and held-out faces.

    python3 data.py --data DIR_WITH_TARS --cache CACHE_DIR --size 128          # faces
    python3 data.py --data DIR_WITH_TARS --cache CACHE_DIR --size 256 --parse  # pictures with labels

From Python:

    faces = load_faces(data, cache, 128)      # images [N,128,128,3] uint8, names, heldout (bool per face)
    pairs = load_parsing(data, cache, 256)    # images, labels, names, heldout (bool per pair)
    scenes = load_pictures(data, 'scenes.tar', ('scenes/train/', 'scenes/val/'))   # list; scenes/test/ is in no training

Held out of all training: every tenth real photograph by sorted name (250), listed in heldout.txt. The pictures with
labels are celebahq photographs as well: the pairs that show a held-out face (found by their pixels) are the held-out
pairs, so no network has seen them.
"""
import argparse
import io
import os
import tarfile
from dataclasses import dataclass

import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
HELDOUT_FILE = os.path.join(HERE, 'heldout.txt')
REAL = ('ffhq/', 'celebahq/')
SAME_AS_HELDOUT = {'celebahq/00889.webp'}  # the same photograph as celebahq/01210: neither trained on nor tested


@dataclass
class Faces:
    images: np.ndarray   # [N, size, size, 3] uint8, memory-mapped
    names: list          # relative names, e.g. 'ffhq/00012.webp'
    heldout: np.ndarray  # [N] bool

    @property
    def train(self):
        twin = np.array([n in SAME_AS_HELDOUT for n in self.names])
        return np.flatnonzero(~self.heldout & ~twin)

    @property
    def test(self):
        return np.flatnonzero(self.heldout)

    @property
    def real(self):
        return np.array([n.startswith(REAL) for n in self.names])


@dataclass
class Pairs:
    images: np.ndarray   # [N, size, size, 3] uint8
    labels: np.ndarray   # [N, size, size] uint8, the archive's own label order
    names: list
    heldout: np.ndarray  # [N] bool: shows a face of heldout.txt; for the IoU table only

    @property
    def train(self):
        return np.flatnonzero(~self.heldout)

    @property
    def test(self):
        return np.flatnonzero(self.heldout)


def heldout_names(names):
    real = sorted(n for n in names if n.startswith(REAL))
    return real[::10]


def _members(tar_path, prefix=''):
    with tarfile.open(tar_path) as tar:
        for member in tar:
            name = member.name[2:] if member.name.startswith('./') else member.name
            if member.isfile() and name.startswith(prefix):
                yield name, tar.extractfile(member).read()


def _resized(blob, size):
    image = Image.open(io.BytesIO(blob)).convert('RGB')
    if image.size != (size, size):
        image = image.resize((size, size), Image.LANCZOS)  # antialiased
    return np.asarray(image)


def _store(path, array):
    part = path + f'.{os.getpid()}.npy'
    np.save(part, array)
    os.replace(part, path)


def load_faces(data, cache, size):
    images_path = os.path.join(cache, f'faces-{size}.npy')
    names_path = os.path.join(cache, 'faces-names.txt')
    if not (os.path.exists(images_path) and os.path.exists(names_path)):
        os.makedirs(cache, exist_ok=True)
        found = {name: _resized(blob, size) for name, blob in _members(os.path.join(data, 'faces-256.tar'))
                 if name.endswith('.webp')}
        names = sorted(found)
        _store(images_path, np.stack([found[n] for n in names]))
        with open(names_path, 'w') as f:
            f.write('\n'.join(names) + '\n')
    with open(names_path) as f:
        names = f.read().split()
    held = set(heldout_names(names))
    return Faces(np.load(images_path, mmap_mode='r'), names, np.array([n in held for n in names]))


def load_pictures(data, archive, folders=('',)):
    """Whole pictures of an archive, in its folders that start so: a list of uint8 [H,W,3] of any size, by sorted name."""
    found = {name: np.asarray(Image.open(io.BytesIO(blob)).convert('RGB')) for name, blob in _members(os.path.join(data, archive))
             if name.startswith(tuple(folders)) and name.endswith(('.webp', '.jpg', '.png'))}
    return [found[name] for name in sorted(found)]


def _thumbnails(images, side=16):
    """Tiny gray, contrast-normalised copies [N, side*side] for finding the same photograph twice."""
    out = []
    for image in images:
        g = np.asarray(Image.fromarray(image).convert('L').resize((side, side), Image.BOX), np.float32).ravel()
        g -= g.mean()
        out.append(g / (np.linalg.norm(g) + 1e-6))
    return np.stack(out)


def overlap(pair_images, face_images, threshold=0.985):
    """For each parsing picture: does it show one of the faces? Correlation of tiny gray copies."""
    return (_thumbnails(pair_images) @ _thumbnails(face_images).T).max(1) > threshold


def load_parsing(data, cache, size):
    paths = {k: os.path.join(cache, f'parse-{k}-{size}.npy') for k in ('images', 'labels')}
    names_path = os.path.join(cache, 'parse-names.txt')
    heldout_path = os.path.join(cache, 'parse-heldout.npy')
    if not all(map(os.path.exists, [*paths.values(), names_path, heldout_path])):
        os.makedirs(cache, exist_ok=True)
        images, labels = {}, {}
        for name, blob in _members(os.path.join(data, 'faceparse-256.tar')):
            stem = os.path.splitext(os.path.basename(name))[0]
            if '/images/' in '/' + name:
                images[stem] = _resized(blob, size)
            elif '/masks/' in '/' + name:
                mask = Image.open(io.BytesIO(blob))
                labels[stem] = np.asarray(mask.resize((size, size), Image.NEAREST), np.uint8)
        names = sorted(set(images) & set(labels))
        stacked = np.stack([images[n] for n in names])
        _store(paths['images'], stacked)
        _store(paths['labels'], np.stack([labels[n] for n in names]))
        with open(names_path, 'w') as f:
            f.write('\n'.join(names) + '\n')
        faces = load_faces(data, cache, 128)
        _store(heldout_path, overlap(stacked, faces.images[faces.test]))
    with open(names_path) as f:
        names = f.read().split()
    return Pairs(np.load(paths['images'], mmap_mode='r'), np.load(paths['labels'], mmap_mode='r'), names,
                 np.load(heldout_path))


PATHS = ('data', 'cache', 'run', 'teacher', 'vgg', 'modules', 'start', 'official', 'exact')


def command_line(script, args):
    """The command that repeats a training, with folder names in place of this machine's paths."""
    words = [f'python3 {script}']
    for key, v in vars(args).items():
        if v is None or key == 'threads':
            continue
        text = key.upper() if key in PATHS else ' '.join(map(str, v)) if isinstance(v, list) else str(v)
        words.append(f"--{key.replace('_', '-')} {text}")
    return ' '.join(words)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', required=True, help='folder with faces-256.tar and faceparse-256.tar')
    parser.add_argument('--cache', required=True, help='folder for the unpacked arrays')
    parser.add_argument('--size', type=int, default=128)
    parser.add_argument('--parse', action='store_true', help='prepare the pictures with labels instead of the faces')
    args = parser.parse_args()
    if args.parse:
        pairs = load_parsing(args.data, args.cache, args.size)
        print(len(pairs.names), 'pairs,', len(pairs.train), 'for training,', len(pairs.test), 'held out')
        return
    faces = load_faces(args.data, args.cache, args.size)
    with open(HELDOUT_FILE, 'w') as f:
        f.write('\n'.join(faces.names[i] for i in faces.test) + '\n')
    print(len(faces.names), 'faces,', len(faces.train), 'for training,', len(faces.test), 'held out')


if __name__ == '__main__':
    main()
