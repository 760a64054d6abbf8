"""The VGG-Face-shaped student and its teacher, the face descriptor of @vladmandic/face-api (MIT) read from its npm package."""
import json
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from nets_vgg import IMAGENET_MEAN, IMAGENET_STD

FACE_MEAN = torch.tensor([129.186279296875, 104.76238250732422, 93.59396362304688]).view(1, 3, 1, 1) / 255
COMPARED = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1']
HINTS = {'relu3_3': 'conv64_3', 'relu4_3': 'conv128_2', 'relu5_3': 'conv256_2'}  # student's layer -> the teacher's
CONVS = [2, 2, 3, 3, 3]  # convolutions per block; a 2x2 max pool after each block
EMBEDDING_GRID = 4       # relu5_3 is averaged to 4x4 before fc6


class Descriptor:
    """face-api's recognition network: crops 150x150, RGB 0..255, [N,3,150,150] -> [N,128]."""

    MEAN = torch.tensor([122.782, 117.001, 104.298]).view(1, 3, 1, 1)

    def __init__(self, folder):
        with open(os.path.join(folder, 'face_recognition_model-weights_manifest.json')) as f:
            entries = [w for group in json.load(f) for w in group['weights']]
        with open(os.path.join(folder, 'face_recognition_model.bin'), 'rb') as f:
            raw = f.read()
        self.p, offset = {}, 0
        for entry in entries:
            count = int(np.prod(entry['shape']))
            q = entry.get('quantization')
            kind = np.dtype(q['dtype'] if q else entry['dtype'])
            v = np.frombuffer(raw, kind, count, offset).astype(np.float32)
            offset += count * kind.itemsize
            v = torch.from_numpy((v * q['scale'] + q['min'] if q else v).astype(np.float32).reshape(entry['shape']))
            self.p[entry['name']] = v.permute(3, 2, 0, 1).contiguous() if v.dim() == 4 else v
        self.folded = {}

    def _folded(self, name, like):
        """filters and bias with the scale layer inside, in the type and on the device of `like`, converted once"""
        key = name, like.dtype, like.device
        if key not in self.folded:
            p = lambda k: self.p[f'{name}/{k}']
            w = p('conv/filters') * p('scale/weights').view(-1, 1, 1, 1)
            b = p('conv/bias') * p('scale/weights') + p('scale/biases')
            self.folded[key] = w.to(like).contiguous(memory_format=torch.channels_last), b.to(like)
        return self.folded[key]

    def _conv(self, x, name, stride, relu):
        w, b = self._folded(name, x)
        x = F.conv2d(x, w, b, stride, 0 if stride == 2 else w.shape[2] // 2)
        return F.relu(x) if relu else x

    def _residual(self, x, name, down):
        y = self._conv(self._conv(x, name + '/conv1', 2 if down else 1, True), name + '/conv2', 1, False)
        if down:
            x = F.avg_pool2d(x, 2)
            y = F.pad(y, (0, x.shape[3] - y.shape[3], 0, x.shape[2] - y.shape[2]))
            x = F.pad(x, (0, 0, 0, 0, 0, y.shape[1] - x.shape[1]))
        return F.relu(x + y)

    def __call__(self, crops, hints=None, dtype=torch.float32):
        """hints: a dict that gets the maps after conv64_3 (17x17), conv128_2 (8x8) and conv256_2 (4x4)."""
        x = ((crops - self.MEAN.to(crops)) / 255).to(dtype).contiguous(memory_format=torch.channels_last)
        x = F.max_pool2d(self._conv(x, 'conv32_down', 2, True), 3, 2)
        for name in ('conv32_1', 'conv32_2', 'conv32_3', 'conv64_down', 'conv64_1', 'conv64_2', 'conv64_3', 'conv128_down',
                     'conv128_1', 'conv128_2', 'conv256_down', 'conv256_1', 'conv256_2', 'conv256_down_out'):
            x = self._residual(x, name, name.endswith(('down', 'out')))
            if hints is not None and name in HINTS.values():
                hints[name] = x.float()
        return x.float().mean((2, 3)) @ self.p['fc'].to(x.device)


def descriptor_crop(picture, box):
    """face-api's cut: picture [3,H,W] in 01, box [x,y,w,h] clipped to the picture, padded to a square -> [3,150,150] in 0..255."""
    h, w = picture.shape[1:]
    x0, y0 = max(box[0], 0), max(box[1], 0)
    x1, y1 = int(x0 + min(box[0] + box[2] - x0, w - x0)), int(y0 + min(box[1] + box[3] - y0, h - y0))
    crop = (picture[:, int(y0):y1, int(x0):x1] * 255).round()
    gap = crop.shape[1] - crop.shape[2]
    if gap:
        after = int(np.floor(abs(gap) * 0.5 + 0.5))
        before = abs(gap) - after
        crop = F.pad(crop, (before, after, 0, 0) if gap > 0 else (0, 0, before, after))
    side = crop.shape[1]
    # bilinear, source = target * side / 150 (no half-pixel shift)
    t = torch.arange(150, dtype=torch.float32) * (side / 150)
    low = t.floor().long().clamp(max=side - 1)
    high = (low + 1).clamp(max=side - 1)
    f = t - low
    crop = crop[:, low] * (1 - f).view(1, -1, 1) + crop[:, high] * f.view(1, -1, 1)
    return crop[:, :, low] * (1 - f) + crop[:, :, high] * f


class FaceNet(nn.Module):
    """VGG-Face's layout, any width. Batch norm while training only: `export` folds it into the convolutions."""

    def __init__(self, widths=(16, 32, 64, 128, 192), hidden=256):
        super().__init__()
        self.widths, self.hidden = tuple(widths), hidden
        c = 3
        for block, count in enumerate(CONVS, 1):
            for i in range(1, count + 1):
                setattr(self, f'conv{block}_{i}', nn.Conv2d(c, widths[block - 1], 3, padding=1, bias=False))
                setattr(self, f'bn{block}_{i}', nn.BatchNorm2d(widths[block - 1]))
                nn.init.kaiming_normal_(getattr(self, f'conv{block}_{i}').weight)
                c = widths[block - 1]
        self.fc6 = nn.Linear(c * EMBEDDING_GRID ** 2, hidden)
        self.fc7 = nn.Linear(hidden, 128)

    def forward(self, image):
        """image in 01 -> ({relu name: activation}, embedding [N,128])."""
        x = (image - FACE_MEAN.to(image)).contiguous(memory_format=torch.channels_last)
        out = {}
        for block, count in enumerate(CONVS, 1):
            for i in range(1, count + 1):
                x = F.relu(getattr(self, f'bn{block}_{i}')(getattr(self, f'conv{block}_{i}')(x)))
                out[f'relu{block}_{i}'] = x
            if block < len(CONVS):
                x = F.max_pool2d(x, 2)
        x = F.adaptive_avg_pool2d(x, EMBEDDING_GRID).flatten(1)
        return out, self.fc7(F.relu(self.fc6(x)))

    @torch.no_grad()
    def start_from(self, vgg16, pictures):
        """Begin blocks 1 to 4 as a VGG16 of the same widths (input normalisation folded in); batch norm does nothing yet."""
        source = [vgg16[f'features.{i}.{part}'] for i in (0, 2, 5, 7, 10, 12, 14, 17, 19, 21) for part in ('weight', 'bias')]
        x = pictures - FACE_MEAN
        for block, count in enumerate(CONVS[:4], 1):
            for i in range(1, count + 1):
                w, b = (torch.as_tensor(source.pop(0)) for _ in range(2))
                if (block, i) == (1, 1):
                    w = w / IMAGENET_STD
                    b = b + (w * (FACE_MEAN - IMAGENET_MEAN)).sum((1, 2, 3))
                getattr(self, f'conv{block}_{i}').weight.copy_(w)
                bn = getattr(self, f'bn{block}_{i}')
                x = F.conv2d(x, w, padding=1)
                mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3)) + bn.eps
                bn.running_mean.copy_(mean)
                bn.running_var.copy_(var)
                bn.weight.copy_(var.sqrt())
                bn.bias.copy_(mean + b)
                x = F.relu(x + b.view(1, -1, 1, 1))
            x = F.max_pool2d(x, 2)

    def rest_edges(self):
        """Keep blocks 1 and 2 as they are: edges are edges, and these are the dearest blocks to train."""
        for name in ('1_1', '1_2', '2_1', '2_2'):
            for part in (getattr(self, 'conv' + name), getattr(self, 'bn' + name)):
                part.eval().requires_grad_(False)

    @torch.no_grad()
    def folded(self):
        """{official key: tensor}: batch norm inside the convolutions."""
        tensors = {}
        for block, count in enumerate(CONVS, 1):
            for i in range(1, count + 1):
                conv, bn = getattr(self, f'conv{block}_{i}'), getattr(self, f'bn{block}_{i}')
                gain = bn.weight / torch.sqrt(bn.running_var + bn.eps)
                tensors[f'conv{block}_{i}.weight'] = conv.weight * gain.view(-1, 1, 1, 1)
                tensors[f'conv{block}_{i}.bias'] = bn.bias - bn.running_mean * gain
        for fc in ('fc6', 'fc7'):
            tensors[fc + '.weight'] = getattr(self, fc).weight.clone()
            tensors[fc + '.bias'] = getattr(self, fc).bias.clone()
        return tensors


class VggFace(nn.Module):
    """The exported network: image in 01 -> ({relu name: activation}, embedding)."""

    def __init__(self, tensors):
        super().__init__()
        self.t = {k: torch.as_tensor(v) for k, v in tensors.items()}

    def forward(self, image):
        x = image - FACE_MEAN.to(image)
        out = {}
        for block, count in enumerate(CONVS, 1):
            for i in range(1, count + 1):
                x = F.relu(F.conv2d(x, self.t[f'conv{block}_{i}.weight'], self.t[f'conv{block}_{i}.bias'], padding=1))
                out[f'relu{block}_{i}'] = x
            if block < len(CONVS):
                x = F.max_pool2d(x, 2)
        x = F.adaptive_avg_pool2d(x, EMBEDDING_GRID).flatten(1)
        x = F.relu(F.linear(x, self.t['fc6.weight'], self.t['fc6.bias']))
        return out, F.linear(x, self.t['fc7.weight'], self.t['fc7.bias'])
