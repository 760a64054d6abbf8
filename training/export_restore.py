"""The averaged restoration networks as float16 safetensors, under the keys of the official files.

    python3 export_restore.py --run RUNS/restore --out ../models/compact
"""
import argparse
import os

import torch

import safetensors_io

ROLES = {'vae_a': 'restore_vae_a', 'vae_b': 'restore_vae_b', 'mapping': 'restore_mapping', 'scratch': 'restore_mapping_scratch'}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--run', required=True)
    p.add_argument('--out', required=True)
    args = p.parse_args()
    for part, role in ROLES.items():
        path = os.path.join(args.run, part, 'checkpoint.pt')
        if not os.path.exists(path):
            print(f'{part}: not trained yet')
            continue
        state = torch.load(path, map_location='cpu', weights_only=False)
        out = os.path.join(args.out, f'{role}.safetensors')
        safetensors_io.save(out, state['average'], {'role': role, 'command': state['command'], 'steps': state['step']})
        print(out, sum(v.numel() for v in state['average'].values()), 'parameters', os.path.getsize(out), 'bytes, after', state['step'], 'steps')


if __name__ == '__main__':
    main()
