"""Export the compact style network: float16 safetensors with torchvision's keys, its description, test vectors.

    python3 export_style_vgg.py --data DATA --official VGG19_UINT8 --exact VGG19 --run RUNS/style-vgg \\
        --out ../models/compact --vectors ../test/fixtures/compact-features

Each layer is rescaled so that on the training scenes its mean squared activation is the official network's (ReLU is
positively homogeneous), in the units of vgg19_files.py: the Caffe network's activations divided by 57.375.
"""
import argparse
import os
import platform

import numpy as np
import torch

import augment
import data
import formula
import safetensors_io
from export_features import write_json
from nets_style_vgg import CONTENT, INDEX, LAYERS, OFFICIAL, STYLE, StyleVgg, cost, rescaled
from style_transfer import losses, targets, weighted
from train_style_vgg import STAGES
from vgg19_files import CAFFE_UNITS, official

NAME = 'vgg19_style'
STYLE_WEIGHT = 1e5  # of the test vectors' objective


def some_scenes(folder, count=40, side=256):
    """The middle of training scenes."""
    scenes = data.load_pictures(folder, 'scenes.tar', ('scenes/train/',))
    return augment.to_tensor(np.stack([v[(v.shape[0] - side) // 2:][:side, (v.shape[1] - side) // 2:][:, :side]
                                       for v in scenes[::len(scenes) // count][:count]]))


@torch.no_grad()
def mean_squares(net, pictures):
    sums = {}
    for x in pictures.split(4):
        for k, v in net(x).items():
            sums[k] = sums.get(k, 0.0) + float(v.square().mean()) * len(x)
    return {k: v / len(pictures) for k, v in sums.items()}


def vectors(tensors):
    """Features of two formula pictures, the losses of one against the other, and what an optimizer is told."""
    net = StyleVgg.of(tensors).requires_grad_(False)
    a, b = (torch.from_numpy(formula.image(f'compact/{n}', 3, 64, 64))[None] for n in 'ab')
    with torch.no_grad():
        fa, fb = net(a), net(b)
    picture = a.clone().requires_grad_()
    table = losses(net, picture, targets(net, b, b))
    total = weighted(table, STYLE_WEIGHT).sum()
    gradient, = torch.autograd.grad(total, picture)
    return {'input': "image('compact/a' | 'compact/b', 3, 64, 64) in 01",
            NAME: {'a': {k: formula.summary(fa[k].numpy(), 32) for k in fa}, 'b': {k: formula.summary(fb[k].numpy(), 32) for k in fb}},
            'losses': {'picture': 'a', 'content and style': 'b', 'style loss': 'mean over N^2 of ((G - A) / (N M))^2',
                       'content loss': 'mean squared difference at relu4_2', **{k: v.item() for k, v in table.items()}},
            'objective': {'is': f'content + {STYLE_WEIGHT:g} x sum of the style losses', 'value': total.item(),
                          'gradient': formula.summary(gradient.numpy(), 32)}}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--official', required=True)
    p.add_argument('--exact', required=True)
    p.add_argument('--run', required=True)
    p.add_argument('--out', required=True)
    p.add_argument('--vectors', required=True)
    args = p.parse_args()
    torch.set_num_threads(1)
    state = torch.load(os.path.join(args.run, 'checkpoint.pt'), map_location='cpu')
    scenes = some_scenes(args.data)
    theirs = mean_squares(StyleVgg.of(official(args.official, args.exact)), scenes)
    mine = mean_squares(StyleVgg.of(state['average']), scenes)
    tensors = rescaled(state['average'], {k: (theirs[k] / mine[k]) ** 0.5 for k in INDEX})
    path = os.path.join(args.out, NAME + '.safetensors')
    safetensors_io.save(path, tensors, {
        'license': 'non-commercial research use', 'layout': 'VGG-19 to relu5_1, torchvision keys', 'input': 'RGB 01, ImageNet mean and std',
        'activations': f'root mean squares of the Caffe VGG-19 divided by {CAFFE_UNITS}',
        'teacher': 'VGG-19 (K. Simonyan and A. Zisserman, CC BY 4.0)'})
    saved = safetensors_io.load(path)[0]
    widths = StyleVgg.of(saved).widths
    (parameters, operations), (_, official_operations) = cost(widths), cost(OFFICIAL)
    write_json(os.path.join(args.out, 'style-side.json'), {NAME: {
        'widths': widths, 'officialWidths': OFFICIAL, 'layers': {relu: f'features.{index + 1}' for index, relu, _ in LAYERS},
        'style': STYLE, 'content': CONTENT, 'input': 'RGB 01, ImageNet mean and std', 'caffeUnits': CAFFE_UNITS,
        'meanSquares': {k: float(f'{v:.6g}') for k, v in theirs.items()}, 'parameters': parameters,
        'multiplyAddsPerPixel': round(operations), 'officialMultiplyAddsPerPixel': round(official_operations),
        'trained': {'machine': f'{platform.machine()}, one CPU thread (bfloat16 autocast), PyTorch {torch.__version__}',
                    'stages': [{'layers': layers, 'pictures': count, 'steps': steps} for _, layers, count, steps, _ in STAGES],
                    'all layers': {'minutes': round(state['seconds'] / 60, 1), 'steps': state['step'], 'pictures': state['pictures']},
                    'command': state['command'], 'teacher': 'VGG-19 (Caffe weights) to relu5_1'}}})
    write_json(os.path.join(args.vectors, NAME + '.json'), vectors(saved))
    print(path, os.path.getsize(path), 'bytes', parameters, 'parameters')


if __name__ == '__main__':
    main()
