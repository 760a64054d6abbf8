"""Weights of the network of `rephoto paint` as float16 safetensors, and a test vector.

    python3 export_paint.py --run RUNS/paint --out ../models/compact --vectors ../test/fixtures/compact-features

The averaged generator is exported, in the names of src/painters/resnet.ts. The vector is what the rounded weights answer here, in float32, on a formula picture.
"""
import argparse
import json
import os

import torch

import safetensors_io
from formula import image, summary
from nets_paint import Generator

LICENCE = 'non-commercial research use'


def painter_of(path):
    tensors = safetensors_io.load(path)[0]
    blocks = sum(key.startswith('blocks.') and key.endswith('.0.weight') for key in tensors)
    net = Generator(tensors['first.weight'].shape[0], blocks)
    net.load_state_dict({k: torch.from_numpy(v) for k, v in tensors.items()})
    return net.eval().requires_grad_(False)


@torch.no_grad()
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--run', required=True)
    p.add_argument('--out', required=True)
    p.add_argument('--vectors', required=True)
    args = p.parse_args()
    state = torch.load(os.path.join(args.run, 'checkpoint.pt'), map_location='cpu', weights_only=False)
    path = os.path.join(args.out, 'painter.safetensors')
    safetensors_io.save(path, state['average'], {'license': LICENCE})
    out = painter_of(path)(torch.from_numpy(image('painter/input', 3, 64, 48))[None] * 2 - 1)
    os.makedirs(args.vectors, exist_ok=True)
    with open(os.path.join(args.vectors, 'painter.json'), 'w') as f:
        json.dump({'salt': '', 'input': 'image(painter/input, 3, 64, 48)*2-1', 'out': summary(out.numpy())}, f, indent=1)
        f.write('\n')
    print(f"{path}: {os.path.getsize(path):,} bytes, {state['sides']}-sided, after {state['step']} steps, {state['pictures']} pictures, {state['seconds'] / 60:.0f} minutes")


if __name__ == '__main__':
    main()
