"""The gate of the compact upscaler: held-out scenes and faces, made small in the field's way and only made small, enlarged again.

    python3 measure_upscale.py --data DATA --cache CACHE --model ../models/compact/upscaler.safetensors --slim SLIM/models/x4 \
        --teacher REALESRGAN/RealESRGAN_General_x4_v3 --official VGG19_UINT8 --exact VGG19 --out ../models/compact/upscale-side.json

Against Lanczos, UpscalerJS' esrgan-slim and the teacher: PSNR, and a distance of the official VGG-19's features (relu1_2 to relu5_1, each
pixel's features brought to length 1, as LPIPS compares them), which no loss has seen. Means with 95 % intervals over the pictures, and of
the paired differences (bootstrap).
"""
import argparse
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import data
import safetensors_io
from augment import to_tensor
from field_degradation import degrade
from nets_srvgg import Srvgg, read_ncnn
from nets_style_vgg import StyleVgg
from vgg19_files import official, read_tfjs

LAYERS = ('relu1_2', 'relu2_2', 'relu3_4', 'relu4_4', 'relu5_1')
SIDE = 256


class Slim:
    """idealo's RDN as UpscalerJS ships it (esrgan-slim), on pictures in 01."""

    def __init__(self, folder):
        with open(os.path.join(folder, 'model.json')) as f:
            names = {w['name'] for group in json.load(f)['weightsManifest'] for w in group['weights']}
        self.t = {k: torch.from_numpy(v.copy()) for k, v in read_tfjs(folder, names).items()}

    def conv(self, name, x):
        kernel = self.t[f'{name}/kernel'].permute(3, 2, 0, 1).contiguous()
        return F.conv2d(x, kernel, self.t[f'{name}/bias'], padding=kernel.shape[2] // 2)

    def __call__(self, x):
        shallow = self.conv('F_m1', x * 255)
        h, local = self.conv('F_0', shallow), []
        for d in (1, 2):
            h = self.conv(f'LFF_{d}', torch.cat([h, F.relu(self.conv(f'F_{d}_1', h))], 1)) + h
            local.append(h)
        h = self.conv('GFF_2', self.conv('GFF_1', torch.cat(local, 1))) + shallow
        h = self.conv('UPN3', F.relu(self.conv('UPN2', F.relu(self.conv('UPN1', h)))))
        return self.conv('SR', F.interpolate(h, scale_factor=4, mode='nearest')) / 255


def lanczos(x):
    image = Image.fromarray((x[0] * 255).round().byte().permute(1, 2, 0).numpy())
    return to_tensor(np.asarray(image.resize((image.width * 4, image.height * 4), Image.LANCZOS))[None])


def features(vgg, x):
    with torch.autocast('cpu', dtype=torch.bfloat16):
        out = vgg(x)
    return [F.normalize(out[k].float(), dim=1) for k in LAYERS]


def middle(image):
    y, x = (image.shape[0] - SIDE) // 2, (image.shape[1] - SIDE) // 2
    return to_tensor(image[None, y:y + SIDE, x:x + SIDE])


def interval(values, rng, rounds=2000):
    """[mean, low, high]: 95 % of the means of pictures drawn anew."""
    values = np.asarray(values)
    means = values[rng.integers(len(values), size=(rounds, len(values)))].mean(1)
    return [round(float(v), 5) for v in (values.mean(), *np.percentile(means, [2.5, 97.5]))]


@torch.no_grad()
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('data', 'cache', 'model', 'slim', 'teacher', 'official', 'exact'):
        p.add_argument(f'--{name}', required=True)
    p.add_argument('--out')
    p.add_argument('--grid', help='PNG of some results')
    p.add_argument('--count', type=int, default=100, help='pictures of each kind')
    p.add_argument('--threads', type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(args.threads)

    methods = {'lanczos': lanczos, 'esrgan-slim': Slim(args.slim), 'compact': Srvgg.of(safetensors_io.load(args.model)[0]),
               'teacher': Srvgg.of(read_ncnn(args.teacher))}
    vgg = StyleVgg.of(official(args.official, args.exact))
    scenes = data.load_pictures(args.data, 'scenes.tar', ('scenes/test/',))
    faces = data.load_faces(args.data, args.cache, 256)
    kinds = {'scenes': [middle(v) for v in scenes[::max(1, len(scenes) // args.count)][:args.count]],
             'faces': [middle(np.asarray(faces.images[i])) for i in faces.test[::max(1, len(faces.test) // args.count)][:args.count]]}
    report, rng, rows = {}, np.random.default_rng(0), []
    for kind, truths in kinds.items():
        for how, plain in (('degraded', 0), ('small', 1)):
            draw = np.random.default_rng(7)
            torch.manual_seed(7)
            found = {m: {'psnr': [], 'perceptual': []} for m in methods}
            for n, truth in enumerate(truths):
                x = degrade(draw, truth, plain=plain)
                wanted, shown = features(vgg, truth), []
                for m, enlarge in methods.items():
                    y = (enlarge(x).clamp(0, 1) * 255).round() / 255
                    found[m]['psnr'].append(float(-10 * torch.log10((y - truth).square().mean())))
                    found[m]['perceptual'].append(sum(float((a - b).square().sum(1).mean()) for a, b in zip(features(vgg, y), wanted)) / len(LAYERS))
                    shown.append(y[0])
                if args.grid and n < 3:
                    rows.append(torch.cat([*shown, truth[0]], 2))
            table = {m: {k: interval(v, rng) for k, v in t.items()} for m, t in found.items()}
            for other in ('lanczos', 'esrgan-slim'):
                table[f'compact minus {other}'] = {k: interval(np.subtract(found['compact'][k], found[other][k]), rng) for k in found[other]}
            report[f'{kind}, {how}'] = table
            for m, t in table.items():
                print(f'{kind:7s} {how:9s} {m:26s}', *(f'{k} {v[0]:8.4f} [{v[1]:.4f}, {v[2]:.4f}]' for k, v in t.items()), flush=True)
    if args.out:
        with open(args.out, 'w') as f:
            json.dump({'pictures': args.count, 'measured': report}, f, indent=1)
            f.write('\n')
    if args.grid:
        Image.fromarray((torch.cat(rows, 1) * 255).round().byte().permute(1, 2, 0).numpy()).save(args.grid)


if __name__ == '__main__':
    main()
