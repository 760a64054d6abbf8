"""Distil the compact VGG-19 for style transfer (to relu5_1) from the official one.

    python3 train_style_vgg.py --data DATA --cache CACHE --official VGG19_UINT8 --exact VGG19 --run RUNS/style-vgg

It starts from the teacher itself: conv1_1 is the teacher's and stays; a narrow layer gets those channels of the teacher that
the others follow from best (pivoted Cholesky); every kernel is the least-squares fit of the teacher's output, given the
student's input (start_from_teacher). Then blocks 3 and 4 (to relu4_1 and to relu5_1) are trained alone, one after the other
(refine), for the teacher's activations and Gram matrices, on plain pictures and on pictures that the student stylised.
The last phase (--minutes) trains all layers; every layer is asked for
  features   the teacher's activations: the same channels where the widths are equal, through a 1x1 adapter (dropped
             afterwards) where the student is narrower
  Gram       the teacher's Gram matrices of the five style layers, relative to their norm
  gradients  where style and content losses push the *pixels*: cosine between the student's gradient and the teacher's, by
             differentiating twice, on pictures that are being stylised. Twelve transfers run beside the training, each with
             its own content, style and layer weights, moved mostly by the student: the pictures it will be used on.
All layers are trained in units of the teacher's root mean square; the export puts the teacher's magnitudes back.
"""
import argparse

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import augment
import data
from loop import Average, Loop, Means, schedule
from nets_style_vgg import COMPACT, CONTENT, LAYERS, OFFICIAL, STYLE, StyleVgg, rescaled
from nets_vgg import IMAGENET_MEAN, IMAGENET_STD
from style_transfer import gram
from train_vgg import at_places
from vgg19_files import official

NARROW = [relu for _, relu, _ in LAYERS if COMPACT[relu] < OFFICIAL[relu]]
EXACT = [relu for _, relu, _ in LAYERS if COMPACT[relu] == OFFICIAL[relu] and relu != 'relu1_1']


