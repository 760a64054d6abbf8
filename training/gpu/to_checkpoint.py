"""What job.py brought back -> checkpoint.pt and color.pt, as train_prior.py and train_color.py leave them: judged, trained further
and published by the same commands.

    python3 training/gpu/to_checkpoint.py FOLDER_WITH_STATE_PARTS RUN
"""
import json
import os
import sys

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.dirname(HERE))
import join
import safetensors_io
from coded_encoder import EPS
from prior_nets import build


def tensors(folder, name):
    return {k: torch.from_numpy(v.copy()) for k, v in safetensors_io.load(os.path.join(folder, name + '.safetensors'))[0].items()}


def main():
    source, run = sys.argv[1:]
    os.makedirs(run, exist_ok=True)
    folder = join.unpack(source, os.path.join(run, 'state'))
    with open(os.path.join(folder, 'state.json')) as f:
        saved = json.load(f)
    config, state = saved['config'], saved['state']
    config['channels'] = {int(r): c for r, c in config['channels'].items()}
    g, e = build(config)
    g.load_state_dict(tensors(folder, 'stylegan2'), strict=False)
    codes = tensors(folder, 'e4e')
    average = codes.pop('latent_avg')
    codes['encoder.styles.0.linear.bias'] += average[0]
    missing, unknown = e.load_state_dict(codes, strict=False)
    assert not unknown and all(k in ('scale', 'mean', 'var') or k.endswith('num_batches_tracked') for k in missing), (missing, unknown)
    # job.py folds the normalisation into the first head: here it must leave the codes as they are
    e.mean.zero_(), e.scale.fill_(1), e.var.fill_(1 - EPS)
    seconds = sum(r['seconds'] for r in state['runs'])
    torch.save({'config': config, 'g_ema': g.state_dict(), 'e_ema': e.state_dict(),
                'state': {'seconds': seconds, 'cpu_seconds': 0, 'steps': state['steps'], 'pictures': state['pictures'],
                          'by_size': state['by_size'], 'adversary': state.get('adv_pictures', 0),
                          'encoder': state.get('encoder_pictures', 0), 'runs': state['runs']}},
               os.path.join(run, 'checkpoint.pt'))
    kinds = ('b', 'gb', 'g')
    torch.save({'encoders': {k: tensors(folder, 'color_encoder_' + k) for k in kinds},
                'minutes': {k: 0.5 for k in kinds}, 'steps': {k: state['color_steps'] for k in kinds},
                'images': {k: 48 * state['color_steps'] for k in kinds}}, os.path.join(run, 'color.pt'))
    print(f"{run}/checkpoint.pt: {state['pictures']} pictures in {seconds:.0f} s, {config['size']} px")


if __name__ == '__main__':
    main()
