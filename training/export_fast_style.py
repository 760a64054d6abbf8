"""Weights of the arbitrary-style pair as float16 safetensors, and test vectors.

    python3 export_fast_style.py --run RUNS/fast-style --out ../models/compact --vectors ../test/fixtures/compact-features

The averaged networks are exported; the predictor's batch norms are folded into its convolutions. Vectors are what the rounded weights answer here, in
float32, on formula pictures.
"""
import argparse
import json
import os

import torch

import safetensors_io
from formula import image, summary, value
from nets_fast_style import Predictor, Transformer
from train_fast_style import Pair

LICENCE = 'non-commercial research use'


def rounded(net, path):
    """The network of a file, as it will be read."""
    tensors = safetensors_io.load(path)[0]
    net.load_state_dict({k: torch.from_numpy(v) for k, v in tensors.items()})
    return net.eval()


@torch.no_grad()
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--run', required=True)
    p.add_argument('--out', required=True)
    p.add_argument('--vectors', required=True)
    args = p.parse_args()
    state = torch.load(os.path.join(args.run, 'checkpoint.pt'), map_location='cpu', weights_only=False)
    sizes = {k: state[k] for k in ('width', 'share', 'head', 'norm') if k in state}
    pair = Pair(**sizes)
    pair.load_state_dict(state['average'])
    pair.eval()
    os.makedirs(args.vectors, exist_ok=True)
    paths = {name: os.path.join(args.out, f'style_{name}.safetensors') for name in ('predictor', 'transformer')}
    safetensors_io.save(paths['predictor'], pair.predictor.folded_state(), {'license': LICENCE})
    safetensors_io.save(paths['transformer'], pair.transformer.state_dict(), {'license': LICENCE})
    head = pair.predictor.head.weight.shape[0]
    predictor = rounded(Predictor(share=state['share'], head=head, norm=False), paths['predictor'])
    transformer = rounded(Transformer(width=state['width']), paths['transformer'])
    numbers = state['numbers']
    vector = torch.from_numpy(0.3 * value('magenta/style', numbers)).float()[None]
    answers = {
        'style_predictor': ('image(nst/style, 3, 256, 256)', predictor(torch.from_numpy(image('nst/style', 3, 256, 256))[None])),
        'style_transformer': (f'image(nst/content, 3, 64, 48), value(magenta/style, {numbers}) * 0.3',
                              transformer(torch.from_numpy(image('nst/content', 3, 64, 48))[None], vector)),
    }
    for name, (given, out) in answers.items():
        with open(os.path.join(args.vectors, f'{name}.json'), 'w') as f:
            json.dump({'salt': '', 'input': given, 'out': summary(out.numpy())}, f, indent=1)
            f.write('\n')
    size = sum(os.path.getsize(path) for path in paths.values())
    print(f"{size:,} bytes, after {state['step']} steps, {state['pictures']} pictures, {state['seconds'] / 60:.0f} minutes")


if __name__ == '__main__':
    main()
