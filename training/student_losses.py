"""What a picture is compared by while the generator trains on a CPU: the pack's own narrow networks.

The given VGG-19 costs twice what the generator itself does at 128 px, and the face descriptor is what the model card
measures with. Both have students in this pack (train_vgg.py, train_face.py) at a sixteenth of the cost: the students
train, their teachers stay judges that no loss has seen. Eyes, nose and mouth count more than the background: every map is
weighed by a soft ellipse around the face, which alignment puts at the same place in every picture.
"""
import torch
import torch.nn.functional as F
from torch import nn

import safetensors_io
from nets_face import CONVS, FACE_MEAN
from nets_vgg import IMAGENET_MEAN, IMAGENET_STD, LAYERS


def face_window(side, peak):
    """[1,1,side,side], mean 1: `peak` times as much in the face as at the border."""
    t = (torch.arange(side) + 0.5) / side
    x, y = (t[None, :] - 0.5) / 0.26, (t[:, None] - 0.56) / 0.32
    window = 1 + (peak - 1) * torch.exp(-((x * x + y * y) / 2) ** 2)
    return (window / window.mean())[None, None]


class StudentLosses(nn.Module):
    def __init__(self, vgg16, face=None, peak=4.0):
        super().__init__()
        self.peak, self.windows = peak, {}
        for name, path in (('vgg', vgg16), ('face', face)):
            if path:
                for k, v in safetensors_io.load(path)[0].items():
                    self.register_buffer(f'{name}_{k}'.replace('.', '_'), torch.as_tensor(v).float())

    def _conv(self, x, key):
        w, b = getattr(self, key + '_weight'), getattr(self, key + '_bias')
        return F.relu(F.conv2d(x, w.to(x.dtype), b.to(x.dtype), padding=1))

    def _vgg(self, x, dtype):
        x = ((x / 2 + 0.5 - IMAGENET_MEAN.to(x)) / IMAGENET_STD.to(x)).to(dtype).contiguous(memory_format=torch.channels_last)
        out, now = {}, 1
        for index, relu, block in LAYERS['vgg16']:
            if block != now:
                x, now = F.max_pool2d(x, 2), block
            x = out[relu] = self._conv(x, f'vgg_features_{index}')
        return out

    def _face(self, x, dtype):
        if x.shape[2] != 128:
            x = F.interpolate(x, (128, 128), mode='bilinear', align_corners=False)
        x = (x / 2 + 0.5 - FACE_MEAN.to(x)).to(dtype).contiguous(memory_format=torch.channels_last)
        out = {}
        for block, count in enumerate(CONVS, 1):
            for i in range(1, count + 1):
                x = out[f'relu{block}_{i}'] = self._conv(x, f'face_conv{block}_{i}')
            if block < len(CONVS):
                x = F.max_pool2d(x, 2)
        x = F.adaptive_avg_pool2d(x.float(), 4).flatten(1)
        x = F.relu(F.linear(x, self.face_fc6_weight, self.face_fc6_bias))
        return out, F.linear(x, self.face_fc7_weight, self.face_fc7_bias)

    def window(self, side, like):
        if side not in self.windows:
            self.windows[side] = face_window(side, self.peak)
        return self.windows[side].to(like)

    def weighed(self, difference):
        return (difference.float() * self.window(difference.shape[2], difference.float())).mean()

    def pixels(self, x, y):
        return self.weighed((x - y).abs())

    def features(self, x, y, dtype, layers=('relu1_2', 'relu2_2', 'relu3_3', 'relu4_3')):
        """Mean |difference| in units of the difference of two strangers (export_features.py scales layers to 0.5)."""
        with torch.no_grad():
            fy = self._vgg(y, dtype)
        fx = self._vgg(x, dtype)
        return sum(self.weighed((fx[k] - fy[k]).abs()) / 0.5 for k in layers) / 2

    def identity(self, x, y, dtype):
        """Deep layers of the face network and its embedding; about 1 for two strangers."""
        with torch.no_grad():
            fy, ey = self._face(y, dtype)
        fx, ex = self._face(x, dtype)
        maps = sum((fx[k] - fy[k]).abs().float().mean() / fy[k].float().abs().mean() for k in ('relu3_3', 'relu4_3', 'relu5_3'))
        return 0.3 * maps + (ex - ey).square().sum(1).mean()
