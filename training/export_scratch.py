"""The averaged scratch detector as float16 safetensors, under the keys of the official file.

    python3 export_scratch.py --run RUNS/scratch --out ../models/compact
"""
import argparse
import os

import torch

import safetensors_io


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--run', required=True)
    p.add_argument('--out', required=True)
    args = p.parse_args()
    state = torch.load(os.path.join(args.run, 'checkpoint.pt'), map_location='cpu', weights_only=False)
    tensors = {k: v for k, v in state['average'].items() if not k.endswith(('num_batches_tracked', '.filt'))}
    path = os.path.join(args.out, 'scratch_detector.safetensors')
    safetensors_io.save(path, tensors, {'role': 'scratch_detector', 'command': state['command'], 'steps': state['step']})
    print(path, sum(v.numel() for v in tensors.values()), 'parameters', os.path.getsize(path), 'bytes, after', state['step'], 'steps')


if __name__ == '__main__':
    main()
