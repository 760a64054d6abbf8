"""Golden numbers of the transformer network of pytorch/examples' fast_neural_style, on formula weights (docs/testing.md).

    python3 golden_fast_style.py --out ../test/fixtures/johnson.json

Weights by the rule "he" (golden_dynamic_unet.py); name of a tensor: "johnson/" and its key. Small widths, two blocks: the layout is the official one.
"""
import argparse
import json
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

import formula

PREFIX, WIDTHS, BLOCKS = 'johnson', (8, 12, 16), 2


class Reflected(nn.Module):
    def __init__(self, c, o, k, stride=1, enlarged=False):
        super().__init__()
        self.conv2d, self.k, self.enlarged = nn.Conv2d(c, o, k, stride), k, enlarged

    def forward(self, x):
        if self.enlarged:
            x = F.interpolate(x, mode='nearest', scale_factor=2)
        return self.conv2d(F.pad(x, [self.k // 2] * 4, mode='reflect'))


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv1, self.in1 = Reflected(c, c, 3), nn.InstanceNorm2d(c, affine=True)
        self.conv2, self.in2 = Reflected(c, c, 3), nn.InstanceNorm2d(c, affine=True)

    def forward(self, x):
        return x + self.in2(self.conv2(torch.relu(self.in1(self.conv1(x)))))


class TransformerNet(nn.Module):
    def __init__(self, a, b, c, blocks):
        super().__init__()
        self.conv1, self.in1 = Reflected(3, a, 9), nn.InstanceNorm2d(a, affine=True)
        self.conv2, self.in2 = Reflected(a, b, 3, 2), nn.InstanceNorm2d(b, affine=True)
        self.conv3, self.in3 = Reflected(b, c, 3, 2), nn.InstanceNorm2d(c, affine=True)
        for i in range(blocks):
            setattr(self, f'res{i + 1}', Block(c))
        self.blocks = blocks
        self.deconv1, self.in4 = Reflected(c, b, 3, enlarged=True), nn.InstanceNorm2d(b, affine=True)
        self.deconv2, self.in5 = Reflected(b, a, 3, enlarged=True), nn.InstanceNorm2d(a, affine=True)
        self.deconv3 = Reflected(a, 3, 9)

    def forward(self, x):
        for i in (1, 2, 3):
            x = torch.relu(getattr(self, f'in{i}')(getattr(self, f'conv{i}')(x)))
        for i in range(self.blocks):
            x = getattr(self, f'res{i + 1}')(x)
        for i in (1, 2):
            x = torch.relu(getattr(self, f'in{i + 3}')(getattr(self, f'deconv{i}')(x)))
        return self.deconv3(x)


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', required=True)
    args = parser.parse_args()
    net = TransformerNet(*WIDTHS, BLOCKS).eval()
    state = net.state_dict()
    for key, tensor in state.items():
        deviation = math.sqrt(2 / math.prod(tensor.shape[1:])) if tensor.ndim > 1 else 0.05
        mean = 1.0 if tensor.ndim == 1 and key.endswith('.weight') else 0.0
        values = mean + deviation * formula.value(f'{PREFIX}/{key}', tensor.numel())
        tensor.copy_(torch.tensor(values, dtype=torch.float32).reshape(tensor.shape))
    net.load_state_dict(state)
    x = torch.tensor(formula.image(f'{PREFIX}/content', 3, 48, 40))[None] * 255
    document = {'salt': '', 'computed by': 'PyTorch', 'input': 'image(johnson/content, 3, 48, 40) * 255',
                'keys': {k: list(v.shape) for k, v in state.items()}, 'out': formula.summary(net(x).numpy())}
    with open(args.out, 'w') as f:
        json.dump(document, f, separators=(',', ':'))


if __name__ == '__main__':
    main()
