"""What a decoded picture is compared by: pixels, the pack's own VGG16 student, the descriptor of @vladmandic/face-api.

The VGG-19 that taught the student costs more than the generator itself at 128 px and stays a judge that no loss has seen, as
ArcFace does. Eyes, nose and mouth count more than the background: maps are weighed by a soft ellipse around the face, which
alignment puts at the same place in every picture.
"""
import torch
import torch.nn.functional as F
from torch import nn

import safetensors_io
from nets_face import Descriptor
from nets_vgg import IMAGENET_MEAN, IMAGENET_STD, LAYERS

FACE_BOX = (12 / 64, 18 / 64, 40 / 64)   # left, top, side: about where face-api cuts an FFHQ-aligned picture
COMPARED = ('relu1_2', 'relu2_2', 'relu3_3', 'relu4_3')


def face_window(side, peak):
    """[1,1,side,side], mean 1: `peak` times as much in the face as at the border."""
    t = (torch.arange(side) + 0.5) / side
    x, y = (t[None, :] - 0.5) / 0.26, (t[:, None] - 0.56) / 0.32
    window = 1 + (peak - 1) * torch.exp(-((x * x + y * y) / 2) ** 2)
    return (window / window.mean())[None, None]


class PictureLosses(nn.Module):
    def __init__(self, vgg16, face_api, dtype, peak=4.0):
        """vgg16: the pack's file; face_api: the folder `model` of the package"""
        super().__init__()
        self.dtype, self.peak, self.windows = dtype, peak, {}
        self.descriptor = Descriptor(face_api)
        for k, v in safetensors_io.load(vgg16)[0].items():
            self.register_buffer(k.replace('.', '_'), torch.as_tensor(v).to(dtype))

    def _vgg(self, x):
        x = (x / 2 + 0.5 - IMAGENET_MEAN.to(x)) / IMAGENET_STD.to(x)
        x, out, now = x.to(self.dtype).contiguous(memory_format=torch.channels_last), {}, 1
        for index, relu, block in LAYERS['vgg16']:
            if block != now:
                x, now = F.max_pool2d(x, 2), block
            w, b = getattr(self, f'features_{index}_weight'), getattr(self, f'features_{index}_bias')
            x = out[relu] = F.relu(F.conv2d(x, w, b, padding=1))
        return out

    def weighed(self, difference):
        side = difference.shape[2]
        if side not in self.windows:
            self.windows[side] = face_window(side, self.peak).to(difference.device)
        return (difference.float() * self.windows[side]).mean()

    def pixels(self, x, y):
        return self.weighed((x - y).abs())

    def features(self, x, y):
        """Mean |difference| in units of the difference of two strangers (export_features.py scales layers to 0.5)."""
        with torch.no_grad():
            fy = self._vgg(y)
        fx = self._vgg(x)
        return sum(self.weighed((fx[k] - fy[k]).abs()) / 0.5 for k in COMPARED) / 2

    def _face(self, x):
        side = x.shape[2]
        left, top, n = (int(round(v * side)) for v in FACE_BOX)
        crop = F.interpolate(x[:, :, top:top + n, left:left + n], (150, 150), mode='bilinear', align_corners=False)
        hints = {}
        descriptor = self.descriptor((crop.clamp(-1, 1) + 1) * 127.5, hints, self.dtype)
        return (hints['conv64_3'], hints['conv128_2']), descriptor

    def identity(self, x, y):
        """Two deep maps and the descriptor; about 1.5 for two strangers."""
        with torch.no_grad():
            maps_y, dy = self._face(y)
        maps_x, dx = self._face(x)
        maps = sum((a - b).abs().mean() / b.abs().mean() for a, b in zip(maps_x, maps_y))
        return 0.5 * maps + (dx - dy).square().sum(1).mean()


def low_gray(x, side=32):
    """the gray picture at a small side, contrast-normalised: where things are, whatever the exposure"""
    y = F.adaptive_avg_pool2d(gray3(x)[:, :1], side).flatten(1)
    y = y - y.mean(1, keepdim=True)
    return y / (y.pow(2).mean(1, keepdim=True) + 1e-3).sqrt()


def colour_stats(x):
    """mean colour of the middle of the face and of the picture: [B, 6]"""
    h = x.shape[2]
    middle = x[:, :, int(.38 * h):int(.72 * h), int(.33 * h):int(.67 * h)]
    return torch.cat([middle.mean((2, 3)), x.mean((2, 3))], 1)


def gray3(x):
    y = (x * torch.tensor([0.299, 0.587, 0.114], device=x.device).view(1, 3, 1, 1)).sum(1, keepdim=True)
    return y.expand(-1, 3, -1, -1)


def sliced(a, b, n=128):
    """sliced squared Wasserstein distance of two equally large sets of points"""
    dirs = F.normalize(torch.randn(n, a.shape[1], device=a.device), dim=1)
    return ((dirs @ a.T).sort(1)[0] - (dirs @ b.T).sort(1)[0]).pow(2).mean()
