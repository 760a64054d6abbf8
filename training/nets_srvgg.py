"""SRVGGNetCompact (Real-ESRGAN): 3x3 convolutions with PReLU at the small size, a pixel shuffle at the end, added to the
enlarged input. Keys are the official ones, `body.N`; the teacher is read from its ncnn pair.
"""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

NCNN_HALF = 0x01306B47


class Srvgg(nn.Module):
    """picture in 01 [N,3,H,W] -> [N,3,scale H,scale W], not clipped."""

    def __init__(self, width=64, convs=12, scale=4):
        super().__init__()
        self.scale = scale
        layers = [nn.Conv2d(3, width, 3, padding=1), nn.PReLU(width)]
        for _ in range(convs):
            layers += [nn.Conv2d(width, width, 3, padding=1), nn.PReLU(width)]
        layers.append(nn.Conv2d(width, 3 * scale * scale, 3, padding=1))
        self.body = nn.ModuleList(layers)

    @classmethod
    def of(cls, tensors):
        """The network of a state dict, width, depth and scale read from the shapes."""
        tensors = {k: torch.as_tensor(v).float() for k, v in tensors.items()}
        last = max(int(k.split('.')[1]) for k in tensors)
        net = cls(len(tensors['body.0.bias']), last // 2 - 1, round((len(tensors[f'body.{last}.bias']) / 3) ** 0.5))
        net.load_state_dict(tensors)
        return net.to(memory_format=torch.channels_last)

    def begin(self):
        """Weights to start from: no layer grows or shrinks the signal, and the whole is nearly the enlarged input."""
        for layer in self.body:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, a=0.25)
                nn.init.zeros_(layer.bias)
        with torch.no_grad():
            self.body[-1].weight.mul_(0.1)
        return self

    def forward(self, x):
        y = x.contiguous(memory_format=torch.channels_last)
        for layer in self.body:
            y = layer(y)
        return F.pixel_shuffle(y.float(), self.scale) + F.interpolate(x, scale_factor=self.scale, mode='nearest')


def read_ncnn(stem):
    """State dict of an ncnn pair stem.param, stem.bin that holds such a network: its convolutions and PReLUs in order."""
    with open(f'{stem}.bin', 'rb') as f:
        blob = f.read()
    tensors, offset, index, inputs = {}, 0, 0, 3
    with open(f'{stem}.param') as f:
        lines = [line.split() for line in f.read().splitlines()[2:]]
    for words in lines:
        options = dict(w.split('=') for w in words if '=' in w)
        if words[0] == 'Convolution':
            outputs, count = int(options['0']), int(options['6'])
            tag, = np.frombuffer(blob, '<u4', 1, offset)
            stored = np.dtype('<f2' if tag == NCNN_HALF else '<f4')
            weight = np.frombuffer(blob, stored, count, offset + 4).astype(np.float32)
            offset += 4 + -(-count * stored.itemsize // 4) * 4
            tensors[f'body.{index}.weight'] = weight.reshape(outputs, inputs, 3, 3)
            tensors[f'body.{index}.bias'] = np.frombuffer(blob, '<f4', outputs, offset).copy()
            offset, inputs, index = offset + 4 * outputs, outputs, index + 1
        elif words[0] == 'PReLU':
            count = int(options['0'])
            tensors[f'body.{index}.weight'] = np.frombuffer(blob, '<f4', count, offset).copy()
            offset, index = offset + 4 * count, index + 1
    if offset != len(blob):
        raise ValueError(f'{stem}.bin has {len(blob)} bytes, {offset} of them used')
    return {k: torch.from_numpy(v) for k, v in tensors.items()}
