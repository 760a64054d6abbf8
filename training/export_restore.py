"""The averaged restoration networks as float16 safetensors, under the keys of the official files with `--norm batch`, and test vectors.

    python3 export_restore.py --run RUNS/restore --out ../models/compact --vectors ../test/fixtures/compact-features

The vectors are what the rounded weights draw here, in float32, of a formula picture, whole and with a column that is torn.
"""
import argparse
import json
import os

import torch

import safetensors_io
from formula import image, summary
from nets_restore import Networks

ROLES = {'vae_a': 'restore_vae_a', 'vae_b': 'restore_vae_b', 'mapping': 'restore_mapping', 'scratch': 'restore_mapping_scratch'}


def networks_of(folder):
    """The exported ones of a pack."""
    net = Networks()
    for part, role in ROLES.items():
        tensors = safetensors_io.load(os.path.join(folder, f'{role}.safetensors'))[0]
        missing = getattr(net, part).load_state_dict({k: torch.from_numpy(v) for k, v in tensors.items()}, strict=False)
        assert not missing.unexpected_keys and all(k.endswith('num_batches_tracked') for k in missing.missing_keys)
    return net.eval().requires_grad_(False)


@torch.no_grad()
def vectors_of(net):
    x = torch.from_numpy(image('restore/input', 3, 64, 48))[None] * 2 - 1
    mask = torch.zeros(1, 1, 64, 48)
    mask[..., 20:23] = 1
    drawn = lambda x, mask: net.vae_b.decoder(net.mapped(net.vae_a.encoder(x), mask)).numpy()
    return {'salt': '', 'input': 'image(restore/input, 3, 64, 48)*2-1; torn: columns 20 to 22 are 1, and the mask',
            'whole': summary(drawn(x, mask[:0])), 'torn': summary(drawn(x * (1 - mask) + mask, mask))}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--run', required=True)
    p.add_argument('--out', required=True)
    p.add_argument('--vectors', required=True)
    args = p.parse_args()
    state = torch.load(os.path.join(args.run, 'checkpoint.pt'), map_location='cpu', weights_only=False)
    for part, role in ROLES.items():
        tensors = {k.removeprefix(f'{part}.'): v for k, v in state['average'].items() if k.startswith(f'{part}.') and not k.endswith('num_batches_tracked')}
        out = os.path.join(args.out, f'{role}.safetensors')
        safetensors_io.save(out, tensors, {'role': role, 'command': state['command'], 'steps': state['step']})
        print(out, sum(v.numel() for v in tensors.values()), 'parameters', os.path.getsize(out), 'bytes, after', state['step'], 'steps')
    with open(os.path.join(args.vectors, 'restore.json'), 'w') as f:
        json.dump(vectors_of(networks_of(args.out)), f, indent=1)
        f.write('\n')


if __name__ == '__main__':
    main()
