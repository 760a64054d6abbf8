"""A published pack as the start of a training: the reverse of export_generator.py.

The coordinates of w are fitted again to the faces the pack's code was fitted to (facecode.py); a principal component has no
sign, so each gets the one in which the pack's encoder agrees with it.
"""
import json
import os

import numpy as np
import torch

import safetensors_io
from data import load_faces
from facecode import FaceCode
from prior_nets import at, build


def tensors(folder, name):
    return {k: torch.from_numpy(v) for k, v in safetensors_io.load(os.path.join(folder, name + '.safetensors'))[0].items()}


def config_of(folder):
    with open(os.path.join(folder, 'generator-side.json')) as f:
        d = json.load(f)
    e = d['e4e']
    return {'size': d['size'], 'dim': d['styleDim'], 'channels': {int(r): c for r, c in d['channels'].items()},
            'encoder': {'input_size': e['inputSize'], 'channels': e['channels'], 'blocks': e['blocksPerStage'],
                        'levels': e['styleLevels']}}


@torch.no_grad()
def start_from_pack(folder, data, cache):
    """-> generator, encoder under training, the code of w"""
    config = config_of(folder)
    g, e = build(config)
    g.load_state_dict(tensors(folder, 'stylegan2'), strict=False)
    loaded = tensors(folder, 'e4e')
    average = loaded.pop('latent_avg')
    e.encoder.load_state_dict({k.removeprefix('encoder.'): v for k, v in loaded.items()}, strict=False)
    e.encoder.styles[0].linear.bias.add_(average[0])      # every code is the first one plus its delta
    faces = load_faces(data, cache, config['size'])
    x = torch.from_numpy(faces.images[faces.train]).permute(0, 3, 1, 2)
    x = torch.cat([at(part.float() / 127.5 - 1, 64) for part in x.split(500)])
    code = FaceCode.fit(x, config['dim'])
    e.encoder.eval()
    some = x[:: max(1, len(x) // 600)]
    w0 = torch.cat([e.encoder(at(part, config['encoder']['input_size']))[:, 0] for part in some.split(50)])
    told = code.encode(some)
    sign = (w0 * told).mean(0).sign()
    code.basis.mul_(sign)
    agreement = torch.cosine_similarity(w0 - w0.mean(0), told * sign, dim=0)
    print(f'the encoder of {folder} and the code agree: correlation {agreement.mean():.2f} on average', flush=True)
    e.scale.copy_(code.std)
    e.mean.copy_(w0.mean(0))
    e.var.copy_(w0.var(0))
    return g, e, code
