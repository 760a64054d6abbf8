"""VGG-shaped networks of any width, with the layer numbers of torchvision's `features`, and the given teacher."""
import torch
import torch.nn as nn
import torch.nn.functional as F

IMAGENET_MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
IMAGENET_STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)

# (features index, output relu, block); a 2x2 max pool stands before the first convolution of blocks 2, 3, 4
LAYERS = {
    'vgg16': [(0, 'relu1_1', 1), (2, 'relu1_2', 1), (5, 'relu2_1', 2), (7, 'relu2_2', 2), (10, 'relu3_1', 3), (12, 'relu3_2', 3),
              (14, 'relu3_3', 3), (17, 'relu4_1', 4), (19, 'relu4_2', 4), (21, 'relu4_3', 4)],
    'vgg19': [(0, 'relu1_1', 1), (2, 'relu1_2', 1), (5, 'relu2_1', 2), (7, 'relu2_2', 2), (10, 'relu3_1', 3), (12, 'relu3_2', 3),
              (14, 'relu3_3', 3), (16, 'relu3_4', 3)],
}
COMPARED = ['relu1_2', 'relu2_2', 'relu3_3', 'relu4_3']  # the perceptual loss
CONTEXTUAL = ['relu3_4', 'relu2_2', 'relu1_2']


def conv_name(relu):
    return relu.replace('relu', 'conv')


class Students(nn.Module):
    """The VGG16- and the VGG19-shaped student as one network: they share conv1_1 ... conv3_3."""

    def __init__(self, widths=(16, 32, 64, 128)):
        super().__init__()
        self.widths = tuple(widths)
        self.convs = nn.ModuleDict()
        inputs = {'relu1_1': 3}
        for kind in LAYERS:
            c = 3
            for _, relu, block in LAYERS[kind]:
                if conv_name(relu) not in self.convs:
                    conv = nn.Conv2d(c, widths[block - 1], 3, padding=1)
                    nn.init.kaiming_normal_(conv.weight)
                    nn.init.zeros_(conv.bias)
                    self.convs[conv_name(relu)] = conv
                c = widths[block - 1]

    def width(self, relu):
        return self.convs[conv_name(relu)].out_channels

    def forward(self, image, last='relu4_3'):
        """image in 01 -> {relu name: activation}."""
        x = (image - IMAGENET_MEAN.to(image)) / IMAGENET_STD.to(image)
        x = x.contiguous(memory_format=torch.channels_last)
        out, block_now = {}, 1
        for _, relu, block in LAYERS['vgg16']:
            if block != block_now:
                x, block_now = F.max_pool2d(x, 2), block
            x = out[relu] = F.relu(self.convs[conv_name(relu)](x))
            if relu == 'relu3_3':
                out['relu3_4'] = F.relu(self.convs['conv3_4'](x))
            if relu == last:
                break
        return out

    def export(self, kind):
        """State dict with the official keys."""
        return {f'features.{index}.{part}': getattr(self.convs[conv_name(relu)], part)
                for index, relu, _ in LAYERS[kind] for part in ('weight', 'bias')}


class Vgg(nn.Module):
    """One exported network, as everybody else uses it: image in 01 -> {relu name: activation}."""

    def __init__(self, kind, tensors):
        super().__init__()
        self.kind = kind
        self.tensors = {k: torch.as_tensor(v) for k, v in tensors.items()}

    def forward(self, image):
        x = (image - IMAGENET_MEAN.to(image)) / IMAGENET_STD.to(image)
        out, block_now = {}, 1
        for index, relu, block in LAYERS[self.kind]:
            if block != block_now:
                x, block_now = F.max_pool2d(x, 2), block
            x = out[relu] = F.relu(F.conv2d(x, self.tensors[f'features.{index}.weight'], self.tensors[f'features.{index}.bias'], padding=1))
        return out


def perceptual(net, a, b, layers=COMPARED):
    """Sum over the layers of mean |difference|, one number per pair of pictures in 01."""
    fa, fb = net(a), net(b)
    return sum((fa[k] - fb[k]).abs().flatten(1).mean(1) for k in layers)


class Teacher(nn.Module):
    """VGG-19 conv1_1 ... conv3_1 in the activation-normalised form: RGB 01 -> {relu name: activation}."""

    STEPS = [('2', 'relu1_1', False), ('5', 'relu1_2', False), ('9', 'relu2_1', True), ('12', 'relu2_2', False), ('16', 'relu3_1', True)]

    def __init__(self, path):
        super().__init__()
        self.p = {k: v.float() for k, v in torch.load(path, map_location='cpu').items()}

    @torch.no_grad()
    def forward(self, x):
        out = {}
        x = F.conv2d(x.contiguous(memory_format=torch.channels_last), self.p['0.weight'], self.p['0.bias'])
        for key, relu, pool in self.STEPS:
            if pool:
                x = F.max_pool2d(x, 2)
            x = F.relu(F.conv2d(F.pad(x, (1,) * 4, mode='reflect'), self.p[key + '.weight'], self.p[key + '.bias']))
            out[relu] = x
        return out
