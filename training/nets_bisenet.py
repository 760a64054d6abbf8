"""BiSeNet (ResNet18 trunk) of any width, with the state-dict keys of the public face-parsing checkpoint.

Left and right are merged: 16 classes, in the order of 79999_iter.pth. Input: 01 with ImageNet mean and std.
"""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import augment
from nets_vgg import IMAGENET_MEAN, IMAGENET_STD

CLASSES = ['background', 'skin', 'brows', 'eyes', 'glasses', 'ears', 'earring', 'nose', 'mouth', 'upper lip', 'lower lip',
           'neck', 'necklace', 'cloth', 'hair', 'hat']
SKIN = list(range(1, 11))
# the archive's label (CelebAMask-HQ challenge order) -> class
FROM_ARCHIVE = [0, 1, 7, 4, 3, 3, 2, 2, 5, 5, 8, 9, 10, 14, 15, 6, 12, 11, 13]


class Cbr(nn.Module):
    def __init__(self, inputs, outputs, size=3):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, size, padding=size // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class Resnet18(nn.Module):
    def __init__(self, w):
        super().__init__()
        self.conv1 = nn.Conv2d(3, w, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(w)
        widths = [w, w, 2 * w, 4 * w, 8 * w]
        for i in range(4):
            a, b = widths[i], widths[i + 1]
            setattr(self, f'layer{i + 1}', nn.Sequential(BasicBlock(a, b, 1 if i == 0 else 2), BasicBlock(b, b, 1)))

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        f8 = self.layer2(self.layer1(x))
        f16 = self.layer3(f8)
        return f8, f16, self.layer4(f16)


class Arm(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = Cbr(inputs, outputs)
        self.conv_atten = nn.Conv2d(outputs, outputs, 1, bias=False)
        self.bn_atten = nn.BatchNorm2d(outputs)

    def forward(self, x):
        f = self.conv(x)
        return f * torch.sigmoid(self.bn_atten(self.conv_atten(f.mean((2, 3), keepdim=True))))


class ContextPath(nn.Module):
    def __init__(self, w):
        super().__init__()
        self.resnet = Resnet18(w)
        self.arm16 = Arm(4 * w, 2 * w)
        self.arm32 = Arm(8 * w, 2 * w)
        self.conv_head32 = Cbr(2 * w, 2 * w)
        self.conv_head16 = Cbr(2 * w, 2 * w)
        self.conv_avg = Cbr(8 * w, 2 * w, 1)

    def forward(self, x):
        f8, f16, f32 = self.resnet(x)
        average = self.conv_avg(f32.mean((2, 3), keepdim=True))
        u32 = self.conv_head32(F.interpolate(self.arm32(f32) + average, size=f16.shape[2:], mode='nearest'))
        u16 = self.conv_head16(F.interpolate(self.arm16(f16) + u32, size=f8.shape[2:], mode='nearest'))
        return f8, u16, u32


class Ffm(nn.Module):
    def __init__(self, w):
        super().__init__()
        self.convblk = Cbr(4 * w, 4 * w, 1)
        self.conv1 = nn.Conv2d(4 * w, w, 1, bias=False)
        self.conv2 = nn.Conv2d(w, 4 * w, 1, bias=False)

    def forward(self, f8, u16):
        f = self.convblk(torch.cat([f8, u16], 1))
        gate = torch.sigmoid(self.conv2(F.relu(self.conv1(f.mean((2, 3), keepdim=True)))))
        return f + f * gate


class Head(nn.Module):
    def __init__(self, inputs, middle, classes):
        super().__init__()
        self.conv = Cbr(inputs, middle)
        self.conv_out = nn.Conv2d(middle, classes, 1, bias=False)

    def forward(self, x):
        return self.conv_out(self.conv(x))


class BiSeNet(nn.Module):
    """width: channels of the first stage (64 in the public one)."""

    def __init__(self, width=16, classes=len(CLASSES)):
        super().__init__()
        self.cp = ContextPath(width)
        self.ffm = Ffm(width)
        self.conv_out = Head(4 * width, 4 * width, classes)
        self.conv_out16 = Head(2 * width, width, classes)  # helps training, not exported
        self.conv_out32 = Head(2 * width, width, classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, a=1)

    def forward(self, image, heads=False):
        """image in 01 -> logits at the picture's size; with heads=True [all three heads'] at an eighth of it."""
        x = ((image - IMAGENET_MEAN.to(image)) / IMAGENET_STD.to(image)).contiguous(memory_format=torch.channels_last)
        f8, u16, u32 = self.cp(x)
        out = self.conv_out(self.ffm(f8, u16))
        if heads:
            return [out, self.conv_out16(u16), F.interpolate(self.conv_out32(u32), size=u16.shape[2:], mode='nearest')]
        return F.interpolate(out.float(), size=image.shape[2:], mode='bilinear', align_corners=True)

    def export(self):
        return {k: v for k, v in self.state_dict().items()
                if not k.endswith('num_batches_tracked') and not k.startswith(('conv_out16', 'conv_out32'))}


@torch.no_grad()
def confusion(net, images, labels, change=None):
    """Pixels by [true class, predicted class] over all pictures; `change` alters the pictures first."""
    net.eval()
    n = len(CLASSES)
    table = np.zeros((n, n), np.int64)
    for i in range(0, len(images), 8):
        x = augment.to_tensor(images[i:i + 8])
        x = change(x) if change else x
        with torch.autocast('cpu', dtype=torch.bfloat16):
            predicted = net(x).argmax(1).numpy()
        table += np.bincount((labels[i:i + 8].astype(np.int64) * n + predicted).ravel(), minlength=n * n).reshape(n, n)
    return table


def intersection_over_union(table):
    return np.diag(table) / np.maximum(table.sum(0) + table.sum(1) - np.diag(table), 1)
