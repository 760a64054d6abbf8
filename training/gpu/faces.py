"""Pictures: archives -> one uint8 array (decoded by a pool of processes), held-out names, sampling weights by age;
and what happens to pictures on the device, a whole batch at once: warps, gray films, ageing, painting."""
import csv
import io
import json
import os
import tarfile
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
PICTURES = ('.webp', '.png', '.jpg', '.jpeg', '.avif')
SAME_AS_HELDOUT = {'celebahq/00889.webp'}


def stem(name):
    return os.path.splitext(name[2:] if name.startswith('./') else name)[0]


def heldout_stems():
    """names without ending, as members() gives them: of heldout.txt and, of faces-more.tar, of heldout-more.txt. The lists lie beside
    this file where it travelled alone"""
    held = set()
    for name in ('heldout.txt', 'heldout-more.txt'):
        here, project = os.path.join(HERE, name), os.path.join(os.path.dirname(HERE), name)
        with open(here if os.path.exists(here) else project) as f:
            held |= {stem(n[len('faces-more/'):]) if n.startswith('faces-more/') else stem(n) for n in f.read().split()}
    return held


def members(source):
    """(name, bytes) of a tar or a folder (tars and pictures in it)"""
    if os.path.isdir(source):
        for folder, _, files in sorted(os.walk(source)):
            for f in sorted(files):
                path = os.path.join(folder, f)
                if f.endswith('.tar'):
                    yield from members(path)
                elif f.lower().endswith(PICTURES + ('.csv',)):
                    with open(path, 'rb') as h:
                        yield os.path.relpath(path, source), h.read()
        return
    with tarfile.open(source) as tar:
        for m in tar:
            if m.isfile() and m.name.lower().endswith(PICTURES + ('.csv',)):
                yield (m.name[2:] if m.name.startswith('./') else m.name), tar.extractfile(m).read()


def read_ages(blob):
    """name,age with or without a header; further columns are left alone"""
    ages = {}
    rows = list(csv.reader(io.StringIO(blob.decode('utf8', 'replace'))))
    if not rows:
        return ages
    head = [c.strip().lower() for c in rows[0]]
    ni = next((i for i, c in enumerate(head) if c in ('name', 'file', 'path', 'picture')), 0)
    ai = next((i for i, c in enumerate(head) if 'age' == c or c.startswith('age')), 1)
    for r in rows:
        try:
            ages[stem(r[ni].strip())] = float(r[ai])
        except (ValueError, IndexError):
            pass
    return ages


def _decode(task):
    blob, size = task
    try:
        im = Image.open(io.BytesIO(blob)).convert('RGB')
        if im.size != (size, size):
            im = im.resize((size, size), Image.LANCZOS)
        return np.asarray(im, np.uint8)
    except Exception:  # a broken picture is left out
        return None


def thumbs(a, side=16):
    """uint8 [N,H,W,3] -> gray, contrast-normalised [N, side^2], for finding the same photograph twice"""
    n, h = a.shape[:2]
    k = h // side
    out = []
    for i in range(0, n, 512):
        g = a[i:i + 512].astype(np.float32) @ np.float32([0.299, 0.587, 0.114])
        g = g.reshape(len(g), side, k, side, k).mean((2, 4)).reshape(len(g), -1)
        g -= g.mean(1, keepdims=True)
        out.append(g / (np.linalg.norm(g, axis=1, keepdims=True) + 1e-6))
    return np.concatenate(out)


def is_gray(images, limit=4.0):
    """black-and-white (or evenly toned) photographs among the colour ones: bool [N]"""
    out = []
    for i in range(0, len(images), 1024):
        a = images[i:i + 1024, ::8, ::8].astype(np.float32)
        rg, gb = a[..., 0] - a[..., 1], a[..., 1] - a[..., 2]
        out.append((rg.std((1, 2)) + gb.std((1, 2))) / 2)
    return np.concatenate(out) < limit


