"""Gatys' losses as `rephoto stylize` has them by default: average pooling, the first border replicated, Gram matrices by neural-style's normalisation.

test_fast_style.py compares them with golden numbers (test/golden/systems/nst.json).
"""
import torch
import torch.nn.functional as F

from nets_style_vgg import CONTENT, LAYERS, STYLE
from nets_vgg import IMAGENET_MEAN, IMAGENET_STD
from style_transfer import gram

STYLE_WEIGHT = 3e5  # of the mean over the layers, against the content's mean square


def looked(net, image, last='relu5_1', pooling='average', border='replicate'):
    """image [B,3,h,w] in 01 -> {relu name: activation}. net: StyleVgg."""
    x = ((image - IMAGENET_MEAN.to(image)) / IMAGENET_STD.to(image)).contiguous(memory_format=torch.channels_last)
    pool = F.avg_pool2d if pooling == 'average' else F.max_pool2d
    out, block_now = {}, 1
    for index, relu, block in LAYERS:
        if block != block_now:
            x, block_now = pool(x, 2), block
        conv = net.features[str(index)]
        if relu == 'relu1_1' and border == 'replicate':
            x = F.conv2d(F.pad(x, (1,) * 4, mode='replicate'), conv.weight, conv.bias)
        else:
            x = conv(x)
        x = out[relu] = F.relu(x)
        if relu == last:
            break
    return out


def grams(features):
    return {k: gram(features[k]) for k in STYLE}


def style_loss(found, wanted):
    """{layer: [B]}: mean of ((G - A)/N)^2, each Gram matrix by its own number of positions."""
    return {k: ((found[k] - wanted[k]) / found[k].shape[-1]).square().flatten(1).mean(1) for k in STYLE}


def content_loss(features, wanted):
    """[B]: mean square at relu4_2."""
    return (features[CONTENT].float() - wanted[CONTENT].float()).square().flatten(1).mean(1)


def both_losses(net, picture, content, style, **how):
    """-> (content [B], style [B] as the mean over the layers); content and style are features and Gram matrices."""
    seen = looked(net, picture, **how)
    table = style_loss(grams(seen), style)
    return content_loss(seen, content), sum(table.values()) / len(table)
