"""The official VGG-19 (Simonyan and Zisserman; the Caffe weights) to relu5_1, read from the two forms given here.

    official(folder, pth)   state dict with torchvision's keys, for pictures in 01 normalised by ImageNet's mean and std

folder   a tfjs layers-model of uint8 tensors (model.json and shards): the whole network, rounded to 8 bits by tensor
pth      the activation-normalised form of AdaIN and WCT, exact, but only to relu3_1: it replaces the rounded kernels.
         Its channels are divided by their mean activation; what each was divided by follows from the rounded form.

The Caffe network sees BGR from 0 to 255 and answers in hundreds. Here the input is torchvision's, so all activations are
divided by 255 x 0.225 = 57.375 (ReLU networks are positively homogeneous): the Caffe network as if trained in those units.
"""
import json
import os

import numpy as np
import torch

from nets_style_vgg import LAYERS

CAFFE_MEAN_BGR = (103.939, 116.779, 123.68)
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CAFFE_UNITS = 57.375  # activations of the Caffe network / activations here


def read_tfjs(folder, wanted):
    """{name: float32 array} of the wanted tensors; shards after the last wanted tensor need not be there."""
    with open(os.path.join(folder, 'model.json')) as f:
        groups = json.load(f)['weightsManifest']
    found = {}
    for group in groups:
        blob, paths, offset = b'', list(group['paths']), 0
        for entry in group['weights']:
            if wanted <= found.keys():
                break
            how = entry.get('quantization')
            stored = np.dtype(how['dtype'] if how else entry['dtype'])
            size = int(np.prod(entry['shape'])) * stored.itemsize
            while len(blob) < offset + size:
                with open(os.path.join(folder, paths.pop(0)), 'rb') as f:
                    blob += f.read()
            array = np.frombuffer(blob[offset:offset + size], stored).reshape(entry['shape']).astype(np.float32)
            if entry['name'] in wanted:
                found[entry['name']] = array * how['scale'] + how['min'] if how else array
            offset += size
    missing = sorted(wanted - found.keys())
    if missing:
        raise ValueError(f'{folder} has no tensor {missing[0]}')
    return found


def _fit(exact, rounded):
    """The factor f of each output channel for which f x exact is nearest to rounded."""
    e, r = exact.flatten(1), rounded.flatten(1)
    return (e * r).sum(1) / (e * e).sum(1)


def official(folder, pth=None):
    names = {index: relu.replace('relu', 'block').replace('_', '_conv') for index, relu, _ in LAYERS}
    tensors = read_tfjs(folder, {f'{name}/{part}' for name in names.values() for part in ('kernel', 'bias')})
    weight = {i: torch.from_numpy(tensors[f'{n}/kernel']).permute(3, 2, 0, 1).contiguous() for i, n in names.items()}
    bias = {i: torch.from_numpy(tensors[f'{n}/bias'].copy()) for i, n in names.items()}
    if pth:
        given = {k: v.float() for k, v in torch.load(pth, map_location='cpu').items()}
        before = torch.ones(3)
        for index, key in zip((0, 2, 5, 7, 10), ('2', '5', '9', '12', '16')):
            exact = given[key + '.weight'] / before.view(1, -1, 1, 1)
            factor = _fit(exact, weight[index])
            error = (exact * factor.view(-1, 1, 1, 1) - weight[index]).norm() / weight[index].norm()
            if error > 0.1:
                raise ValueError(f'{pth}: kernel {key} is not that of {names[index]} (relative difference {error:.2f})')
            weight[index] = exact * factor.view(-1, 1, 1, 1)
            bias[index] = given[key + '.bias'] * factor
            before = factor
    # BGR 0..255 minus Caffe's mean = 255 (std x + mean) - Caffe's mean, for x as torchvision normalises it
    first = weight[0].flip(1)
    mean, std = torch.tensor(MEAN), torch.tensor(STD)
    rest = 255 * mean - torch.tensor(CAFFE_MEAN_BGR).flip(0)
    bias[0] = bias[0] + (first * rest.view(1, 3, 1, 1)).sum((1, 2, 3))
    weight[0] = first * (255 * std).view(1, 3, 1, 1) / CAFFE_UNITS
    return {**{f'features.{i}.weight': w for i, w in weight.items()},
            **{f'features.{i}.bias': b / CAFFE_UNITS for i, b in bias.items()}}
