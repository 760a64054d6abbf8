"""Keys and golden numbers of fastai's DynamicUnet on a ResNet18, from fastai itself, on formula weights (docs/testing.md).

    pip install fastai torchvision
    python3 golden_dynamic_unet.py --out ../test/fixtures/dynamic-unet.json

Two networks: as Portrait-izer makes it, and the same with blur and a range of its outputs. Weights by the rule "he": running_mean std 0.1;
running_var std 0.05 mean 1; matrices and kernels std sqrt(2 / fan_in); 1-D weights std 0.05 mean 1; other 1-D std 0.05. Name of a tensor:
"dynamic_unet/" and its key.
"""
import argparse
import json
import math

import torch
from fastai.vision.learner import create_body
from fastai.vision.models.unet import DynamicUnet
from torchvision.models import resnet18

import formula

PREFIX = 'dynamic_unet'


def he(key, shape):
    if key.endswith('running_mean'):
        return 0.1, 0.0
    if key.endswith('running_var'):
        return 0.05, 1.0
    if len(shape) > 1:
        return math.sqrt(2 / math.prod(shape[1:])), 0.0
    return (0.05, 1.0) if key.endswith('.weight') else (0.05, 0.0)


def filled(net):
    state = net.state_dict()
    for key, tensor in state.items():
        if key.endswith('num_batches_tracked'):
            continue
        std, mean = he(key, tensor.shape)
        values = mean + std * formula.value(f'{PREFIX}/{key}', tensor.numel())
        tensor.copy_(torch.tensor(values, dtype=torch.float32).reshape(tensor.shape))
    net.load_state_dict(state)
    return net.eval()


def unet(height, width, **options):
    body = create_body(resnet18(weights=None), n_in=3, pretrained=False, cut=-2)
    return filled(DynamicUnet(body, 3, (height, width), **options))


@torch.no_grad()
def summaries(net, name, height, width):
    x = torch.tensor(formula.image(f'{PREFIX}/{name}', 3, height, width))[None]
    caught = {}
    hooks = [net.layers[i].register_forward_hook(lambda _, __, y, i=i: caught.__setitem__(i, y)) for i in (0, 3, 4, 7)]
    out = net(x)
    for hook in hooks:
        hook.remove()
    parts = {'body': caught[0], 'middle': caught[3], 'first': caught[4], 'last': caught[7], 'out': out}
    return {k: formula.summary(v.as_subclass(torch.Tensor).numpy()) for k, v in parts.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', required=True)
    args = parser.parse_args()
    plain, ranged = unet(96, 64), unet(96, 64, blur=True, y_range=(-0.5, 1.5))
    odd = unet(100, 76)
    document = {
        'salt': '', 'computed by': 'fastai', 'input': 'image(dynamic_unet/<entry>, 3, h, w) in 01',
        'keys': {k: list(v.shape) for k, v in plain.state_dict().items()},
        'plain': summaries(plain, 'plain', 96, 64),
        'ranged': summaries(ranged, 'ranged', 96, 64),
        'odd': summaries(odd, 'odd', 100, 76),
    }
    same = {k: list(v.shape) for k, v in ranged.state_dict().items()}
    print('keys with blur and range:', 'the same' if same == document['keys'] else set(same) ^ set(document['keys']))
    with open(args.out, 'w') as f:
        json.dump(document, f, separators=(',', ':'))


if __name__ == '__main__':
    main()
