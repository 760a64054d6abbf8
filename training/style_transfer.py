"""Neural style transfer by optimisation (Gatys 2016), as small as a training needs it: losses, and Adam on pixels."""
import torch

from nets_style_vgg import CONTENT, STYLE


def gram(feature):
    """[B,N,H,W] -> [B,N,N], divided by the number of positions."""
    f = feature.float().permute(0, 2, 3, 1).flatten(1, 2)  # [B,M,N]: no copy, as the networks keep channels last
    return f.transpose(1, 2) @ f / f.shape[1]


def targets(net, content, style):
    """What the losses compare with: the content's relu4_2 and the style's Gram matrices (sizes may differ)."""
    with torch.no_grad():
        style_features = net(style)
        return {'content': net(content, last=CONTENT)[CONTENT], **{k: gram(style_features[k]) for k in STYLE}}


def losses(net, picture, wanted):
    """{'content': MSE at relu4_2, style layer: mean of ((G - A)/(NM))^2 (neural-style's normalisation)}, each [B]."""
    out = net(picture)
    table = {'content': (out[CONTENT] - wanted['content']).square().flatten(1).mean(1)}
    for k in STYLE:
        n = out[k].shape[1]
        table[k] = ((gram(out[k]) - wanted[k]) / n).square().flatten(1).mean(1)
    return table


def weighted(table, style_weight, content_weight=1.0, layer_weights=None):
    return content_weight * table['content'] + style_weight * sum((layer_weights or {}).get(k, 1.0) * table[k] for k in STYLE)


def stylize(net, content, style, style_weight, steps, rate=0.02, start=None, layer_weights=None, each=None):
    """Adam (beta 0.9, 0.99) on the pixels from `start` (the content), kept in 01. content and style: [1,3,H,W]."""
    wanted = targets(net, content, style)
    picture = (content if start is None else start).clone().requires_grad_()
    optimizer = torch.optim.Adam([picture], lr=rate, betas=(0.9, 0.99))
    for step in range(steps):
        table = losses(net, picture, wanted)
        optimizer.zero_grad()
        weighted(table, style_weight, layer_weights=layer_weights).sum().backward()
        optimizer.step()
        with torch.no_grad():
            picture.clamp_(0, 1)
        if each:
            each(step, picture.detach(), {k: v.item() for k, v in table.items()})
    return picture.detach()
