"""The exported generator side on the 250 held-out photographs: reconstruction against the mean face, skin colour by
sensitivity and mix layer against the mean w, spread of the samples.

    python3 measure_generator.py --data DIR --cache DIR --pack ../models/compact --vgg FILE [--grid FILE.png]

Skin here is the middle of the face (cheeks, nose), the same window for every picture.
"""
import argparse
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

import safetensors_io
from antique import antique, to_gray
from color_encoder import ColorEncoder
from data import load_faces
from e4e import Encoder
from perceptual import Perceptual
from stylegan2 import Generator
from picture_losses import gray3
from prior_grid import save_grid


def load_pack(folder):
    with open(os.path.join(folder, 'generator-side.json')) as f:
        d = json.load(f)
    state = lambda name: {k: torch.from_numpy(v) for k, v in safetensors_io.load(os.path.join(folder, name + '.safetensors'))[0].items()}
    g = Generator(d['size'], d['styleDim'], d['channels'])
    missing = g.load_state_dict(state('stylegan2'), strict=False)
    assert not missing.missing_keys and not missing.unexpected_keys, missing
    e = Encoder(g.n_latent, g.dim, d['e4e']['inputSize'], d['e4e']['channels'], d['e4e']['blocksPerStage'], d['e4e']['styleLevels'])
    tensors = state('e4e')
    average = tensors.pop('latent_avg')
    e.load_state_dict({k[len('encoder.'):]: v for k, v in tensors.items()}, strict=False)
    colors = {}
    for kind in ('b', 'gb', 'g'):
        colors[kind] = ColorEncoder(g.dim, d['colorEncoder']['inputSize'])
        colors[kind].load_state_dict(state('color_encoder_' + kind))
    for m in (g, e, *colors.values()):
        m.eval()
    return d, g, e, average, colors, state('w_stats')['mean']


def ssim(x, y):
    """gray, Gaussian window 11, sigma 1.5, pictures in +-1"""
    x, y = (gray3(t)[:, :1] / 2 + 0.5 for t in (x, y))
    t = torch.arange(11).float() - 5
    k = torch.exp(-t * t / (2 * 1.5 ** 2))
    k = (k / k.sum())[None, None]
    f = lambda v: F.conv2d(F.conv2d(v, k[:, :, :, None]), k[:, :, None])
    mx, my = f(x), f(y)
    sx, sy, sxy = f(x * x) - mx * mx, f(y * y) - my * my, f(x * y) - mx * my
    return (((2 * mx * my + 1e-4) * (2 * sxy + 9e-4)) / ((mx * mx + my * my + 1e-4) * (sx + sy + 9e-4))).mean((1, 2, 3))


def lab(rgb):
    """sRGB in 01 [...,3] -> CIE L*a*b*, D65"""
    c = torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    m = torch.tensor([[.4124564, .3575761, .1804375], [.2126729, .7151522, .0721750], [.0193339, .1191920, .9503041]])
    xyz = c @ m.T / torch.tensor([.95047, 1., 1.08883])
    f = torch.where(xyz > 0.008856, xyz.clamp(min=1e-6) ** (1 / 3), 7.787 * xyz + 16 / 116)
    return torch.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def skin(x):
    """mean colour of the middle of the face, L*a*b*"""
    h = x.shape[2]
    m = x[:, :, int(.45 * h):int(.70 * h), int(.36 * h):int(.64 * h)].clamp(-1, 1).mean((2, 3)) / 2 + 0.5
    return lab(m)


def batches(f, x, n=25):
    with torch.no_grad():
        return torch.cat([f(x[i:i + n]) for i in range(0, len(x), n)])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--pack', required=True)
    p.add_argument('--vgg', required=True)
    p.add_argument('--grid', help='write a picture of reconstructions, siblings and samples')
    p.add_argument('--limit', type=int, default=250)
    p.add_argument('--threads', type=int, default=1)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(7)
    d, g, e, average, colors, mean_w = load_pack(a.pack)
    faces = load_faces(a.data, a.cache, g.size)
    load = lambda idx: torch.from_numpy(np.ascontiguousarray(faces.images[idx])).permute(0, 3, 1, 2).float() / 127.5 - 1
    test = load(faces.test[:a.limit])
    mean_face = torch.from_numpy(faces.images[faces.train].astype(np.float32).mean(0)).permute(2, 0, 1)[None] / 127.5 - 1
    vgg = Perceptual(a.vgg)
    synth = lambda latent: batches(lambda l: g(l), latent)
    n, table = g.n_latent, {}

    def compare(name, y):
        table[name] = {'L1': float((y - test).abs().mean()), 'SSIM': float(ssim(y, test).mean()),
                       'perceptual': float(torch.cat([vgg(y[i:i + 25], test[i:i + 25]).detach() for i in range(0, len(y), 25)]).mean())}
        print(f'{name:34s}', ' '.join(f'{k} {v:.4f}' for k, v in table[name].items()), flush=True)

    codes = batches(lambda x: e(x) + average, test)
    gray_codes = batches(lambda x: e(gray3(x)) + average, test)
    mix = d['mixStart']
    compare('mean face', mean_face.expand_as(test))
    compare('G(mean w)', synth(mean_w[None, None].expand(1, n, -1)).expand_as(test))
    rec = synth(codes)
    compare('e4e, colour picture', rec)
    compare('e4e, its w0 in all layers', synth(codes[:, :1].expand(-1, n, -1)))
    truth = skin(test)
    for kind, net in colors.items():
        for aged in (False, True):
            gray = to_gray(test / 2 + 0.5, kind)
            gray = antique(gray) if aged else gray
            s = net.input_size
            w = batches(lambda x: net(F.interpolate(x, (s, s), mode='bilinear', align_corners=False)), gray)
            c = batches(lambda x: e(x.expand(-1, 3, -1, -1) * 2 - 1) + average, gray)
            for start in (range(4, 9) if kind == 'b' and not aged else (mix,)):
                row = {}
                for who, fine in (('encoder', w), ('mean w', mean_w[None].expand_as(w))):
                    y = synth(torch.cat([c[:, :start], fine[:, None].expand(-1, n - start, -1)], 1))
                    row[who] = float((skin(y) - truth).norm(dim=1).mean())
                    row[who + ' a*b*'] = float((skin(y) - truth)[:, 1:].norm(dim=1).mean())
                key = f"skin dE {kind}{' aged' if aged else ''}, mix {start}"
                table[key] = row
                print(f'{key:34s}', ' '.join(f'{k} {v:.2f}' for k, v in row.items()), flush=True)
    z = torch.randn(64, g.dim)
    w = g.style(z).detach()
    samples = synth(w[:, None].expand(-1, n, -1))
    down = lambda x: F.adaptive_avg_pool2d(x, 16).flatten(1)
    table['spread'] = {'samples': float(down(samples).std(0).mean()), 'faces': float(down(test).std(0).mean())}
    print('spread of 16x16 pixels', table['spread'])
    print(json.dumps(table))
    if a.grid:
        pick = torch.arange(0, len(test), max(1, len(test) // 10))[:10]
        rows = [test[pick], rec[pick], synth(gray_codes[pick])]
        for kind, net in colors.items():
            gray = to_gray(test[pick] / 2 + 0.5, kind)
            w = batches(lambda x: net(F.interpolate(x, (s, s), mode='bilinear', align_corners=False)), gray)
            rows.append(synth(torch.cat([gray_codes[pick, :mix], w[:, None].expand(-1, n - mix, -1)], 1)))
        save_grid(a.grid, rows + list(samples[:30].split(10)))


if __name__ == '__main__':
    main()
