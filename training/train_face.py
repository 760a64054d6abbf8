"""Distil the VGG-Face-shaped student from the face descriptor of @vladmandic/face-api.

    python3 train_face.py --data DATA --cache CACHE --modules NODE_DIR --run RUN_DIR --minutes 30

CACHE/descriptors.json and descriptors-heldout.npy come from descriptors.mjs. The data has few faces (4,199), so more than
half of each batch are blends of two aligned faces (a constant or a smooth random mask): the teacher says what such a face
looks like to it. The same holds for faces bent into other shapes. The teacher sees the clean crop that face-api would cut; the student sees the whole 128-pixel picture,
sometimes gray, soft, faded or grainy.
Losses: the descriptor itself; the distances within the batch; the teacher's maps at three depths, read off the student's
layers inside the box through 1x1 adapters that are dropped; and the correlation of the mean |difference| at relu3_1 and relu4_1 with the descriptor's distance, for it is
these layers that the perceptual loss compares.
"""
import argparse
import json
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import augment
import data
import safetensors_io
from loop import Average, Loop, schedule
from measure_features import spearman
from nets_face import COMPARED, HINTS, Descriptor, FaceNet, descriptor_crop

SIZE = 128


def usable_boxes(path):
    """Boxes by face; NaN where landmarks clearly failed (far from the median box of these aligned pictures)."""
    with open(path) as f:
        boxes = np.array([face['box'] or [np.nan] * 4 for face in json.load(f)], np.float64)
    middle = np.nanmedian(boxes, 0)
    boxes[(np.abs(boxes - middle) > 35).any(1)] = np.nan
    return boxes


def blend_masks(n, size):
    """Half constant, half smooth random masks, [n,1,size,size]."""
    field = F.interpolate(torch.randn(n, 1, 4, 4), size=(size, size), mode='bicubic')
    smooth = torch.sigmoid(3 * field + torch.randn(n, 1, 1, 1))
    return torch.where(torch.rand(n, 1, 1, 1) < 0.5, smooth, torch.empty(n, 1, 1, 1).uniform_(0.25, 0.75))


def batch(faces, boxes, usable, n, blended, warped, degraded, teacher, rng):
    """The student's pictures [n,3,128,128]; the teacher's descriptors [n,128] and maps; the boxes it saw, in pixels."""
    a = rng.choice(usable, n)
    x = augment.to_tensor(faces.images[a])
    box = boxes[a].copy()
    k = int(n * blended)
    b = rng.choice(usable, k)
    mask = blend_masks(k, SIZE)
    x[:k] = x[:k] * mask + augment.to_tensor(faces.images[b]) * (1 - mask)
    weight = mask.mean((1, 2, 3)).numpy()[:, None]
    box[:k] = box[:k] * weight + boxes[b] * (1 - weight)
    mirror = rng.random(n) < 0.5
    x[mirror] = x[mirror].flip(3)
    box[mirror, 0] = SIZE - box[mirror, 0] - box[mirror, 2]
    box = np.floor(box)
    x = augment.sometimes(x, warped, augment.warp)
    hints = {}
    with torch.autocast('cpu', dtype=torch.bfloat16):
        want = teacher(torch.stack([descriptor_crop(p, q) for p, q in zip(x, box)]), hints)
    return augment.sometimes(x, degraded, augment.antique), want, hints, box


def in_box(activation, box, side):
    """The student's map read bilinearly at side x side places over each box: [n, side, side, channels]."""
    t = (torch.arange(side) + 0.5) / side
    box = torch.from_numpy(box).float()
    x = (box[:, :1] + box[:, 2:3] * t) / SIZE * 2 - 1
    y = (box[:, 1:2] + box[:, 3:4] * t) / SIZE * 2 - 1
    n = len(box)
    grid = torch.stack([x[:, None, :].expand(n, side, side), y[:, :, None].expand(n, side, side)], 3)
    return F.grid_sample(activation.float(), grid, mode='bilinear', padding_mode='border', align_corners=False).permute(0, 2, 3, 1)


def distances(a):
    return torch.sqrt((a[:, None] - a[None]).square().sum(2) + 1e-6)


def upper(m):
    return m[tuple(np.triu_indices(len(m), 1))]


def layer_agreement(activation, want, shifts=4):
    """1 - correlation of mean |difference| with the teacher's distance, over pairs at some steps in the batch."""
    mine = torch.cat([(activation - activation.roll(s, 0)).abs().flatten(1).mean(1) for s in range(1, shifts + 1)])
    theirs = torch.cat([(want - want.roll(s, 0)).norm(dim=1) for s in range(1, shifts + 1)])
    mine, theirs = mine - mine.mean(), theirs - theirs.mean()
    return 1 - (mine * theirs).sum() / (mine.norm() * theirs.norm() + 1e-6)


def pair_agreement(got, want):
    """1 - correlation of the embedding's distances with the descriptor's, over all pairs of the batch."""
    mine, theirs = upper(distances(got)), upper(distances(want))
    mine, theirs = mine - mine.mean(), theirs - theirs.mean()
    return 1 - (mine * theirs).sum() / (mine.norm() * theirs.norm() + 1e-6)


