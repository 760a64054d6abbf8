"""The averaged restoration networks as float16 safetensors, under the keys of the official files; statistics of batch norm in float32.

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
    state = torch.load(os.path.join(args.run, 'checkpoint.pt'), map_location='cpu', weights_only=False)
    for part, role in ROLES.items():
        tensors = {k.removeprefix(f'{part}.'): v for k, v in state['average'].items() if k.startswith(f'{part}.') and not k.endswith('num_batches_tracked')}
        out = os.path.join(args.out, f'{role}.safetensors')
        safetensors_io.save(out, tensors, {'role': role, 'command': state['command'], 'steps': state['step']})
        print(out, sum(v.numel() for v in tensors.values()), 'parameters', os.path.getsize(out), 'bytes, after', state['step'], 'steps')


if __name__ == '__main__':
    main()
