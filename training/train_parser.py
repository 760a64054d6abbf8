"""Train the face parser from scratch on the labelled pairs, and on the unlabelled faces by its own averaged weights.

    python3 train_parser.py --data DATA --cache CACHE --run RUN_DIR --minutes 40

Geometry (mirror, turn, scale, shift) is applied to picture and labels; then the picture is made gray, soft, faded and
grainy, for the parser must work on antique photographs and on soft generated ones. In the second half of the training a
part of each batch are faces without labels: the averaged network (EMA) labels the clean picture where it is sure, the
trained one sees the altered picture.
"""
import argparse
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image

import augment
import data
from loop import Average, Loop, schedule
from nets_bisenet import CLASSES, FROM_ARCHIVE, BiSeNet, confusion, intersection_over_union

PALETTE = np.array([[0, 0, 0], [235, 190, 160], [90, 50, 20], [60, 120, 255], [160, 160, 255], [255, 120, 60], [255, 255, 0],
                    [200, 140, 110], [120, 0, 40], [255, 60, 90], [200, 30, 60], [180, 150, 120], [220, 220, 120], [60, 110, 90],
                    [110, 70, 140], [40, 160, 160]], np.uint8)


def geometry(images, labels, size, strength=1.0):
    """The same random turn, scale, shift and mirror for pictures and labels (labels may be None)."""
    n = len(images)
    angle = torch.randn(n) * 0.13 * strength
    scale = torch.exp(torch.randn(n) * 0.13 * strength)
    mirror = (torch.rand(n) < 0.5).float() * 2 - 1
    c, s = torch.cos(angle) * scale, torch.sin(angle) * scale
    shift = torch.randn(n, 2) * 0.07 * strength
    theta = torch.stack([torch.stack([c * mirror, -s, shift[:, 0]], 1), torch.stack([s * mirror, c, shift[:, 1]], 1)], 1)
    grid = F.affine_grid(theta, (n, 3, size, size), align_corners=False)
    images = F.grid_sample(images, grid, mode='bilinear', padding_mode='reflection', align_corners=False)
    if labels is not None:
        labels = F.grid_sample(labels[:, None].float(), grid, mode='nearest', padding_mode='reflection', align_corners=False)
        labels = labels[:, 0].long()
    return images, labels


@torch.no_grad()
def grid_picture(net, images, labels, path):
    """Rows: picture, altered picture, truth, parsing of the first, parsing of the second."""
    net.eval()
    x = augment.to_tensor(np.asarray(images))
    state = torch.get_rng_state()
    torch.manual_seed(3)
    y = augment.alter(augment.film(x))
    torch.set_rng_state(state)
    show = lambda t: (t.permute(0, 2, 3, 1).numpy() * 255).astype(np.uint8)
    rows = [show(x), show(y), PALETTE[labels], PALETTE[net(x).argmax(1).numpy()], PALETTE[net(y).argmax(1).numpy()]]
    Image.fromarray(np.concatenate([np.concatenate(list(r), 1) for r in rows], 0)).save(path)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--run', required=True)
    p.add_argument('--minutes', type=float, default=40)
    p.add_argument('--batch', type=int, default=8)
    p.add_argument('--unlabelled', type=int, default=4, help='faces without labels per batch, in the second half')
    p.add_argument('--width', type=int, default=32)
    p.add_argument('--rate', type=float, default=3e-3)
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--seed', type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    os.makedirs(args.run, exist_ok=True)

    pairs = data.load_parsing(args.data, args.cache, 256)
    faces = data.load_faces(args.data, args.cache, 256)
    merge = np.array(FROM_ARCHIVE, np.uint8)
    test_images, test_labels = pairs.images[pairs.test], merge[pairs.labels[pairs.test]]
    share = np.bincount(merge[pairs.labels[pairs.train[::4]]].ravel(), minlength=len(CLASSES)) + 1
    weight = torch.tensor((share / share.sum()) ** -0.25, dtype=torch.float32).clamp(max=6)

    torch.manual_seed(args.seed)
    net = BiSeNet(args.width).to(memory_format=torch.channels_last)
    decay = [v for k, v in net.named_parameters() if v.dim() > 1]
    plain = [v for k, v in net.named_parameters() if v.dim() <= 1]
    optimizer = torch.optim.AdamW([{'params': decay, 'weight_decay': 0.02}, {'params': plain, 'weight_decay': 0}],
                                  lr=args.rate, betas=(0.9, 0.99))
    average = Average(net)

    def measure():
        grid_picture(average.net, test_images[:8], test_labels[:8], os.path.join(args.run, 'grid.png'))
        iou = intersection_over_union(confusion(average.net, test_images[::3], test_labels[::3]))
        return {'mean_iou': float(iou.mean()), **{c: float(v) for c, v in zip(CLASSES, iou)}}

    loop = Loop(args.run, args.minutes, parts={'net': net, 'optimizer': optimizer, 'average': average}, measure=measure, keep=0.98,
                about={'width': args.width, 'command': data.command_line('train_parser.py', args)})
    rng = loop.seed(args.seed)
    for step in loop:
        loop.rate(optimizer, args.rate * schedule(loop.progress, step, warmup=200))
        extra = args.unlabelled if loop.progress > 0.5 else 0
        chosen = rng.choice(pairs.train, args.batch - extra)
        x, y = geometry(augment.to_tensor(pairs.images[chosen]), torch.from_numpy(merge[pairs.labels[chosen]]), 256)
        sure = torch.ones_like(y, dtype=torch.float32)
        if extra:
            u, _ = geometry(augment.to_tensor(faces.images[rng.choice(faces.train, extra)]), None, 256, 0.7)
            with torch.no_grad(), torch.autocast('cpu', dtype=torch.bfloat16):
                confidence, guess = average.net(u).softmax(1).max(1)
            x, y = torch.cat([x, u]), torch.cat([y, guess])
            sure = torch.cat([sure, (confidence > 0.85).float() * 0.7])
        x = augment.alter(x)
        net.train()
        with torch.autocast('cpu', dtype=torch.bfloat16):
            logits = net(x, heads=True)
        total = 0.0
        for out, side, factor in zip(logits, (128, 32, 32), (1.0, 0.3, 0.3)):
            places = torch.linspace(0, 255, side).round().long()  # where align_corners puts a coarser grid's points
            out = F.interpolate(out.float(), size=(side, side), mode='bilinear', align_corners=True)
            pick = lambda t: t[:, places][:, :, places]
            loss = (F.cross_entropy(out, pick(y), weight=weight, reduction='none') * pick(sure)).mean()
            total = total + factor * loss
            if factor == 1.0:
                main_loss = loss.detach()
        optimizer.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        average.update(net, step + 1)
        loop.record({'loss': main_loss}, pictures=args.batch)


if __name__ == '__main__':
    main()
