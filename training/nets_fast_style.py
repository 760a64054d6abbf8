"""The arbitrary-style pair (Ghiasi et al. 2017): a predictor (MobileNetV2) that tells a style's numbers, and a transformer whose norms they set.

State-dict keys are those that src/styles reads. `Transformer()` and `Predictor()` are ours; `magenta(folder)` gives both of Magenta's, from the
TensorFlow Lite files, as teachers.
"""
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

from tflite_files import read_tflite

NUMBERS = 100
# of MobileNetV2: (widening, channels, how many, stride of the first)
BLOCKS = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]


def reflected(x, weight, bias=None, stride=1):
    reach = weight.shape[-1] // 2
    return F.conv2d(F.pad(x, (reach,) * 4, mode='reflect'), weight, bias, stride)


class Styled(nn.Module):
    """Convolution, instance norm, scale and shift by the style."""

    def __init__(self, c, o, k, numbers):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(o, c, k, k) * (2 / (c * k * k)) ** 0.5)
        self.gamma, self.beta = nn.Linear(numbers, o), nn.Linear(numbers, o)
        for linear, level in ((self.gamma, 1.0), (self.beta, 0.0)):
            nn.init.normal_(linear.weight, std=0.03)
            nn.init.constant_(linear.bias, level)

    def forward(self, x, style):
        y = reflected(x, self.weight)
        with torch.autocast(y.device.type, enabled=False):
            gamma, beta = self.gamma(style.float()), self.beta(style.float())
            # as two numbers a channel: instance_norm would leave the layout that convolutions are quick in
            variance, mean = torch.var_mean(y.float(), (2, 3), correction=0)
            scale = gamma * (variance + 1e-5).rsqrt()
            shift = beta - mean * scale
        return y * scale[:, :, None, None].to(y.dtype) + shift[:, :, None, None].to(y.dtype)


class Contract(nn.Module):
    def __init__(self, c, o, k, stride):
        super().__init__()
        self.stride = stride
        self.weight = nn.Parameter(torch.randn(o, c, k, k) * (2 / (c * k * k)) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(o))

    def forward(self, x):
        return F.relu(reflected(x, self.weight, self.bias, self.stride))


class Transformer(nn.Module):
    """content [B,3,h,w] in 01 (sides multiples of 4), style [B,numbers] -> [B,3,h,w] in 01"""

    def __init__(self, width=16, blocks=5, numbers=NUMBERS):
        super().__init__()
        a, b, c = width, 2 * width, 4 * width
        self.contract = nn.ModuleList([Contract(3, a, 9, 1), Contract(a, b, 3, 2), Contract(b, c, 3, 2)])
        self.residual = nn.ModuleList(nn.ModuleList([Styled(c, c, 3, numbers), Styled(c, c, 3, numbers)]) for _ in range(blocks))
        self.expand = nn.ModuleList([Styled(c, b, 3, numbers), Styled(b, a, 3, numbers), Styled(a, 3, 9, numbers)])

    def forward(self, content, style):
        h = content.contiguous(memory_format=torch.channels_last)
        for layer in self.contract:
            h = layer(h)
        for first, second in self.residual:
            h = h + second(F.relu(first(h, style)), style)
        for layer in self.expand[:2]:
            h = F.relu(layer(F.interpolate(h, scale_factor=2, mode='nearest'), style))
        return torch.sigmoid(self.expand[2](h, style))


