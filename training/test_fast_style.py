"""python3 -m unittest test_fast_style (in this folder): the losses and networks of the fast style are those of the golden numbers.

Losses against test/golden/systems/nst.json (float64). With MAGENTA=folder of the TensorFlow Lite files, the teachers against their own runtime
(test/fixtures/magenta-lite.json).
"""
import json
import os
import unittest

import numpy as np
import torch

import data
from fast_style_losses import content_loss, grams, looked, style_loss
from formula import image, value
from nets_fast_style import NUMBERS, Predictor, Transformer, magenta
from nets_style_vgg import LAYERS, OFFICIAL, STYLE, StyleVgg

GOLDEN = os.path.join(data.HERE, '..', 'test', 'golden', 'systems', 'nst.json')
LITE = os.path.join(data.HERE, '..', 'test', 'fixtures', 'magenta-lite.json')


def formula_vgg():
    net = StyleVgg(OFFICIAL).double()
    for index, _, _ in LAYERS:
        conv = net.features[str(index)]
        deviation = (2 / np.prod(conv.weight.shape[1:])) ** 0.5
        for name, tensor, std in (('weight', conv.weight, deviation), ('bias', conv.bias, 0.05)):
            values = np.float32(std * value(f'vgg19/features.{index}.{name}', tensor.numel()))
            tensor.data.copy_(torch.from_numpy(values).double().reshape(tensor.shape))
    return net


def picture(name, h, w):
    return torch.from_numpy(image(name, 3, h, w))[None].double()


class Losses(unittest.TestCase):
    @torch.no_grad()
    def test_golden(self):
        with open(GOLDEN) as f:
            golden = json.load(f)
        net = formula_vgg()
        content, style, start = picture('nst/content', 64, 48), picture('nst/style', 56, 72), picture('nst/start', 64, 48)
        for pooling, expected in (('max', golden), ('average', golden['avg_pool'])):
            seen = {k: looked(net, v, pooling=pooling, border='zero') for k, v in (('content', content), ('style', style), ('start', start))}
            table = style_loss(grams(seen['start']), grams(seen['style']))
            for got, wanted in zip((table[k].item() for k in STYLE), expected['style_neural-style']):
                self.assertLess(abs(got - wanted) / wanted, 1e-5)
            mse = expected['content']['mse'] if pooling == 'max' else expected['content_mse']
            self.assertLess(abs(content_loss(seen['start'], seen['content']).item() - mse) / mse, 1e-5)


class Networks(unittest.TestCase):
    @torch.no_grad()
    def test_folding(self):
        net = Predictor(share=0.25, head=64)
        x = torch.rand(4, 3, 64, 64)
        net.train()
        for _ in range(3):
            net(x)
        net.eval()
        plain = Predictor(share=0.25, head=64, norm=False)
        plain.load_state_dict(net.folded_state())
        self.assertLess((net(x) - plain(x)).abs().max().item(), 1e-4)

    @unittest.skipUnless(os.environ.get('MAGENTA'), 'MAGENTA names no folder')
    @torch.no_grad()
    def test_teachers(self):
        with open(LITE) as f:
            golden = json.load(f)
        predictor, transformer = magenta(os.environ['MAGENTA'])
        vector = torch.from_numpy(0.3 * value('magenta/style', NUMBERS)).float()[None]
        out = transformer(torch.from_numpy(image('nst/content', 3, 384, 384))[None], vector).numpy().ravel()
        places = [j * (out.size - 1) // 63 for j in range(64)]
        self.assertLess(np.abs(out[places] - golden['out']['samples']).max(), 1e-4)
        mine = predictor(torch.from_numpy(image('nst/style', 3, 256, 256))[None]).numpy().ravel()
        theirs = np.array(golden['vector']['samples'])
        self.assertGreater(mine @ theirs / np.linalg.norm(mine) / np.linalg.norm(theirs), 0.98)

    def test_sizes(self):
        pair = sum(p.numel() for net in (Predictor(), Transformer()) for p in net.parameters())
        self.assertLess(2 * pair, 8e6)  # float16 bytes


if __name__ == '__main__':
    unittest.main()
