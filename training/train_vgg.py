"""Distil the VGG16- and VGG19-shaped students from VGG-19 (conv1_1 ... conv3_1).

    python3 train_vgg.py --data DATA --cache CACHE --teacher vgg19-normalised-relu3_1.pth --run RUN_DIR --minutes 30

What each student layer is asked to carry, through a 1x1 adapter that is dropped afterwards:
  block 1, 2            the teacher's layers of the same name
  relu3_1, relu3_3      the teacher's relu3_1 (same stride)
  relu3_4, relu4_1      the teacher's relu3_1 of the half-size picture: the same features with twice the field of view,
  relu4_3               at the stride of block 4; and of the quarter-size picture
  relu4_3               which face part stands where (labels of the training pairs), as shares per 8x8 cell
The teacher ends at relu3_1, so the deeper blocks get its own view of a smaller picture: real VGG features, larger context.
Besides, at each compared layer the student's mean |difference| of two pictures follows the teacher's, up to one factor
per layer: the networks are used for distances.
"""
import argparse

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import augment
import data
from loop import Loop, schedule
from nets_vgg import Students, Teacher

# student layer -> [(teacher layer, how often the picture is halved first, weight)]
TARGETS = {
    'relu1_1': [('relu1_1', 0, 0.3)], 'relu1_2': [('relu1_2', 0, 1.0)],
    'relu2_1': [('relu2_1', 0, 0.3)], 'relu2_2': [('relu2_2', 0, 1.0)],
    'relu3_1': [('relu3_1', 0, 0.3)], 'relu3_3': [('relu3_1', 0, 1.0)],
    'relu3_4': [('relu3_1', 0, 0.5), ('relu3_1', 1, 0.5)],
    'relu4_1': [('relu3_1', 1, 0.3)], 'relu4_3': [('relu3_1', 1, 0.7), ('relu3_1', 2, 0.5)],
}
# student layer -> the teacher layer (halvings) whose distances it follows
DISTANCES = {'relu1_2': ('relu1_2', 0), 'relu2_2': ('relu2_2', 0), 'relu3_3': ('relu3_1', 0), 'relu3_4': ('relu3_1', 0),
             'relu4_3': ('relu3_1', 1)}
TEACHER_WIDTH = {'relu1_1': 64, 'relu1_2': 64, 'relu2_1': 128, 'relu2_2': 128, 'relu3_1': 256}
PARTS = 19


class Adapters(nn.Module):
    def __init__(self, students):
        super().__init__()
        self.maps = nn.ModuleDict({f'{s}>{t}/{k}'.replace('.', '_'): nn.Linear(students.width(s), TEACHER_WIDTH[t])
                                   for s, targets in TARGETS.items() for t, k, _ in targets})
        self.parts = nn.Linear(students.width('relu4_3'), PARTS)
        self.scale = nn.Parameter(torch.zeros(len(DISTANCES)))  # log factor between the distances


def crops(images, indices, side, rng):
    """Random crops, some mirrored, as a uint8 array."""
    out = []
    for i in indices:
        image = images[i]
        y, x = rng.integers(0, image.shape[0] - side + 1, 2)
        c = image[y:y + side, x:x + side]
        out.append(c[:, ::-1] if rng.random() < 0.5 else c)
    return np.stack(out)


def batch(faces, n, side, rng):
    """n crops and n altered copies of them [2n,3,side,side]: neighbours near and far for the distances."""
    source = faces[128 if rng.random() < 0.65 else 256]
    base = augment.to_tensor(crops(source.images, rng.choice(source.train, n), side, rng))
    base = augment.antique(base, gray=0.25, soft=0.2, grain=0.15, tint=0.3, fade=0.3)
    other = augment.antique(base, gray=0.15, soft=0.4, grain=0.4, tint=0.4, fade=0.3)
    shift = int(rng.integers(0, 4))
    other = torch.roll(other, (shift, int(rng.integers(-3, 4))), (2, 3)) if rng.random() < 0.4 else other
    return torch.cat([base, other])