def same(x, weight, bias, stride=1, groups=1):
    """TensorFlow's borders: of an even side that is halved only the end is padded."""
    k = weight.shape[-1]
    each = [max(0, (-(-side // stride) - 1) * stride + k - side) for side in x.shape[-2:]]
    pads = (each[1] // 2, each[1] - each[1] // 2, each[0] // 2, each[0] - each[0] // 2)
    return F.conv2d(F.pad(x, pads) if any(pads) else x, weight, bias, stride, 0, 1, groups)


class Normed(nn.Module):
    """A convolution with a batch norm in training, which is folded into it for use."""

    def __init__(self, c, o, k, stride=1, groups=1, norm=True):
        super().__init__()
        self.stride, self.groups = stride, groups
        self.weight = nn.Parameter(torch.randn(o, c // groups, k, k) * (2 / (c // groups * k * k)) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(o))
        self.norm = nn.BatchNorm2d(o) if norm else None

    def forward(self, x):
        y = same(x, self.weight, self.bias, self.stride, self.groups)
        return self.norm(y) if self.norm else y

    def folded(self):
        if not self.norm:
            return self.weight, self.bias
        scale = self.norm.weight / (self.norm.running_var + self.norm.eps).sqrt()
        return self.weight * scale[:, None, None, None], (self.bias - self.norm.running_mean) * scale + self.norm.bias


class Block(nn.Module):
    def __init__(self, c, o, widening, stride, norm):
        super().__init__()
        wide = c * widening
        self.joins = stride == 1 and c == o
        self.expand = Normed(c, wide, 1, norm=norm) if widening > 1 else None
        self.depthwise = Normed(wide, wide, 3, stride, wide, norm)
        self.project = Normed(wide, o, 1, norm=norm)

    def forward(self, x):
        h = F.relu6(self.expand(x)) if self.expand else x
        y = self.project(F.relu6(self.depthwise(h)))
        return x + y if self.joins else y


class Predictor(nn.Module):
    """style [B,3,256,256] in 01 -> [B,numbers]. share: of MobileNetV2's channels."""

    def __init__(self, share=0.5, head=640, numbers=NUMBERS, norm=True):
        super().__init__()
        wide = lambda channels: max(8, int(channels * share + 4) // 8 * 8)
        self.stem, blocks, c = Normed(3, wide(32), 3, 2, norm=norm), [], wide(32)
        for widening, channels, count, stride in BLOCKS:
            for i in range(count):
                blocks.append(Block(c, wide(channels), widening, stride if i == 0 else 1, norm))
                c = wide(channels)
        self.blocks = nn.ModuleList(blocks)
        self.head = Normed(c, head, 1, norm=norm)
        self.out = nn.Linear(head, numbers)

    def forward(self, style):
        h = F.relu6(self.stem(style.contiguous(memory_format=torch.channels_last)))
        for block in self.blocks:
            h = block(h)
        pooled = F.relu6(self.head(h)).float().mean((2, 3))
        with torch.autocast(pooled.device.type, enabled=False):
            return self.out(pooled)

    @torch.no_grad()
    def folded_state(self):
        """State dict without batch norms, as it is used."""
        table = {}
        for name, module in self.named_modules():
            if isinstance(module, Normed):
                table[f'{name}.weight'], table[f'{name}.bias'] = module.folded()
        return {**table, 'out.weight': self.out.weight, 'out.bias': self.out.bias}


# ------------------------------------------------------------------------------------------------- teachers

def _filled(net, table):
    """Every tensor of a network from a table of arrays."""
    net.load_state_dict({k: torch.as_tensor(v).float().reshape(net.state_dict()[k].shape) for k, v in table.items()})
    return net.eval().requires_grad_(False)


def magenta(folder):
    """(predictor, transformer) of the folder with style_predict_quantized_256.tflite and style_transfer_f16_384.tflite."""
    found = read_tflite(os.path.join(folder, 'style_transfer_f16_384.tflite'))
    turned = lambda name: found[name].transpose(0, 3, 1, 2)
    table = {}
    for i in range(3):
        table[f'contract.{i}.weight'] = turned(f'transformer/contract/conv{i + 1}/weights')
        table[f'contract.{i}.bias'] = found[f'transformer/contract/conv{i + 1}/Conv2D_bias']
    layers = {f'residual.{b}.{j}': f'transformer/residual/residual{b + 1}/conv{j + 1}' for b in range(5) for j in range(2)}
    layers.update({f'expand.{i}': f'transformer/expand/conv{i + 1}/conv' for i in range(3)})
    for ours, theirs in layers.items():
        table[f'{ours}.weight'] = turned(f'{theirs}/weights')
        for part, name in (('beta', 'Conv'), ('gamma', 'Conv_1')):
            at = f'style_params/{theirs}/StyleNorm/{name}'
            table[f'{ours}.{part}.weight'], table[f'{ours}.{part}.bias'] = found[f'{at}/weights'], found[f'{at}/Conv2D_bias']
    transformer = _filled(Transformer(width=8), table)

    found = read_tflite(os.path.join(folder, 'style_predict_quantized_256.tflite'))
    predictor, table = Predictor(share=1.0, head=1280, norm=False), {}

    def take(ours, theirs, kernel, axes):
        table[f'{ours}.weight'] = found[f'{theirs}/{kernel}weights'].transpose(axes)
        table[f'{ours}.bias'] = found[f'{theirs}/{"depthwise" if kernel else "Conv2D"}_bias']

    take('stem', 'MobilenetV2/Conv', '', (0, 3, 1, 2))
    for i, block in enumerate(predictor.blocks):
        at = 'MobilenetV2/expanded_conv' + (f'_{i}' if i else '')
        if block.expand:
            take(f'blocks.{i}.expand', f'{at}/expand', '', (0, 3, 1, 2))
        take(f'blocks.{i}.depthwise', f'{at}/depthwise', 'depthwise_', (3, 0, 1, 2))
        take(f'blocks.{i}.project', f'{at}/project', '', (0, 3, 1, 2))
    take('head', 'MobilenetV2/Conv_1', '', (0, 3, 1, 2))
    table['out.weight'], table['out.bias'] = found['mobilenet_conv/Conv/weights'], found['mobilenet_conv/Conv/Conv2D_bias']
    return _filled(predictor, table), transformer
