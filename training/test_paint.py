"""python3 -m unittest test_paint (in this folder): the networks of the paint training are those of the golden numbers (test/golden/systems/pix2pix.json)."""
import json
import os
import unittest

import numpy as np
import torch

import data
from formula import image, value
from nets_paint import Adaptive, Discriminator, Generator

GOLDEN = os.path.join(data.HERE, '..', 'test', 'golden', 'systems', 'pix2pix.json')


def filled(net, prefix, named=lambda key: key):
    state = net.state_dict()
    for key, tensor in state.items():
        if key.endswith('num_batches_tracked'):
            continue
        std, mean = (np.prod(tensor.shape[1:]) / 2) ** -0.5, 0.0
        if tensor.ndim == 1:
            std, mean = 0.05, 1.0 if key.endswith(('.weight', 'running_var')) else 0.0
        if key.endswith('running_mean'):
            std = 0.1
        values = mean + std * value(f'{prefix}/{named(key)}', tensor.numel())
        tensor.copy_(torch.from_numpy(values).float().reshape(tensor.shape))
    net.load_state_dict(state)
    return net.eval()


def official(key):
    """CycleGAN's name of ours, nine blocks."""
    name, part = key.rsplit('.', 1)
    at = {'first': '1', 'down.0': '4', 'down.1': '7', 'up.0': '19', 'up.1': '22', 'last': '26'}.get(name)
    if at is None:
        _, block, second = name.split('.')
        at = f'{10 + int(block)}.conv_block.{5 if second == "1" else 1}'
    return f'model.{at}.{part}'


def portraitizer(key):
    """Portrait-izer's name of ours: its layers are sequences of their own."""
    _, place, part = key.split('.')
    return f"model.{ {'0': '0.0', '2': '1.0', '3': '1.1', '5': '2.0', '6': '2.1', '8': '3.0', '9': '3.1', '11': '4.0'}[place]}.{part}"


class Networks(unittest.TestCase):
    def compared(self, net, entry, named=lambda key: key):
        with open(GOLDEN) as f:
            golden = json.load(f)[entry]
        self.assertEqual(sum(p.numel() for p in net.parameters()), golden['parameters'])
        c, h, w = (int(v) for v in golden['input'].split(')')[0].split(',')[1:])
        with torch.no_grad():
            out = filled(net, f'pix2pix/{entry}', named)(torch.from_numpy(image(f'pix2pix/{entry}', c, h, w))[None] * 2 - 1).numpy().ravel()
        places = [j * (out.size - 1) // (len(golden['out']['samples']) - 1) for j in range(len(golden['out']['samples']))]
        self.assertLess(np.abs(out[places] - golden['out']['samples']).max(), 1e-4)

    def test_generator(self):
        self.compared(Generator(64, 9), 'resnet_9blocks', official)

    def test_discriminator(self):
        self.compared(Discriminator(64), 'portrait_D', portraitizer)

    def test_augmentation(self):
        x = torch.rand(4, 3, 32, 32) * 2 - 1
        adaptive = Adaptive()
        self.assertLess((adaptive(x) - x).abs().max().item(), 1e-5)
        for _ in range(100):
            adaptive.heard(torch.ones(8))
        self.assertGreater(adaptive.probability, 0.5)
        x.requires_grad_()
        self.assertTrue(torch.autograd.grad(adaptive(x).sum(), x)[0].abs().sum() > 0)


if __name__ == '__main__':
    unittest.main()
