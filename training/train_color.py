"""The three colour encoders, on a trained generator and encoder.

    python3 train_color.py --data DIR --cache DIR --model RUN/checkpoint.pt --out RUN --minutes 8

Pictures: generated ones (mapping(z), and the w of training faces with jitter), whose w is known, and training faces with the
first code that the encoder gives them in colour; all made gray by the film's sensitivity and aged (antique.py). The loss is the distance
of w, measured mostly in the directions that change colours: a linear model of the low-frequency picture of
G(coarse codes of faces, w in the fine layers) is fitted first, and w errors are weighed by it.
The first encoder is trained from scratch, the others start from it.
"""
import argparse
import os
import shutil
import time

import numpy as np
import torch
import torch.nn.functional as F

from antique import antique, to_gray
from color_encoder import ColorEncoder
from data import command_line
from face_sets import load_sets
from loop import Loop
from picture_losses import gray3
from prior_grid import save_grid
from prior_nets import MIX, build

ORDER = ('g', 'gb', 'b')
INPUT = 64
DTYPE = torch.bfloat16   # of the generated pictures


@torch.no_grad()
def make_pool(g, e, faces, count, size, mix, device):
    """-> pictures [N,3,64,64] uint8, their w [N,D], the codes of the gray faces [n_faces,mix,D], w of the faces"""
    down = lambda x: F.interpolate(x, (INPUT, INPUT), mode='area') if x.shape[2] != INPUT else x
    w_faces, coarse, pictures = [], [], []
    some = torch.randperm(len(faces))[:600]
    faces = torch.cat([faces[some], faces])     # the first ones get coarse codes as well
    for i in range(0, len(faces), 50):
        x = faces[i:i + 50].to(device).float() / 127.5 - 1
        if e.input_size != x.shape[2]:
            x = F.interpolate(x, (e.input_size,) * 2, mode='area')
        w_faces.append(e(x)[:, 0].float())
        if i < len(some):
            coarse.append(e(gray3(x))[:, :mix].float())
    w_faces, coarse = torch.cat(w_faces), torch.cat(coarse)
    n = g.n_latent
    ws = []
    for i in range(0, count, 25):
        if (i // 25) % 2:
            pick = torch.randint(len(coarse), (25,))
            w = w_faces[pick] + 0.25 * w_faces.std(0) * torch.randn(25, g.dim, device=device)
            latent = torch.cat([coarse[pick], w[:, None].expand(-1, n - mix, -1)], 1)
        else:
            w = g.style(torch.randn(25, g.dim, device=device))
            latent = w[:, None].expand(-1, n, -1)
        ws.append(w)
        pictures.append(((down(g(latent, size=size, dtype=DTYPE)).clamp(-1, 1) + 1) * 127.5).byte().cpu())
    if not count:
        return torch.zeros(0, 3, INPUT, INPUT, dtype=torch.uint8), torch.zeros(0, g.dim), coarse, w_faces[len(some):]
    return torch.cat(pictures), torch.cat(ws).cpu(), coarse, w_faces[len(some):]


@torch.no_grad()
def colour_metric(g, coarse, w_faces, mix, device, count=1500, grid=8, size=32):
    """[K, D]: w -> colours of the skin and, with less weight, of the low-frequency picture of G(coarse codes of any face,
    w in the fine layers), by ridge regression"""
    ws, ys = [], []
    for i in range(0, count, 25):
        w = w_faces[torch.randint(len(w_faces), (25,))]
        w = torch.where(torch.rand(25, 1, device=device) < 0.5, w, g.style(torch.randn(25, g.dim, device=device)))
        c = coarse[torch.randint(len(coarse), (25,))]
        y = g(torch.cat([c, w[:, None].expand(-1, g.n_latent - mix, -1)], 1), size=size, dtype=DTYPE)
        ws.append(w)
        middle = y[:, :, int(.45 * size):int(.70 * size), int(.36 * size):int(.64 * size)].mean((2, 3))
        ys.append(torch.cat([0.15 * F.adaptive_avg_pool2d(y, grid).flatten(1), 3 * middle], 1))
    w, y = torch.cat(ws), torch.cat(ys)
    w, y = w - w.mean(0), y - y.mean(0)
    eye = torch.eye(w.shape[1], device=device) * w.var(0).mean() * len(w) * 0.02
    a = torch.linalg.solve(w.T @ w + eye, w.T @ y)
    explained = 1 - (y - w @ a).var() / y.var()
    return a.T.contiguous(), float(explained)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--model', required=True, help="checkpoint of train_prior.py")
    p.add_argument('--out', required=True)
    p.add_argument('--size', type=int, default=64, help='resolution of the generated pictures')
    p.add_argument('--minutes', type=float, default=4, help='for the first encoder; the others get half')
    p.add_argument('--pool', type=int, default=3000)
    p.add_argument('--mix', type=int, default=MIX)
    p.add_argument('--faces', type=int, default=5000, help='so many training faces, drawn as train_prior.py draws them')
    p.add_argument('--batch', type=int, default=24)
    p.add_argument('--lr', type=float, default=1e-3)
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--device', default='cpu')
    p.add_argument('--restart', action='store_true', help='start from the existing colour checkpoint, new generator')
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    os.makedirs(a.out, exist_ok=True)
    torch.manual_seed(1)
    dev = a.device
    c = torch.load(a.model, map_location=dev)
    g, e = build(c['config'])
    g.load_state_dict(c['g_ema']), e.load_state_dict(c['e_ema'])
    g, e = g.to(dev).eval(), e.folded().to(dev).eval()
    sets = load_sets(a.data, a.cache, max(INPUT, e.input_size))
    pick = sets.indices('colour')
    pick = np.random.RandomState(1).choice(pick, min(a.faces, len(pick)), False, sets.probability(pick))
    train = torch.from_numpy(sets.images[np.sort(pick)]).permute(0, 3, 1, 2)
    t0 = time.time()
    pool, w_pool, coarse, w_faces = make_pool(g, e, train, a.pool, a.size, a.mix, dev)
    metric, explained = colour_metric(g, coarse, w_faces, a.mix, dev)
    print(f'pool {len(pool)} pictures, {time.time() - t0:.0f} s; the linear colour model explains {explained:.2f}', flush=True)
    small = F.interpolate(train.float(), (INPUT, INPUT), mode='area').round().byte()
    pictures = torch.cat([small, pool])
    targets = torch.cat([w_faces.cpu(), w_pool])
    mean_w = targets.mean(0)
    scale = (targets - mean_w).to(dev)
    scale = 1 / (scale @ metric.T).pow(2).mean(), 1 / scale.pow(2).mean()  # both terms 1 for the mean w

    path = os.path.join(a.out, 'color.pt')
    state = {'encoders': {}, 'minutes': {}, 'steps': {}, 'images': {}}
    old = torch.load(path)['encoders'] if os.path.exists(path) and a.restart else {}
    # what the encoders were trained before a restart with a new generator
    earlier = torch.load(path) if os.path.exists(path) and a.restart else {k: {} for k in ('minutes', 'steps', 'images')}
    previous = None
    for kind in ORDER:
        net = ColorEncoder(c['config']['dim'], INPUT).to(dev)
        if kind in old or previous:
            net.load_state_dict(old.get(kind) or previous)
        else:
            net.last['3'].bias.data.copy_(mean_w)
            net.last['3'].weight.data.mul_(0.3)
        opt = torch.optim.Adam(net.parameters(), lr=a.lr)
        folder = os.path.join(a.out, f'color-{kind}')
        if a.restart:
            shutil.rmtree(folder, ignore_errors=True)
        loop = Loop(folder, a.minutes if previous is None else a.minutes / 2, parts={'net': net, 'optimizer': opt},
                    about={'command': command_line('train_color.py', a)}, report_steps=100)
        for step in loop:
            loop.rate(opt, a.lr * min(1, (1 - loop.progress) * 3))
            half = a.batch // 2 if len(pool) else a.batch  # half real faces, half generated
            idx = torch.cat([torch.randint(len(small), (half,)),
                             len(small) + torch.randint(max(1, len(pool)), (a.batch - half,))])
            x = pictures[idx].to(dev).float() / 255
            y = net(antique(to_gray(x, kind)))
            d = y - targets[idx].to(dev)
            colour, plain = (d @ metric.T).pow(2).mean() * scale[0], d.pow(2).mean() * scale[1]
            opt.zero_grad(set_to_none=True)
            (colour + 0.3 * plain).backward()
            opt.step()
            loop.record({'colour': colour, 'w': plain}, pictures=a.batch)  # 1: the mean w
        previous = net.state_dict()
        state['encoders'][kind] = previous
        for k, v in (('minutes', loop.clock.seconds / 60), ('steps', loop.step), ('images', loop.pictures)):
            state[k][kind] = earlier[k].get(kind, 0) + v
        if loop.stopped:
            return
        torch.save(state, path)
    # held-out faces: colour picture, gray g, then the sibling by each encoder
    test = sets.indices('heldout')
    test = test[~sets.is_gray[test]]
    test = torch.from_numpy(sets.images[test[:: len(test) // 10][:10]]).permute(0, 3, 1, 2)
    x = F.interpolate(test.float(), (INPUT, INPUT), mode='area').to(dev) / 255
    rows = [x * 2 - 1]
    with torch.no_grad():
        for kind in ORDER:
            net.load_state_dict(state['encoders'][kind])
            gray = to_gray(x, kind)
            latent = torch.cat([e(gray.expand(-1, 3, -1, -1) * 2 - 1)[:, :a.mix],
                                net(gray)[:, None].expand(-1, g.n_latent - a.mix, -1)], 1)
            rows += [gray.expand(-1, 3, -1, -1) * 2 - 1,
                     F.interpolate(g(latent, size=a.size), (INPUT, INPUT), mode='area')]
    save_grid(os.path.join(a.out, 'color.png'), rows)


if __name__ == '__main__':
    main()
