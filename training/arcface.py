"""Identity by InsightFace's MobileFaceNet (ArcFace), a judge that no loss has seen: `Judge(folder)(pictures)` -> unit vectors.

folder holds model-0000.params and model-symbol.json (MXNet). Pictures are FFHQ-aligned, [N,3,h,w] in +-1; they are compared in gray, as old photographs
and paintings have other colours. Strangers: cosine 0.04; one person in two photographs: 0.67.
"""
import json
import os
import struct

import numpy as np
import torch
import torch.nn.functional as F

# mean points of FFHQ's alignment as a share of the side (eyes, nose, corners of the mouth), and ArcFace's in its square of 112
FFHQ = np.array([[.3795, .4725], [.6205, .4725], [.5, .6105], [.4000, .7270], [.6000, .7270]])
TEMPLATE = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])
SIDE = 112


def read_params(path):
    """MXNet's list of arrays: {name: tensor}."""
    with open(path, 'rb') as f:
        raw = f.read()
    at = 0

    def take(form):
        nonlocal at
        value = struct.unpack_from('<' + form, raw, at)[0]
        at += struct.calcsize(form)
        return value

    if take('Q') != 0x112:
        raise ValueError(f'{path}: expected a list of MXNet arrays, found something else')
    take('Q')
    arrays = []
    for _ in range(take('Q')):
        magic = take('I')
        if magic == 0xF993FAC9:  # version 2: a storage type before the shape
            take('i')
        shape = [take('Q') for _ in range(take('I'))] if magic >= 0xF993FAC8 else [take('I') for _ in range(magic)]
        take('i'), take('i'), take('i')  # device, its number, float32
        count = int(np.prod(shape))
        arrays.append(torch.from_numpy(np.frombuffer(raw, '<f4', count, at).copy().reshape(shape)))
        at += 4 * count
    names = []
    for _ in range(take('Q')):
        length = take('Q')
        names.append(raw[at:at + length].decode())
        at += length
    return dict(zip(names, arrays))


class Judge:
    def __init__(self, folder):
        self.tensors = read_params(os.path.join(folder, 'model-0000.params'))
        with open(os.path.join(folder, 'model-symbol.json')) as f:
            self.graph = json.load(f)

    @torch.no_grad()
    def __call__(self, pictures):
        gray = pictures.mean(1, keepdim=True) if pictures.shape[1] == 1 else (pictures * torch.tensor([.299, .587, .114]).view(1, 3, 1, 1)).sum(1, keepdim=True)
        return torch.cat([self.answer(x) for x in self.cut(gray.expand(-1, 3, -1, -1)).split(16)])

    def cut(self, x):
        """[N,3,h,w] in +-1 -> [N,3,112,112] in 0..255, at the template's place."""
        x = F.interpolate(x, (256, 256), mode='bilinear', align_corners=False, antialias=True)
        source, goal = FFHQ * 256 - .5, TEMPLATE
        a, b = source - source.mean(0), goal - goal.mean(0)
        k, r = (a * b).sum() / (a * a).sum(), (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / (a * a).sum()
        back = torch.tensor(np.array([[k, r], [-r, k]]) / (k * k + r * r), dtype=torch.float32)
        yy, xx = torch.meshgrid(torch.arange(float(SIDE)), torch.arange(float(SIDE)), indexing='ij')
        places = torch.stack([xx - goal.mean(0)[0], yy - goal.mean(0)[1]], -1) @ back.T + torch.tensor(source.mean(0), dtype=torch.float32)
        grid = ((places + .5) / 256 * 2 - 1)[None].expand(len(x), -1, -1, -1)
        return (F.grid_sample(x, grid, align_corners=False) + 1) * 127.5

    def answer(self, x):
        values = []
        for node in self.graph['nodes']:
            given = [values[k[0]] for k in node['inputs']]
            attrs = node.get('attrs') or node.get('attr') or node.get('param') or {}

            def learned(k, node=node):
                name = self.graph['nodes'][node['inputs'][k][0]]['name']
                return self.tensors.get('arg:' + name, self.tensors.get('aux:' + name))

            def sides(key, otherwise, attrs=attrs):
                return tuple(int(v) for v in attrs[key].strip('() ').split(',') if v.strip()) if key in attrs else otherwise

            op = node['op']
            if op == 'null':
                y = x if node['name'] == 'data' else None
            elif op == '_minus_scalar':
                y = given[0] - float(attrs['scalar'])
            elif op == '_mul_scalar':
                y = given[0] * float(attrs['scalar'])
            elif op == 'Convolution':
                bias = None if attrs.get('no_bias') == 'True' else learned(2)
                y = F.conv2d(given[0], learned(1), bias, sides('stride', (1, 1)), sides('pad', (0, 0)), 1, int(attrs.get('num_group', 1)))
            elif op == 'BatchNorm':
                gamma = None if attrs.get('fix_gamma', 'True') == 'True' else learned(1)
                y = F.batch_norm(given[0], learned(3), learned(4), gamma, learned(2), False, 0, float(attrs.get('eps', 1e-3)))
            elif op == 'LeakyReLU':
                y = F.prelu(given[0], learned(1).reshape(-1))
            elif op == 'elemwise_add':
                y = given[0] + given[1]
            elif op == 'FullyConnected':
                y = F.linear(given[0].flatten(1), learned(1), learned(2))
            else:
                raise ValueError(f'an operation that is not known: {op}')
            values.append(y)
        return F.normalize(values[self.graph['heads'][0][0]], dim=1)