class Pictures:
    """Random crops of scenes, paintings, engravings and faces: [n,3,side,side] in 01."""

    def __init__(self, folder, cache, rng):
        self.rng = rng
        self.scenes = data.load_pictures(folder, 'scenes.tar', ('scenes/train/', 'scenes/val/'))
        self.painted = (data.load_pictures(folder, 'paintings-256.tar') + data.load_pictures(folder, 'antique-256.tar', ('engravings/',)))
        faces = data.load_faces(folder, cache, 256)
        self.faces, self.face_rows = faces.images, faces.train

    def one(self, side, kind):
        rng = self.rng
        if kind == 'face':
            image = np.asarray(self.faces[rng.choice(self.face_rows)])
        else:
            images = self.scenes if kind == 'scene' else self.painted
            image = images[rng.integers(len(images))]
        edge = int(rng.uniform(min(side, 0.6 * min(image.shape[:2])), min(image.shape[:2]) + 1))
        y, x = rng.integers(0, image.shape[0] - edge + 1), rng.integers(0, image.shape[1] - edge + 1)
        crop = augment.to_tensor(image[None, y:y + edge, x:x + edge])
        if rng.random() < 0.5:
            crop = crop.flip(3)
        return F.interpolate(crop, size=(side, side), mode='bilinear', antialias=True).clamp(0, 1)

    def contents(self, n, side):
        return torch.cat([self.one(side, self.rng.choice(['scene', 'face'], p=[0.7, 0.3])) for _ in range(n)])

    def styles(self, n, side):
        """Paintings and scenes in other colours, other contrast, turned upside down or on a side."""
        x = torch.cat([self.one(side, self.rng.choice(['painted', 'scene'], p=[0.5, 0.5])) for _ in range(n)])
        x = augment.sometimes(x, 0.5, augment.colour, 2.0)
        x = augment.sometimes(x, 0.3, lambda v: v[:, torch.randperm(3)])
        x = augment.sometimes(x, 0.3, augment.tone)
        return augment.sometimes(x, 0.5, lambda v: v.rot90(int(torch.randint(1, 4, ())), (2, 3)))

    def plain(self, n, side):
        """What the features are learned on: contents and styles, altered, with noise as stylised pictures have it."""
        x = torch.cat([self.contents(n - n // 2, side), self.styles(n // 2, side)])
        x = augment.antique(x, gray=0.05, soft=0.15, grain=0.2, tint=0.2, fade=0.2)
        return augment.sometimes(x, 0.3, rough)


def rough(x):
    """Noise of a random colour and coarseness, sometimes hiding the picture."""
    n, _, h, w = x.shape
    coarse = int(2 ** torch.randint(0, 4, ()))
    white = F.interpolate(torch.randn(n, 3, -(-h // coarse), -(-w // coarse)), size=(h, w), mode='bilinear')
    strength = torch.rand(n, 1, 1, 1) ** 2
    return ((1 - strength) * x + strength * 0.5 + 0.4 * strength.sqrt() * white * torch.rand(n, 3, 1, 1)).clamp(0, 1)


# ------------------------------------------------------------------------------------------------- start

def representative(features, importance, count):
    """The channels that the others follow from best: pivoted Cholesky of their weighted Gram matrix."""
    k = (features.T @ features).double() * torch.outer(importance, importance)
    chosen = []
    for _ in range(count):
        pivot = int(k.diagonal().argmax())
        chosen.append(pivot)
        k = k - torch.outer(k[:, pivot], k[pivot]) / k[pivot, pivot].clamp(min=1e-12)
        k[chosen, chosen] = 0
    return torch.tensor(sorted(chosen))


def patches(activation, places):
    """3x3 neighbourhoods (zero outside) at the given places, with a 1 for the bias: [places, 9 C + 1] float32."""
    n, c, h, w = activation.shape
    padded = F.pad(activation, (1,) * 4).permute(0, 2, 3, 1)
    picture, y, x = places // (h * w), places // w % h, places % w
    rows = torch.stack([padded[picture, y + dy, x + dx] for dy in range(3) for dx in range(3)], 2)  # [places, C, 9]
    return torch.cat([rows.float().flatten(1), torch.ones(len(rows), 1)], 1)


def least_squares(a, z, rounds=4):
    """Kernel and bias [9 C + 1, out] for relu(a w) ~ relu(z): where both are negative nothing is asked for."""
    normal = a.T @ a
    normal += 1e-3 * normal.diagonal().mean() * torch.eye(len(normal))
    factor = torch.linalg.cholesky(normal)
    w = torch.cholesky_solve(a.T @ z, factor)
    for _ in range(rounds):
        w = torch.cholesky_solve(a.T @ torch.where(z < 0, torch.minimum(a @ w, torch.zeros(())), z), factor)
    return w


@torch.no_grad()
def start_from_teacher(teacher, student, pictures, side=128, count=96, places=24000):
    """The deep layers have few positions in a picture: with fewer pictures than this they would be learned by heart."""
    def each(net, change, x):
        with torch.autocast('cpu', dtype=torch.bfloat16):
            return torch.cat([change(net, part) for part in x.split(16)])

    mine = theirs = torch.cat([(v - IMAGENET_MEAN) / IMAGENET_STD for v in pictures.plain(count, side).split(16)])
    block_now = 1
    for position, (index, relu, block) in enumerate(LAYERS):
        if block != block_now:
            mine, theirs, block_now = F.max_pool2d(mine, 2), F.max_pool2d(theirs, 2), block
        pre = each(teacher.features[str(index)], lambda conv, v: conv(v.contiguous(memory_format=torch.channels_last)), theirs)
        n, c, h, w = pre.shape
        some = torch.randperm(n * h * w)[:places]
        z = pre.permute(0, 2, 3, 1).reshape(-1, c)[some].float()
        chosen = torch.arange(c)
        if student.widths[relu] < c:
            following = teacher.features[str(LAYERS[position + 1][0])].weight
            chosen = representative(z.relu(), following.square().sum((0, 2, 3)).sqrt().double(), student.widths[relu])
        conv = student.features[str(index)]
        if relu == 'relu1_1':
            conv.load_state_dict(teacher.features[str(index)].state_dict())
        else:
            solution = least_squares(patches(mine, some), z[:, chosen])
            conv.weight.copy_(solution[:-1].T.reshape(conv.weight.shape))
            conv.bias.copy_(solution[-1])
        theirs = pre.relu_()
        mine = each(conv, lambda conv, v: conv(v.contiguous(memory_format=torch.channels_last)), mine).relu_()
        wanted = theirs[:, chosen]
        print(f'start {relu}: {float((mine - wanted).float().square().sum() / wanted.float().square().sum()):.4f} of the energy missed', flush=True)


# ------------------------------------------------------------------------------------------------- losses

class Adapters(nn.Module):
    """Narrow layer of the student -> all channels of the teacher."""

    def __init__(self):
        super().__init__()
        self.maps = nn.ModuleDict({relu: nn.Linear(COMPACT[relu], OFFICIAL[relu]) for relu in NARROW})

    @torch.no_grad()
    def fit(self, mine, theirs):
        for relu, linear in self.maps.items():
            rows, want = at_places(mine[relu], theirs[relu], 12000)
            rows = torch.cat([rows, torch.ones(len(rows), 1)], 1)
            solution = torch.linalg.lstsq(rows.T @ rows + 1e-3 * torch.eye(rows.shape[1]), rows.T @ want).solution
            linear.weight.copy_(solution[:-1].T)
            linear.bias.copy_(solution[-1])


def missed(mine, theirs):
    """Squared error relative to the teacher's energy in this batch."""
    return (mine - theirs).square().sum() / theirs.square().sum()


def feature_losses(adapters, mine, theirs):
    table = {k: missed(mine[k].float(), theirs[k].float()) for k in EXACT}
    for k in NARROW:
        rows, want = at_places(mine[k], theirs[k], 3000)
        with torch.autocast('cpu', dtype=torch.bfloat16):
            got = adapters.maps[k](rows)
        table[k] = missed(got.float(), want)
    return table


def gram_losses(mine, theirs):
    """Mean over the pictures of |G - G'|^2 / |G'|^2 for each style layer but the first, which is exact."""
    return {k: ((mine[k] - theirs[k]).square().sum((1, 2)) / theirs[k].square().sum((1, 2))).mean() for k in STYLE[1:]}


def both(net, x, last='relu5_1'):
    with torch.autocast('cpu', dtype=torch.bfloat16):
        return net(x, last)


class Transfers:
    """Style transfers in progress, on whose pictures the gradients are compared."""

    def __init__(self, pictures, rng, count=12, side=160):
        self.pictures, self.rng, self.side = pictures, rng, side
        self.list = [None] * count

    def begin(self, teacher):
        rng, side = self.rng, self.side
        content, style = self.pictures.contents(1, side), self.pictures.styles(1, side)
        start = content if rng.random() < 0.7 else torch.rand_like(content) if rng.random() < 0.5 else rough(content)
        with torch.no_grad():
            features = both(teacher, style)
            grams = {k: gram(features[k]) for k in STYLE}
            matched = both(teacher, content, CONTENT)[CONTENT].float()
            there = both(teacher, content)
            apart = {k: float((gram(there[k]) - grams[k]).square().sum()) for k in STYLE}
        # by whichever school: each layer's say at the start, over powers of ten; sometimes one layer alone
        say = {k: 10 ** rng.normal(0, 0.7) for k in STYLE}
        if rng.random() < 0.3:
            only = rng.choice(STYLE)
            say = {k: v if k == only else 0.0 for k, v in say.items()}
        weights = {k: say[k] / apart[k] for k in STYLE}
        weights['content'] = 0.0 if rng.random() < 0.15 else 10 ** rng.uniform(-2.5, -0.5) / float(matched.square().mean())
        return {'x': start, 'content': content, 'style': style, 'grams': grams, 'matched': matched, 'weights': weights,
                'm': torch.zeros_like(start), 'v': torch.zeros_like(start), 'age': 0, 'end': int(rng.integers(30, 120))}

    def some(self, n, teacher):
        places = self.rng.choice(len(self.list), n, replace=False)
        for i in places:
            if self.list[i] is None or self.list[i]['age'] >= self.list[i]['end']:
                self.list[i] = self.begin(teacher)
        return [self.list[i] for i in places]

    @torch.no_grad()
    def move(self, transfer, gradient, rate=0.03):
        transfer['age'] += 1
        transfer['m'].lerp_(gradient, 0.1)
        transfer['v'].lerp_(gradient.square(), 0.03)
        m, v = transfer['m'] / (1 - 0.9 ** transfer['age']), transfer['v'] / (1 - 0.97 ** transfer['age'])
        transfer['x'] = (transfer['x'] - rate * m / (v.sqrt() + 1e-12)).clamp(0, 1)


def transfer_loss(out, transfers, matched, grams):
    total = 0.0
    for i, t in enumerate(transfers):
        w = t['weights']
        total = total + w['content'] * (out[CONTENT][i].float() - matched[i]).square().mean()
        for k in STYLE:
            if w[k]:
                total = total + w[k] * (gram(out[k][i:i + 1]) - grams[k][i]).square().sum()
    return total


def gradient_losses(teacher, student, transfers):
    """The two networks' pictures of where to go. -> (losses, the student's features, the teacher's, the two gradients)."""
    x = torch.cat([t['x'] for t in transfers]).requires_grad_()
    theirs = both(teacher, x)
    g_theirs, = torch.autograd.grad(transfer_loss(theirs, transfers, torch.cat([t['matched'] for t in transfers]),
                                                  {k: torch.cat([t['grams'][k] for t in transfers]) for k in STYLE}), x)
    with torch.no_grad():
        features = both(student, torch.cat([t['style'] for t in transfers]))
        matched = both(student, torch.cat([t['content'] for t in transfers]), CONTENT)[CONTENT].float()
        grams = {k: gram(features[k]) for k in STYLE}
    mine = both(student, x)
    g_mine, = torch.autograd.grad(transfer_loss(mine, transfers, matched, grams), x, create_graph=True)
    a, b = g_mine.flatten(1), g_theirs.flatten(1)
    cosine = F.cosine_similarity(a, b, eps=1e-20)
    length = (a.norm(dim=1) / (b.norm(dim=1) + 1e-20)).clamp(min=1e-6).log()
    table = {'cosine': 1 - cosine.mean(), 'length': length.abs().clamp(max=3).mean()}
    return table, mine, {k: v.detach() for k, v in theirs.items()}, g_mine.detach(), g_theirs


# ------------------------------------------------------------------------------------------------- stages

# from (kept in memory) -> layers trained, on how many pictures, steps, rate
STAGES = [('relu3_1', ['relu3_2', 'relu3_3', 'relu3_4', 'relu4_1'], 400, 400, 3e-4),
          ('relu4_1', ['relu4_2', 'relu4_3', 'relu4_4', 'relu5_1'], 480, 400, 1e-3)]


def stylised(teacher, student, transfers, count, times=5):
    """Pictures as the student makes them: transfers moved by it alone, each taken after some steps, then let go."""
    taken = []
    while len(taken) < count:
        some = transfers.some(4, teacher)
        x = torch.cat([t['x'] for t in some])
        with torch.no_grad():
            features = both(student, torch.cat([t['style'] for t in some]))
            matched = both(student, torch.cat([t['content'] for t in some]), CONTENT)[CONTENT].float()
            grams = {k: gram(features[k]) for k in STYLE}
        for _ in range(times):
            x = torch.cat([t['x'] for t in some]).requires_grad_()
            gradient, = torch.autograd.grad(transfer_loss(both(student, x), some, matched, grams), x)
            for i, t in enumerate(some):
                transfers.move(t, gradient[i:i + 1])
        taken += [t['x'] for t in some]
    return torch.cat(taken[:count])


def run(net, start, layers, x):
    """The layers after `start`, given its activation."""
    out, before = {}, start[4]
    for k in layers:
        x = F.max_pool2d(x, 2) if k[4] != before else x
        x, before = F.relu(net.conv(k)(x)), k[4]
        out[k] = x
    return out


def refine(stage, teacher, student, adapters, pictures, transfers, rng, side=128, batch=16):
    """Some layers alone, on features kept in memory: a step costs a tenth to a hundredth of one of the whole network.

    Logarithms of the errors: a layer that is nearly right is improved as eagerly as one that is not."""
    start, layers, count, steps, rate = STAGES[stage]
    full = [k for k in layers if k in EXACT]
    mapped = [k for k in layers if k == CONTENT]
    x = torch.cat([pictures.plain(batch, side) for _ in range(count * 4 // 5 // batch)])
    x = torch.cat([x, stylised(teacher, student, transfers, count - len(x))])
    kept = {k: [] for k in [start, *full, *mapped]}
    with torch.no_grad():
        for part in x.split(batch):
            theirs = both(teacher, part, layers[-1])
            kept[start].append(both(student, part, start)[start])
            for k in [*full, *mapped]:
                kept[k].append(theirs[k])
    kept = {k: torch.cat(v).contiguous(memory_format=torch.channels_last) for k, v in kept.items()}
    parameters = [*(v for k in layers for v in student.conv(k).parameters()), *(v for k in mapped for v in adapters.maps[k].parameters())]
    optimizer = torch.optim.Adam(parameters, lr=rate, betas=(0.9, 0.99))
    means = Means()
    for step in range(steps):
        for group in optimizer.param_groups:
            group['lr'] = rate * schedule(step / steps, step, warmup=50, floor=0.02)
        some = torch.from_numpy(rng.choice(count, batch, replace=False))
        with torch.autocast('cpu', dtype=torch.bfloat16):
            out = run(student, start, layers, kept[start][some])
            through = {k: adapters.maps[k](out[k].permute(0, 2, 3, 1)).permute(0, 3, 1, 2) for k in mapped}
        table = {k: missed((through[k] if k in mapped else out[k]).float(), kept[k][some].float()) for k in [*full, *mapped]}
        for k in full:
            mine, theirs = gram(out[k]), gram(kept[k][some])
            table[f'gram {k}'] = ((mine - theirs).square().sum((1, 2)) / theirs.square().sum((1, 2))).mean()
        optimizer.zero_grad(set_to_none=True)
        sum((v + 1e-5).log() for v in table.values()).backward()
        optimizer.step()
        means.add(table)
        if step % 50 == 49:
            print(f'stage {stage} step {step + 1}', {k: round(v, 4) for k, v in means.values.items()}, flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--official', required=True, help='folder of the tfjs layers-model')
    p.add_argument('--exact', required=True, help='the .pth with the exact kernels to relu3_1')
    p.add_argument('--run', required=True, help='folder for the checkpoint and the curve')
    p.add_argument('--minutes', type=float, default=0, help='of the last phase, on all layers, in this and all resumed calls together')
    p.add_argument('--steer-from', type=float, default=0.4, help='share of the last phase after which gradients are compared')
    p.add_argument('--plain', type=int, default=6, help='plain pictures per step at first; a third of them later')
    p.add_argument('--transfers', type=int, default=3, help='stylised pictures per step, later')
    p.add_argument('--side', type=int, default=128)
    p.add_argument('--rate', type=float, default=3e-4)
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--seed', type=int, default=1)
    args = p.parse_args()
    torch.set_num_threads(args.threads)

    tensors = official(args.official, args.exact)
    student, adapters = StyleVgg(COMPACT).to(memory_format=torch.channels_last), Adapters()
    student.conv('relu1_1').requires_grad_(False)
    late = [*(v for k in STAGES[-1][1] for v in student.conv(k).parameters()), *adapters.parameters()]
    early = [v for _, k, _ in LAYERS if k not in (*STAGES[-1][1], 'relu1_1') for v in student.conv(k).parameters()]
    parameters = early + late
    # the early layers start nearly right: large steps would only shake them
    optimizer = torch.optim.Adam([{'params': late, 'scale': 1.0}, {'params': early, 'scale': 0.3}], lr=args.rate, betas=(0.9, 0.99))
    average = Average(student)
    loop = Loop(args.run, args.minutes, kept={'rms': None, 'stage': 0}, save_seconds=90, report_steps=10, keep=0.95,
                parts={'student': student, 'adapters': adapters, 'optimizer': optimizer, 'average': average},
                about={'command': data.command_line('train_style_vgg.py', args)})
    rng = loop.seed(args.seed)
    pictures = Pictures(args.data, args.cache, rng)
    if not loop.resumed:
        with torch.no_grad():
            features = StyleVgg.of(tensors)(pictures.plain(40, 128))
            loop.kept['rms'] = {k: float(v.square().mean().sqrt()) for k, v in features.items()}
    teacher = StyleVgg.of(rescaled(tensors, {k: 1 / v for k, v in loop.kept['rms'].items()})).requires_grad_(False)
    if not loop.resumed:
        start_from_teacher(teacher, student, pictures)
        with torch.no_grad():
            x = pictures.plain(24, 128)
            adapters.fit(student(x), teacher(x))
        average.load_state_dict(student.state_dict())
        loop.save()
    while loop.kept['stage'] < len(STAGES):
        refine(loop.kept['stage'], teacher, student, adapters, pictures, Transfers(pictures, rng, side=128), rng)
        average.load_state_dict(student.state_dict())
        loop.kept['stage'] += 1
        loop.save()
    transfers = Transfers(pictures, rng, side=args.side)

    for step in loop:
        loop.rate(optimizer, args.rate * schedule(loop.progress, step, warmup=30, floor=0.02))
        steering = loop.progress >= args.steer_from
        x = pictures.plain(args.plain // 3 if steering else args.plain, args.side)
        with torch.no_grad():
            theirs = both(teacher, x)
        mine = both(student, x)
        table = {}
        if steering:
            chosen = transfers.some(args.transfers, teacher)
            table, more, more_theirs, g_mine, g_theirs = gradient_losses(teacher, student, chosen)
            for i, t in enumerate(chosen):
                transfers.move(t, (g_mine if rng.random() < 0.75 else g_theirs)[i:i + 1])
            mine = {k: torch.cat([mine[k], more[k]]) for k in mine}
            theirs = {k: torch.cat([theirs[k], more_theirs[k]]) for k in theirs}
        features = feature_losses(adapters, mine, theirs)
        grams = gram_losses({k: gram(mine[k]) for k in STYLE}, {k: gram(theirs[k]) for k in STYLE})
        total = sum((v + 1e-5).log() * (0.5 if k == CONTENT else 0.1 if k in NARROW else 1.0) for k, v in features.items())
        total = total + 0.5 * sum((v + 1e-5).log() for v in grams.values())
        if steering:
            total = total + 10 * table['cosine'] + table['length']
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_(parameters, 10.0)
        optimizer.step()
        average.update(student, step)
        loop.record({**features, **{f'gram {k}': v for k, v in grams.items()}, **table}, pictures=len(mine['relu5_1']))


if __name__ == '__main__':
    main()