@torch.no_grad()
def evaluate(net, images, truth):
    """Spearman with the descriptor's distances, over all pairs: embedding, and mean |difference| of the compared layers."""
    net.eval()
    embedding, layers = [], []
    with torch.autocast('cpu', dtype=torch.bfloat16):
        for x in images.split(25):
            out, e = net(x)
            embedding.append(e.float())
            layers.append({k: out[k].float() for k in COMPARED})
    want = upper(distances(truth))
    result = {'embedding': spearman(upper(distances(torch.cat(embedding))), want)}
    pairs = {k: [] for k in COMPARED}
    near = []
    for i, part in enumerate(layers):
        t = truth[25 * i:25 * i + 25]
        for s in (1, 2, 3, 4):
            near.append((t - t.roll(s, 0)).norm(dim=1))
            for k in COMPARED:
                pairs[k].append((part[k] - part[k].roll(s, 0)).abs().flatten(1).mean(1))
    near = torch.cat(near)
    result.update({k: spearman(torch.cat(v), near) for k, v in pairs.items()})
    return result


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--modules', required=True, help='folder where @vladmandic/face-api is installed')
    p.add_argument('--run', required=True)
    p.add_argument('--minutes', type=float, default=50)
    p.add_argument('--batch', type=int, default=16)
    p.add_argument('--blended', type=float, default=0.5, help='share of blends of two faces')
    p.add_argument('--warped', type=float, default=0.6, help='share of pictures bent into another face')
    p.add_argument('--degraded', type=float, default=0.2, help='share of pictures made antique')
    p.add_argument('--widths', type=int, nargs=5, default=[16, 32, 64, 128, 192])
    p.add_argument('--start', help='vgg16.safetensors of the same widths to begin blocks 1 to 4 with')
    p.add_argument('--rate', type=float, default=1e-3)
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--seed', type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(args.threads)

    faces = data.load_faces(args.data, args.cache, SIZE)
    boxes = usable_boxes(os.path.join(args.cache, 'descriptors.json'))
    usable = np.array([i for i in faces.train if not np.isnan(boxes[i, 0])])
    teacher = Descriptor(os.path.join(args.modules, 'node_modules/@vladmandic/face-api/model'))
    boxes = boxes * SIZE / 256
    test = augment.to_tensor(faces.images[faces.test])
    truth = torch.from_numpy(np.load(os.path.join(args.cache, 'descriptors-heldout.npy')))

    torch.manual_seed(args.seed)
    net = FaceNet(args.widths).to(memory_format=torch.channels_last)
    width = {layer: args.widths[int(layer[4]) - 1] for layer in HINTS}
    heads = nn.ModuleDict({layer: nn.Linear(width[layer], channels) for layer, channels in zip(HINTS, (64, 128, 256))})
    if args.start:
        some = augment.to_tensor(faces.images[faces.train[::80]])
        net.start_from(safetensors_io.load(args.start)[0], some)
    with torch.no_grad():
        middle = torch.from_numpy(np.load(os.path.join(args.cache, 'descriptors.npy'))[usable].mean(0))
        net.fc7.bias.copy_(middle)
        net.fc7.weight.mul_(0.1)
    parameters = [*net.parameters(), *heads.parameters()]
    linear = [*net.fc6.parameters(), *net.fc7.parameters(), *heads.parameters()]  # thousands of inputs: smaller steps
    convs = [v for k, v in net.named_parameters() if not k.startswith('fc')]
    optimizer = torch.optim.AdamW([{'params': convs, 'scale': 1.0}, {'params': linear, 'scale': 0.3}],
                                  lr=args.rate, betas=(0.9, 0.99), weight_decay=0.02)
    average = Average(net, keep=0.995)
    loop = Loop(args.run, args.minutes, parts={'net': net, 'average': average, 'heads': heads, 'optimizer': optimizer},
                about={'widths': args.widths, 'command': data.command_line('train_face.py', args)},
                measure=lambda: {'spearman ' + k: float(v) for k, v in evaluate(average.net, test, truth).items()})
    rng = loop.seed(args.seed)
    for step in loop:
        loop.rate(optimizer, args.rate * schedule(loop.progress, step, warmup=100))
        x, want, hints, box = batch(faces, boxes, usable, args.batch, args.blended, args.warped, args.degraded, teacher, rng)
        net.train()
        if args.start:
            net.rest_edges()
        with torch.autocast('cpu', dtype=torch.bfloat16):
            out, e = net(x)
            hinted = {layer: head(in_box(out[layer], box, hints[HINTS[layer]].shape[2])) for layer, head in heads.items()}
        missed = {}
        for layer, got in hinted.items():
            target = hints[HINTS[layer]].permute(0, 2, 3, 1)
            spread = target.var((0, 1, 2)) + 0.1 * target.var()
            missed[layer] = ((got.float() - target).square() / spread).mean()
        table = {'descriptor': (e.float() - want).square().sum(1).mean(),
                 'distances': (upper(distances(e.float())) - upper(distances(want))).square().mean(),
                 **{'hint ' + k: v for k, v in missed.items()},
                 'relu3_1': layer_agreement(out['relu3_1'].float(), want), 'relu4_1': layer_agreement(out['relu4_1'].float(), want)}
        table['order'] = pair_agreement(e.float(), want)
        total = table['descriptor'] + 0.3 * table['order'] + 0.5 * table['distances'] + 0.3 * sum(missed.values()) + 0.2 * (table['relu3_1'] + table['relu4_1'])
        optimizer.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(parameters, 2.0)
        optimizer.step()
        average.update(net, step + 1)
        loop.record({'loss ' + k: v for k, v in table.items()}, pictures=args.batch)


if __name__ == '__main__':
    main()