def load(sources, size, cache=None, workers=8, limit=0, beat=lambda *_: None):
    """-> dict(images [N,size,size,3] uint8, names, heldout bool [N], age float [N] (nan: unknown))"""
    if cache and os.path.exists(cache + '.json'):
        with open(cache + '.json') as f:
            meta = json.load(f)
        return {'images': np.load(cache + '.npy', mmap_mode='r'), 'names': meta['names'],
                'heldout': np.array(meta['heldout']), 'age': np.array(meta['age'], np.float32), 'gray': np.array(meta['gray'])}
    t0, blobs, ages = time.time(), {}, {}
    for s in sources:
        for name, blob in members(s):
            if name.endswith('.csv'):
                if 'age' in os.path.basename(name):
                    ages.update(read_ages(blob))
            else:
                blobs[name] = blob
    held = heldout_stems()
    names = sorted(n for n in blobs if n not in SAME_AS_HELDOUT)
    if limit:  # smoke tests
        names = [n for n in names if stem(n) in held][:limit] + [n for n in names if stem(n) not in held][:: max(1, len(names) // limit)][:limit]
    beat('decode')
    images = []
    tasks = [(blobs[n], size) for n in names]
    if workers > 1:
        import multiprocessing as mp
        with mp.get_context('fork').Pool(workers) as pool:  # before CUDA is touched
            for k, im in enumerate(pool.imap(_decode, tasks, chunksize=32)):
                images.append(im)
                if k % 1000 == 0:
                    beat('decode')
    else:
        images = [_decode(t) for t in tasks]
    keep = [i for i, im in enumerate(images) if im is not None]
    names, images = [names[i] for i in keep], np.stack([images[i] for i in keep])
    heldout = np.array([stem(n) in held for n in names])
    if heldout.any():  # another copy of a held-out photograph, under whatever name, is in no training
        t = thumbs(images)
        twin = np.zeros(len(t), bool)
        for i in range(0, len(t), 2048):
            twin[i:i + 2048] = (t[i:i + 2048] @ t[heldout].T).max(1) > 0.985
        drop = twin & ~heldout
        if drop.any():
            print('copies of held-out faces left out:', [names[i] for i in np.flatnonzero(drop)][:10], int(drop.sum()), flush=True)
            ok = np.flatnonzero(~drop)
            names, images, heldout = [names[i] for i in ok], images[ok], heldout[ok]
    base = {os.path.basename(k): v for k, v in ages.items()}
    age = np.array([ages.get(stem(n), base.get(os.path.basename(stem(n)), np.nan)) for n in names], np.float32)
    print(f'{len(names)} pictures ({int(heldout.sum())} held out, {int(np.isfinite(age).sum())} of known age), '
          f'{time.time() - t0:.1f} s', flush=True)
    mono = is_gray(images)
    if cache:
        np.save(cache + '.npy', images)
        with open(cache + '.json', 'w') as f:
            json.dump({'names': names, 'heldout': heldout.tolist(), 'age': [float(a) for a in age], 'gray': mono.tolist()}, f)
    return {'images': images, 'names': names, 'heldout': heldout, 'age': age, 'gray': mono}


LARGEST_SHARE = 0.3   # of one source, however large: one of them has nine tenths of its faces from one part of the world


def weights(names, age):
    """how often a picture is drawn: the old more often, pictures that a GAN made less, no source more than its share"""
    w = np.ones(len(names))
    for i, (n, a) in enumerate(zip(names, age)):
        if n.startswith(('stylegan/', 'stylegan2/')):
            w[i] *= 0.6
        if np.isfinite(a):
            w[i] *= 3.0 if a >= 60 else 2.2 if a >= 45 else 1.4 if a < 12 else 1.0
    source = np.array([n.split('/')[0] for n in names])
    for s in set(source):
        own, rest = w[source == s].sum(), w[source != s].sum()
        if rest > 0 and own > LARGEST_SHARE / (1 - LARGEST_SHARE) * rest and len(set(source)) > 3:
            w[source == s] *= LARGEST_SHARE / (1 - LARGEST_SHARE) * rest / own
    return w / w.sum()


# ---------------------------------------------------------------- on the device

SENSITIVITY = {'b': (0.0, 0.0, 1.0), 'gb': (0.0, 0.5, 0.5), 'g': (0.299, 0.587, 0.114)}
LUMA = (0.299, 0.587, 0.114)


_CONST = {}


def const(values, device):
    """a constant on the device, copied there once (a copy inside a CUDA graph would break its capture)"""
    key = (values, str(device))
    if key not in _CONST:
        _CONST[key] = torch.tensor(values, device=device)
    return _CONST[key]


def gray(x, weights=LUMA):
    return (x * const(weights, x.device).view(1, 3, 1, 1)).sum(1, keepdim=True)


def gray3(x):
    return gray(x).expand(-1, 3, -1, -1)


def warp(x, on, stretch=0.04, bend=0.012, shift=0.015):
    """Another face out of each: stretched, sheared, bent by a few hundredths; on [B]: 0 leaves a picture as it is."""
    b, dev = x.shape[0], x.device
    on = on.view(b, 1, 1)
    eye = torch.eye(2, device=dev)
    a = torch.cat([eye + on * stretch * torch.randn(b, 2, 2, device=dev), on * shift * torch.randn(b, 2, 1, device=dev)], 2)
    grid = F.affine_grid(a, x.shape, align_corners=False)
    bent = F.interpolate(torch.randn(b, 2, 6, 6, device=dev), size=x.shape[2:], mode='bicubic', align_corners=False)
    return F.grid_sample(x, grid + (on[:, :, :, None] * 2 * bend * bent).permute(0, 2, 3, 1), mode='bicubic',
                         padding_mode='reflection', align_corners=False).clamp(-1, 1)


def _gauss(x, sigma):
    r = max(1, int(2.5 * sigma + 0.5))
    t = torch.arange(-r, r + 1, device=x.device).float()
    k = torch.exp(-0.5 * (t / sigma) ** 2)
    k = k / k.sum()
    c = x.shape[1]
    if c > 1:
        x = x.reshape(-1, 1, *x.shape[2:])
    x = F.pad(x, (r, r, r, r), mode='reflect')
    x = F.conv2d(F.conv2d(x, k.view(1, 1, 1, -1)), k.view(1, 1, -1, 1))
    return x.reshape(-1, c, *x.shape[2:]) if c > 1 else x


def rand(x, lo, hi):
    return torch.rand(x.shape[0], 1, 1, 1, device=x.device) * (hi - lo) + lo


def chance(x, p):
    return (torch.rand(x.shape[0], 1, 1, 1, device=x.device) < p).float()


def soften(x, strongest):
    """each picture by its own mixture of blurs up to `strongest` pixels"""
    s = rand(x, 0, 1) ** 2
    a, b, c = x, _gauss(x, strongest / 3), _gauss(x, strongest)
    return torch.where(s < 0.5, a + (b - a) * (2 * s), b + (c - b) * (2 * s - 1))


def kuwahara(x, r=2):
    """flat patches with sharp borders, as a brush leaves them"""
    k = r + 1
    p = F.pad(x, (r, r, r, r), mode='reflect')
    m, q = F.avg_pool2d(p, k, 1), F.avg_pool2d(p * p, k, 1)
    v = q - m * m
    h, w = x.shape[2:]
    corners = [(0, 0), (0, r), (r, 0), (r, r)]
    ms = torch.cat([m[:, :, i:i + h, j:j + w] for i, j in corners], 1)
    vs = torch.cat([v[:, :, i:i + h, j:j + w] for i, j in corners], 1)
    wgt = torch.softmax(-vs * 2000, 1)
    return (ms * wgt).sum(1, keepdim=True)


def age_plate(x, grain=0.07, blur=2.0, painted=0.15):
    """x gray [B,1,h,w] in 01 -> what a plate, a print, a scan or a painter left of it"""
    b, _, h, w = x.shape
    dev, k = x.device, h / 128
    x = x.clamp(0, 1)
    if painted:
        p = kuwahara(kuwahara(x, 2), max(2, int(round(3 * k))))
        x = torch.where(chance(x, painted) > 0, p, x)
    x = soften(x, blur * max(k, 0.6))
    x = (x + 1e-4) ** torch.exp(rand(x, -0.5, 0.5))
    mid = x.mean((2, 3), keepdim=True)
    x = mid + (x - mid) * rand(x, 0.6, 1.3)
    x = rand(x, 0.0, 0.2) + x * rand(x, 0.7, 1.0)
    yy = torch.linspace(-1, 1, h, device=dev).view(1, 1, h, 1)
    xx = torch.linspace(-1, 1, w, device=dev).view(1, 1, 1, w)
    x = x * (1 - rand(x, 0, 0.35) * ((xx - rand(x, -.3, .3)) ** 2 + (yy - rand(x, -.3, .3)) ** 2) / 2)
    spots = F.interpolate(torch.randn(b, 1, 5, 5, device=dev), (h, w), mode='bicubic', align_corners=False)
    x = x + spots * rand(x, 0, 0.03)
    white = torch.randn_like(x)
    clumped = F.interpolate(torch.randn(b, 1, (h + 1) // 2, (w + 1) // 2, device=dev), (h, w), mode='bilinear', align_corners=False) * 1.6
    x = x + torch.where(chance(x, 0.5) > 0, white, clumped) * rand(x, 0, 1) ** 1.5 * grain
    return x.clamp(0, 1)


def film_gray(x):
    """x colour in 01 -> gray by a random film between blue-sensitive and panchromatic"""
    w = const((SENSITIVITY['b'], SENSITIVITY['gb'], LUMA, LUMA), x.device)[torch.randint(4, (x.shape[0],), device=x.device)]
    return (x * w.view(-1, 3, 1, 1)).sum(1, keepdim=True)


def encoder_gray(x, p=0.6):
    """x colour +-1 -> gray x3 +-1 as a run feeds it: p of the pictures aged, of any film; the others clean luma"""
    u = (x + 1) / 2
    aged = age_plate(film_gray(u))
    g = torch.where(chance(x, p) > 0, aged, gray(u))
    return (g * 2 - 1).expand(-1, 3, -1, -1)


def encoder_colour(x, p=0.3):
    """a share of the colour pictures soft or grainy"""
    y = soften(x, 2.0 * x.shape[2] / 128) + torch.randn_like(x) * rand(x, 0, 0.12)
    return torch.where(chance(x, p) > 0, y.clamp(-1, 1), x)


def diff_augment(x, p, view=None):
    """Brightness, saturation, contrast, shift, zoom, cut-out, each for a share p (a tensor) of the pictures; view: the side
    of the result (smaller than the picture: half of the pictures are then seen whole, half as a window at full size)."""
    b, _, h, w = x.shape
    dev = x.device
    on = lambda: (torch.rand(b, 1, 1, 1, device=dev) < p).float()
    u = lambda: torch.rand(b, 1, 1, 1, device=dev) * 2 - 1
    x = x + on() * u() * 0.4
    m = x.mean(1, keepdim=True)
    x = m + (x - m) * (1 + on() * u())
    m = x.mean((1, 2, 3), keepdim=True)
    x = m + (x - m) * (1 + on() * u() * 0.5)
    side = view or h
    zoom = torch.ones(b, 1, 1, 1, device=dev) * (1 + on() * u() * 0.12)
    shift = [on() * u() * 0.2 for _ in range(2)]
    if side < h:
        window = (torch.arange(b, device=dev) % 2).view(b, 1, 1, 1).float()
        part = side / h
        zoom = torch.where(window > 0, torch.full_like(zoom, part), zoom)
        shift = [torch.where(window > 0, u() * (1 - part), s) for s in shift]
    z = torch.zeros_like(zoom)
    theta = torch.cat([torch.cat([zoom, z, shift[0]], 3), torch.cat([z, zoom, shift[1]], 3)], 2)[:, 0]
    grid = F.affine_grid(theta, (b, 3, side, side), align_corners=False)
    x = F.grid_sample(x, grid, mode='bilinear', padding_mode='reflection', align_corners=False)
    ys = torch.arange(side, device=dev).view(1, 1, side, 1)
    xs = torch.arange(side, device=dev).view(1, 1, 1, side)
    cy, cx = (u() + 1) * side / 2, (u() + 1) * side / 2
    hole = ((ys - cy).abs() < side / 5) & ((xs - cx).abs() < side / 5) & (on() > 0)
    return x * (~hole).float()


class FaceCode:
    """The coordinates of w: principal components of 32x32 colour pictures (training/facecode.py), all of w at first, an anchor later."""

    def __init__(self, pictures=None, dim=0, state=None):
        if state is not None:   # of an earlier run: w keeps its coordinates, whatever pictures there are now
            self.mean, self.basis, self.scale, self.std = (state[k] for k in ('mean', 'basis', 'scale', 'std'))
            return
        y = F.interpolate(pictures, (32, 32), mode='area').flatten(1)
        y = torch.cat([y, F.interpolate(pictures.flip(3), (32, 32), mode='area').flatten(1)])
        self.mean = y.mean(0)
        cov = ((y - self.mean).T @ (y - self.mean) / len(y)).double().cpu()
        eig, vec = torch.linalg.eigh(cov)
        eig, vec = eig.flip(0)[:dim].clamp(min=1e-8), vec.flip(1)[:, :dim]
        std = eig ** 0.25                        # leading components larger, but less so than in pixels
        std = std / std.pow(2).mean().sqrt()
        self.basis, self.scale = vec.float().contiguous().to(y), (std / eig.sqrt()).float().to(y)
        self.std = std.float().to(y)

    def state(self):
        return {'mean': self.mean, 'basis': self.basis, 'scale': self.scale, 'std': self.std}

    def encode(self, x):
        return (F.avg_pool2d(x, x.shape[2] // 32).flatten(1) - self.mean) @ self.basis * self.scale