def labelled(pairs, n, side, rng):
    """Pictures at half size (128) with the share of each face part in 8x8 cells."""
    images, shares = [], []
    for i in rng.choice(pairs.train, n):
        y, x = rng.integers(0, (pairs.images.shape[1] - 2 * side) // 2 + 1, 2) * 2
        image = pairs.images[i, y:y + 2 * side, x:x + 2 * side]
        onehot = np.eye(PARTS, dtype=np.float32)[pairs.labels[i, y:y + 2 * side, x:x + 2 * side]]
        images.append(image)
        shares.append(onehot.reshape(side // 8, 16, side // 8, 16, PARTS).mean((1, 3)))
    picture = F.avg_pool2d(augment.to_tensor(np.stack(images)), 2)
    return augment.antique(picture), torch.from_numpy(np.stack(shares)).permute(0, 3, 1, 2)


def teacher_views(teacher, x):
    """The teacher's layers for the picture, its half and its quarter size: {(relu, halvings): activation}."""
    views = {}
    with torch.no_grad(), torch.autocast('cpu', dtype=torch.bfloat16):
        for k in range(3):
            for relu, value in teacher(x if k == 0 else F.avg_pool2d(x, 2 ** k)).items():
                views[relu, k] = value.float()
    return views


def mean_difference(a, n):
    """Mean |difference| of each crop and its altered copy, and of each crop and the next crop."""
    first = a[:n]
    return torch.cat([(first - a[n:]).abs().flatten(1).mean(1), (first - first.roll(1, 0)).abs().flatten(1).mean(1)])


def at_places(mine, theirs, count=4000):
    """Vectors of both maps at the same random places: [count, channels] twice. Sizes are brought to the student's."""
    if mine.shape[2] > theirs.shape[2]:
        theirs = F.interpolate(theirs, size=mine.shape[2:], mode='bilinear')
    n, c, h, w = mine.shape
    places = torch.randperm(n * h * w)[:count]
    return tuple(m.permute(0, 2, 3, 1).reshape(n * h * w, -1)[places].float() for m in (mine, theirs))


def losses(students, adapters, views, norms, x):
    n = len(x) // 2
    with torch.autocast('cpu', dtype=torch.bfloat16):
        out = students(x)
    total, table = 0.0, {}
    for s, targets in TARGETS.items():
        for t, k, weight in targets:
            mean, std = norms[t, k]
            rows, want = at_places(out[s], views[t, k])
            with torch.autocast('cpu', dtype=torch.bfloat16):
                got = adapters.maps[f'{s}>{t}/{k}'](rows)
            loss = F.mse_loss(got.float(), (want - mean) / std)
            total = total + weight * loss
            table[f'{s}>{t}/{k}'] = loss.item()
    for j, (s, (t, k)) in enumerate(DISTANCES.items()):
        mine = mean_difference(out[s].float(), n)
        theirs = mean_difference(views[t, k] / norms[t, k][1].view(1, -1, 1, 1), n)
        loss = (torch.log(mine + 1e-3) - torch.log(theirs + 1e-3) - adapters.scale[j]).abs().mean()
        total = total + 0.15 * loss
        table[f'distance {s}'] = loss.item()
    return total, table


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--teacher', required=True)
    p.add_argument('--run', required=True, help='folder for the checkpoint and the curve')
    p.add_argument('--minutes', type=float, default=30, help='training time of this and all resumed calls together')
    p.add_argument('--crops', type=int, default=4, help='crops per step, each with one altered copy')
    p.add_argument('--side', type=int, default=96)
    p.add_argument('--rate', type=float, default=2e-3)
    p.add_argument('--widths', type=int, nargs=4, default=[16, 32, 64, 128])
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--seed', type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(args.threads)

    faces = {size: data.load_faces(args.data, args.cache, size) for size in (128, 256)}
    pairs = data.load_parsing(args.data, args.cache, 256)
    teacher = Teacher(args.teacher)
    torch.manual_seed(args.seed)
    students = Students(args.widths).to(memory_format=torch.channels_last)
    adapters = Adapters(students)
    parameters = [*students.parameters(), *adapters.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=args.rate, betas=(0.9, 0.99))
    loop = Loop(args.run, args.minutes, kept={'norms': None}, about={'widths': args.widths, 'command': data.command_line('train_vgg.py', args)},
                parts={'students': students, 'adapters': adapters, 'optimizer': optimizer})
    rng = loop.seed(args.seed)
    if not loop.resumed:  # mean and spread of each teacher channel
        sums = {}
        for _ in range(12):
            for key, v in teacher_views(teacher, batch(faces, args.crops, args.side, rng)).items():
                sums.setdefault(key, []).append(v.transpose(0, 1).flatten(1))
        norms = {}
        for key, v in sums.items():
            v = torch.cat(v, 1)
            norms[key] = (v.mean(1), v.std(1) + 0.05 * v.std())
        loop.kept['norms'] = norms
        del sums

    for step in loop:
        loop.rate(optimizer, args.rate * schedule(loop.progress, step, warmup=100, floor=0.02))
        x = batch(faces, args.crops, args.side, rng)
        total, table = losses(students, adapters, teacher_views(teacher, x), loop.kept['norms'], x)
        picture, shares = labelled(pairs, args.crops, args.side, rng)
        with torch.autocast('cpu', dtype=torch.bfloat16):
            rows, share = at_places(students(picture)['relu4_3'], shares)
            logits = adapters.parts(rows)
        parts = -(share * F.log_softmax(logits.float(), 1)).sum(1).mean()
        table['parts'] = parts.item()
        optimizer.zero_grad()
        (total + 0.3 * parts).backward()
        nn.utils.clip_grad_norm_(parameters, 5.0)
        optimizer.step()
        loop.record(table, pictures=3 * args.crops)


if __name__ == '__main__':
    main()
