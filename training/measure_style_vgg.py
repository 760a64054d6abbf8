"""The gate of the compact style network: does the official VGG-19 find its pictures as good as its own?

    python3 measure_style_vgg.py --data DATA --official VGG19_UINT8 --exact VGG19 --model ../models/compact/vgg19_style.safetensors \\
        --out RUNS/style-gate [--side 192 --steps 150 --style-weight 1e5]

Ten pairs, none of them seen in training: contents from the test part of scenes.tar, held-out faces, DATA/styles; styles from
DATA/styles. Each pair is optimised with both networks (Gram losses of relu1_1 ... relu5_1, content loss of relu4_2, Adam on
pixels from the content, same steps, rates and weights), and the official network measures both results. Printed for each
pair: the ratio compact / official of the content loss, of the style loss by neural-style's normalisation (its sum is mostly
relu4_1) and of each style layer. The official network's pictures stay in --out and are used again.
"""
import argparse
import io
import json
import os
import tarfile

import numpy as np
import torch
from PIL import Image

import safetensors_io
from nets_style_vgg import STYLE, StyleVgg, cost
from style_transfer import losses, stylize, targets
from vgg19_files import official

PAIRS = [('styles/tubingen.jpg', 'starry_night'), ('scenes/test/80090.webp', 'starry_night'), ('celebahq/00010.webp', 'starry_night'),
         ('styles/golden_gate.jpg', 'the_scream'), ('scenes/test/243095.webp', 'the_scream'), ('ffhq/00020.webp', 'the_scream'),
         ('styles/hoovertowernight.jpg', 'shipwreck'), ('scenes/test/35028.webp', 'shipwreck'), ('celebahq/00300.webp', 'shipwreck'),
         ('scenes/test/226022.webp', 'the_scream')]


def open_picture(data, name):
    if name.startswith('styles/'):
        return Image.open(os.path.join(data, name)).convert('RGB')
    with tarfile.open(os.path.join(data, 'scenes.tar' if name.startswith('scenes/') else 'faces-256.tar')) as tar:
        found = [m for m in tar if m.name.removeprefix('./') == name]
        return Image.open(io.BytesIO(tar.extractfile(found[0]).read())).convert('RGB')


def square(image, side):
    """The middle square of the picture at this side, [1,3,side,side] in 01."""
    edge = min(image.size)
    left, top = (image.width - edge) / 2, (image.height - edge) / 2
    image = image.resize((side, side), Image.LANCZOS, box=(left, top, left + edge, top + edge))
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255


def as_image(picture):
    return Image.fromarray((picture[0].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--official', required=True, help='folder of the tfjs layers-model')
    p.add_argument('--exact', help='the .pth with the exact kernels to relu3_1')
    p.add_argument('--model', help='the compact network; without it only the official pictures are made')
    p.add_argument('--out', required=True, help='folder for pictures and numbers')
    p.add_argument('--side', type=int, default=192)
    p.add_argument('--steps', type=int, default=150)
    p.add_argument('--style-weight', type=float, default=1e5)
    p.add_argument('--half', action='store_true', help='optimise with bfloat16 convolutions, both networks: quicker where the CPU has them')
    p.add_argument('--only', type=int, nargs='*', help='numbers of the pairs')
    p.add_argument('--threads', type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    os.makedirs(args.out, exist_ok=True)
    judge = StyleVgg.of(official(args.official, args.exact)).requires_grad_(False)
    model = StyleVgg.of(safetensors_io.load(args.model)[0]).requires_grad_(False) if args.model else None
    if model:
        (parameters, operations), (_, all_operations) = cost(model.widths), cost(judge.widths)
        print(f'{parameters} parameters, {operations:.0f} multiply-adds a pixel, 1/{all_operations / operations:.2f} of the official network')
    rows = []
    for number, (content_name, style_name) in enumerate(PAIRS):
        if args.only and number not in args.only:
            continue
        content = square(open_picture(args.data, content_name), args.side)
        style = square(open_picture(args.data, f'styles/{style_name}.jpg'), args.side)
        stem = os.path.join(args.out, f'{number}-{args.side}-{args.steps}-{args.style_weight:.0e}{"-half" if args.half else ""}')
        def make(net):
            with torch.autocast('cpu', dtype=torch.bfloat16, enabled=args.half):
                return stylize(net, content, style, args.style_weight, args.steps)

        if not os.path.exists(stem + '-official.npy'):
            np.save(stem + '-official.npy', make(judge).numpy())
        theirs = torch.from_numpy(np.load(stem + '-official.npy'))
        as_image(theirs).save(stem + '-official.png')
        if not model:
            print(stem, flush=True)
            continue
        mine = make(model)
        as_image(torch.cat([content, style, theirs, mine], 3)).save(stem + '-compact.png')
        wanted = targets(judge, content, style)
        with torch.no_grad():
            start, a, b = ({k: v.item() for k, v in losses(judge, x, wanted).items()} for x in (content, theirs, mine))
        for table in (start, a, b):
            table['style'] = sum(table[k] for k in STYLE)
        ratio = {k: b[k] / a[k] for k in ('content', 'style', *STYLE)}
        rows.append({'content': content_name, 'style': style_name, 'official': a, 'compact': b, 'start': start, 'ratio': ratio})
        print(f'{number} {content_name} in {style_name}: content {a["content"]:.4g} -> {b["content"]:.4g}, style {a["style"]:.4g} -> '
              f'{b["style"]:.4g} (start {start["style"]:.4g}); ratio ' + ' '.join(f'{k} {v:.3f}' for k, v in ratio.items()), flush=True)
    if rows:
        summary = {k: {'mean': float(np.mean([r['ratio'][k] for r in rows])), 'max': max(r['ratio'][k] for r in rows)} for k in rows[0]['ratio']}
        print('ratio, mean and max:', ', '.join(f'{k} {v["mean"]:.3f} {v["max"]:.3f}' for k, v in summary.items()))
        with open(os.path.join(args.out, 'gate.json'), 'w') as f:
            json.dump({'side': args.side, 'steps': args.steps, 'styleWeight': args.style_weight, 'half': args.half, 'pairs': rows, 'ratio': summary}, f, indent=1)


if __name__ == '__main__':
    main()
