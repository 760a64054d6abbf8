"""The averaged scratch detector as float16 safetensors, under the keys of the official file, and a test vector.

    python3 export_scratch.py --run RUNS/scratch --out ../models/compact --vectors ../test/fixtures/compact-features

The vector is what the rounded weights answer here, in float32, on a formula picture.
"""
import argparse
import json
import os

import torch

import safetensors_io
from formula import image, summary
from nets_scratch import ScratchUnet


def within_half(tensors):
    """Convolutions whose outputs vary too much for the statistics to fit float16, weaker by a power of two, and the normalization behind them
    with it: the same network, the epsilon apart."""
    for name in [n for n in tensors if n.endswith('.running_var') and tensors[n].max() > 1e4]:
        norm = name[:-len('.running_var')]
        block, place = norm.rsplit('.', 1)
        conv = f'{block}.{int(place) - 1}'
        scale = 2.0 ** -torch.ceil(torch.log2(tensors[name].max() / 1e3) / 2).item()
        for part in (f'{conv}.weight', f'{conv}.bias', f'{norm}.running_mean'):
            tensors[part] = tensors[part] * scale
        tensors[name] = tensors[name] * scale ** 2
    return tensors


def detector_of(path):
    tensors = safetensors_io.load(path)[0]
    net = ScratchUnet(tensors['first.1.weight'].shape[0])
    missing = net.load_state_dict({k: torch.from_numpy(v) for k, v in tensors.items()}, strict=False)
    assert not missing.unexpected_keys and all(k.endswith(('num_batches_tracked', '.filt')) for k in missing.missing_keys)
    return net.eval().requires_grad_(False)


@torch.no_grad()
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--run', required=True)
    p.add_argument('--out', required=True)
    p.add_argument('--vectors', required=True)
    args = p.parse_args()
    state = torch.load(os.path.join(args.run, 'checkpoint.pt'), map_location='cpu', weights_only=False)
    tensors = within_half({k: v for k, v in state['average'].items() if not k.endswith(('num_batches_tracked', '.filt'))})
    path = os.path.join(args.out, 'scratch_detector.safetensors')
    safetensors_io.save(path, tensors, {'role': 'scratch_detector', 'command': state['command'], 'steps': state['step']})
    logits = detector_of(path)(torch.from_numpy(image('scratch/input', 1, 64, 48))[None] * 2 - 1)
    with open(os.path.join(args.vectors, 'scratch_detector.json'), 'w') as f:
        json.dump({'salt': '', 'input': 'image(scratch/input, 1, 64, 48)*2-1', 'out': summary(logits.numpy())}, f, indent=1)
        f.write('\n')
    print(path, sum(v.numel() for v in tensors.values()), 'parameters', os.path.getsize(path), 'bytes, after', state['step'], 'steps')


if __name__ == '__main__':
    main()
