"""VGG-19 to relu5_1 with any width of each layer, keys and layer numbers of torchvision: the teacher and the compact one.

The compact network is wide where style is measured (relu1_1, 2_1, 3_1, 4_1, 5_1 have the official widths, so that its
channels are the official channels and its Gram matrices have the official size) and narrow between.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from nets_vgg import IMAGENET_MEAN, IMAGENET_STD

# (features index, name, block); a 2x2 max pool stands before the first convolution of blocks 2 to 5
LAYERS = [(0, 'relu1_1', 1), (2, 'relu1_2', 1), (5, 'relu2_1', 2), (7, 'relu2_2', 2),
          (10, 'relu3_1', 3), (12, 'relu3_2', 3), (14, 'relu3_3', 3), (16, 'relu3_4', 3),
          (19, 'relu4_1', 4), (21, 'relu4_2', 4), (23, 'relu4_3', 4), (25, 'relu4_4', 4), (28, 'relu5_1', 5)]
INDEX = {relu: index for index, relu, _ in LAYERS}
STYLE = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1']
CONTENT = 'relu4_2'
OFFICIAL = {relu: 64 * 2 ** min(block - 1, 3) for _, relu, block in LAYERS}
COMPACT = {**OFFICIAL, 'relu1_2': 48, 'relu3_2': 192, 'relu3_3': 192, 'relu3_4': 192,
           'relu4_2': 160, 'relu4_3': 96, 'relu4_4': 96}


class StyleVgg(nn.Module):
    """image in 01 -> {relu name: activation}."""

    def __init__(self, widths):
        super().__init__()
        self.widths, self.features, c = dict(widths), nn.ModuleDict(), 3
        for index, relu, _ in LAYERS:
            self.features[str(index)] = nn.Conv2d(c, widths[relu], 3, padding=1)
            c = widths[relu]

    @classmethod
    def of(cls, tensors):
        """The network of a state dict (torch tensors or numpy arrays), its widths read from the shapes."""
        tensors = {k: torch.as_tensor(v).float() for k, v in tensors.items()}
        net = cls({relu: len(tensors[f'features.{index}.bias']) for index, relu, _ in LAYERS})
        net.load_state_dict(tensors)
        return net.to(memory_format=torch.channels_last)

    def conv(self, relu):
        return self.features[str(INDEX[relu])]

    def forward(self, image, last='relu5_1'):
        x = ((image - IMAGENET_MEAN.to(image)) / IMAGENET_STD.to(image)).contiguous(memory_format=torch.channels_last)
        out, block_now = {}, 1
        for index, relu, block in LAYERS:
            if block != block_now:
                x, block_now = F.max_pool2d(x, 2), block
            x = out[relu] = F.relu(self.features[str(index)](x))
            if relu == last:
                break
        return out


def rescaled(tensors, factors):
    """The same network with the activations of each layer times its factor (ReLU is positively homogeneous)."""
    out, before = {}, 1.0
    for index, relu, _ in LAYERS:
        out[f'features.{index}.weight'] = tensors[f'features.{index}.weight'] * (factors[relu] / before)
        out[f'features.{index}.bias'] = tensors[f'features.{index}.bias'] * factors[relu]
        before = factors[relu]
    return out


def cost(widths):
    """(parameters, multiply-adds for each pixel of the picture in one forward pass)."""
    parameters = operations = 0
    c = 3
    for _, relu, block in LAYERS:
        parameters += (9 * c + 1) * widths[relu]
        operations += 9 * c * widths[relu] / 4 ** (block - 1)
        c = widths[relu]
    return parameters, operations
