"""Weights of the compact upscaler as float16 safetensors, and a test vector.

    python3 export_upscale.py --run RUNS/upscale --out ../models/compact --vectors ../test/fixtures/compact-features

The averaged network is exported. The vector is what the rounded weights answer here, in float32, on a formula picture.
"""
import argparse
import json
import os

import numpy as np
import torch

import safetensors_io
from formula import image, summary
from nets_srvgg import Srvgg

LICENCE = 'non-commercial research use'


@torch.no_grad()
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--run', required=True)
    p.add_argument('--out', required=True)
    p.add_argument('--vectors', required=True)
    args = p.parse_args()
    state = torch.load(os.path.join(args.run, 'checkpoint.pt'), map_location='cpu', weights_only=False)
    path = os.path.join(args.out, 'upscaler.safetensors')
    safetensors_io.save(path, state['average'], {'license': LICENCE})
    net = Srvgg.of(safetensors_io.load(path)[0]).eval()
    x = torch.from_numpy(image('upscaler/input', 3, 24, 20))[None]
    os.makedirs(args.vectors, exist_ok=True)
    with open(os.path.join(args.vectors, 'upscaler.json'), 'w') as f:
        json.dump({'salt': '', 'input': 'image(upscaler/input, 3, 24, 20)', 'out': summary(net(x).numpy())}, f, indent=1)
        f.write('\n')
    count = sum(np.prod(v.shape) for v in state['average'].values())
    print(f"{path}: {count:,} parameters, {os.path.getsize(path):,} bytes, after {state['step']} steps, {state['pictures']} pictures, {state['seconds'] / 60:.0f} minutes")


if __name__ == '__main__':
    main()
