"""A cheap start for train_generator.py, possible because w has a meaning (facecode.py): the generator learns to decode
the codes of faces at low resolutions, without any other network; the encoder learns to read them.

    python3 pretrain.py --data DIR --cache DIR --out DIR --what generator --size 16 --minutes 2
    python3 pretrain.py --data DIR --cache DIR --out DIR --what generator --size 32 --minutes 5
    python3 pretrain.py --data DIR --cache DIR --out DIR --what encoder --minutes 7     # may run beside the others
    python3 pretrain.py --data DIR --cache DIR --out DIR --what mapping --minutes 2     # the same
    python3 pretrain.py --data DIR --cache DIR --out DIR --what join                    # -> checkpoint.pt

Half of the pictures are decoded from one w, half from the code of the gray picture in the coarse layers and the colour
picture's w from a random mix layer on (from 32 px).
"""
import argparse
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

from data import load_faces
from facecode import FaceCode
from perceptual import Perceptual
from train_generator import CONFIG, MIX, build, gray3, save_grid, sliced


def varied(x):
    """Pictures [B,3,h,w] in +-1 that no data set has, for the encoder: the code of any picture is known, for it is a
    projection. Blends of two, moved by some pixels, other light and colours."""
    b, _, h, w = x.shape
    uniform = lambda low, high, c=1: torch.empty(b, c, 1, 1, device=x.device).uniform_(low, high)
    share = torch.where(uniform(0, 1) < 0.4, uniform(0.3, 1), torch.ones_like(x[:, :1, :1, :1]))
    x = x * share + x.roll(1, 0) * (1 - share)
    padded = F.pad(x, (4,) * 4, mode='replicate')
    x = torch.stack([padded[i, :, dy:dy + h, dx:dx + w] for i, (dy, dx) in enumerate(torch.randint(9, (b, 2)).tolist())])
    luma = gray3(x)
    x = luma + (x - luma) * uniform(0.5, 1.4)
    return ((x * uniform(0.7, 1.15) + uniform(-0.15, 0.15)) * uniform(0.93, 1.07, 3)).clamp(-1, 1)


@torch.no_grad()
def gaussian_mapping(style, mean, std, room=5.0):
    """Sets the mapping network to w = mean + std * z exactly (for |z| < room), a point from which it learns the rest.

    A bias of `room` keeps the leaky ReLUs of layers 1 to 6 on their upper branch; layers 7 and 8 flip the sign, so that
    their two kinks, five to one and one to five, cancel."""
    layers, gain = list(style), 2 ** 0.5
    for k, layer in enumerate(layers):
        unit = layer.weight.shape[1] ** 0.5 / layer.lr_mul
        layer.weight.zero_()
        layer.bias.zero_()
        diagonal = layer.weight.diagonal()
        if k < 6:
            diagonal.fill_(unit / gain)
        if k == 0:
            layer.bias.fill_(room / gain / layer.lr_mul)
    layers[6].weight.diagonal().copy_(-std * unit)      # t = -(mean + std * (x - room))
    layers[6].bias.copy_((std * room - mean) / layer.lr_mul)
    layers[7].weight.diagonal().fill_(-unit * 5 / 2)    # 1 = 0.2 * 5, and both gains


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--out', required=True)
    p.add_argument('--what', choices=('generator', 'encoder', 'mapping', 'join'), required=True)
    p.add_argument('--size', type=int, default=32)
    p.add_argument('--minutes', type=float, default=5)
    p.add_argument('--batch', type=int, default=24)
    p.add_argument('--lr', type=float, default=4e-3)
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--device', default='cpu')
    p.add_argument('--gaussian', action='store_true', help='begin the mapping network as the normal distribution of the codes')
    p.add_argument('--only-last', action='store_true', help='train the last resolution alone, from silence')
    p.add_argument('--vgg', help='adds VGG features of a window to the loss of the generator')
    p.add_argument('--start', help='checkpoint to start from (also the source of the code, if it has one)')
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.size)
    dev, B = a.device, a.batch
    file = lambda name: os.path.join(a.out, name)
    g, e, d = build()
    start = torch.load(a.start, map_location='cpu') if a.start else {}
    if start:
        g.load_state_dict(start['g_ema']), e.load_state_dict(start['e_ema'])
    for net, name in ((g, 'pre-generator.pt'), (e, 'pre-encoder.pt')):
        if os.path.exists(file(name)):
            net.load_state_dict(torch.load(file(name), map_location='cpu'))
    if a.what != 'join':
        faces = load_faces(a.data, a.cache, CONFIG['size'])
        train = torch.from_numpy(np.ascontiguousarray(faces.images[faces.train])).permute(0, 3, 1, 2)
        if a.size <= 64 or a.what != 'generator':
            train = F.interpolate(train.float(), (64, 64), mode='area').round().byte()
    if not os.path.exists(file('facecode.pt')):
        code = FaceCode(*start['code']) if 'code' in start else FaceCode.fit(train.float() / 127.5 - 1, CONFIG['dim'])
        torch.save(code.state(), file('facecode.pt'))
    code = FaceCode(*(t.to(dev) for t in torch.load(file('facecode.pt'))))
    mapping = file('pre-mapping.pt')
    if os.path.exists(mapping):
        g.style.load_state_dict(torch.load(mapping, map_location='cpu'))
    if a.what == 'mapping':
        x = train.to(dev).float() / 127.5 - 1
        bank = torch.cat([code.encode(x), code.encode(x.flip(3))])
        first, second = (bank / code.std).mean(0), (bank / code.std).T @ (bank / code.std) / len(bank)
        weight = 1 + 4 * code.std / code.std.mean()
        style = g.style.to(dev)
        if a.gaussian:
            gaussian_mapping(style, bank.mean(0), bank.std(0))
        top = 0.01 if a.gaussian else 0.2
        opt = torch.optim.Adam(style.parameters(), lr=top, betas=(0.8, 0.99))
        begin, step = time.time(), 0
        while (done := (time.time() - begin) / 60 / a.minutes) < 1:
            opt.param_groups[0]['lr'] = top * (1.02 - done)
            real = bank[torch.randint(len(bank), (256,), device=dev)] / code.std
            fake = style(torch.randn_like(real)) / code.std
            axes = (fake.sort(0)[0] - real.sort(0)[0]).pow(2).mean(0)              # every component, the first ones more
            moments = (fake.T @ fake / 256 - second).pow(2).mean() * 10 + (fake.mean(0) - first).pow(2).mean()
            loss = sliced(fake, real, 64) + (axes * weight).mean() + moments
            opt.zero_grad(set_to_none=True)
            loss.backward()
            opt.step()
            step += 1
            if step % 50 == 0:
                print(f'mapping step {step} distance {float(loss):.4f} spread {float(fake[:, :20].std(0).mean()):.3f}', flush=True)
        torch.save(style.state_dict(), mapping)
        return
    if a.what == 'join':
        opt_state = None
        state = start.get('state') or {'images': 0, 'steps': 0, 'minutes': 0.0, 'p_aug': 0.0, 'by_size': {}}
        if os.path.exists(file('pretrain.jsonl')):
            with open(file('pretrain.jsonl')) as f:
                state['separately'] = state.get('separately', []) + [json.loads(line) for line in f]
        torch.save({'g': g.state_dict(), 'e': e.state_dict(), 'g_ema': g.state_dict(), 'e_ema': e.state_dict(),
                    'code': code.state(), 'config': CONFIG, 'opt_g': opt_state, 'd': d.state_dict(), 'opt_d': None,
                    'state': state},
                   file('checkpoint.pt'))
        return
    net = (g if a.what == 'generator' else e).to(dev).train()
    if a.only_last:
        last = [f'convs.{2 * len(g.to_rgbs) - 2}.', f'convs.{2 * len(g.to_rgbs) - 1}.', f'to_rgbs.{len(g.to_rgbs) - 1}.']
        for n, q in g.named_parameters():
            q.requires_grad_(n.startswith(tuple(last)))
        if not os.path.exists(file('pre-generator.pt')):
            g.to_rgbs[-1].conv.weight.data.zero_()
    perceptual = Perceptual(a.vgg).to(dev) if a.vgg else None
    linear = [q for n, q in net.named_parameters() if a.what == 'encoder' and '.linear.' in n]   # equalised: larger steps
    rest = [q for n, q in net.named_parameters() if not (a.what == 'encoder' and '.linear.' in n)]
    opt = torch.optim.Adam([{'params': rest, 'lr': a.lr}, {'params': linear, 'lr': 10 * a.lr}], betas=(0.8, 0.99))
    rates = [group['lr'] for group in opt.param_groups]
    begin, step, sums, saved = time.time(), 0, [0, 0], time.time()

    def save():
        name = file(f'pre-{a.what}.pt')
        torch.save(net.state_dict(), name + '.part')
        os.replace(name + '.part', name)

    while (done := (time.time() - begin) / 60 / a.minutes) < 1:
        for group, rate in zip(opt.param_groups, rates):
            group['lr'] = rate * min(1, (1 - done) * 2.5 + 0.1)
        x = train[torch.randint(len(train), (B,))].to(dev).float() / 127.5 - 1
        flip = (torch.rand(B, 1, 1, 1, device=dev) < 0.5).float()
        x = x * (1 - flip) + x.flip(3) * flip
        if a.what == 'encoder':
            x = varied(x)
        w = code.encode(x)
        if a.what == 'generator':
            y = F.interpolate(x, (a.size,) * 2, mode='area')
            lat = (w + 0.1 * code.std * torch.randn_like(w))[:, None].repeat(1, g.n_latent, 1)
            if a.size >= 32:
                coarse = code.encode(gray3(x[B // 2:]))
                for i in range(B - B // 2):
                    m = MIX[torch.randint(len(MIX), ()).item()]
                    lat[B // 2 + i, :m] = coarse[i] + 0.1 * code.std * torch.randn_like(coarse[i])
            out = g(lat, size=a.size, dtype=torch.bfloat16 if dev == 'cpu' else torch.float32)
            l1 = (out - y).abs().mean()
            loss = l1 + (out - y).pow(2).mean()
            if perceptual:
                top, left = torch.randint(a.size // 8, a.size // 2 - a.size // 8 + 1, (2,)).tolist()
                window = (slice(None), slice(None), slice(top, top + a.size // 2), slice(left, left + a.size // 2))
                loss = loss + 0.3 * perceptual(out[window], y[window], torch.bfloat16 if dev == 'cpu' else torch.float32).mean()
        else:
            with torch.autocast('cpu' if dev == 'cpu' else 'cuda', torch.bfloat16):
                codes = e(torch.cat([x, gray3(x)])).float()
            got = codes[:, 0]
            wrong = got - torch.cat([w, code.encode(gray3(x))])
            l1 = code.pixels(wrong[:B]).abs().mean()
            deltas = (codes[:, 1:] - codes[:, :1]).pow(2).mean()
            loss = wrong.pow(2).mean() + 4 * code.pixels(wrong).pow(2).mean() + deltas
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        if a.what == 'generator':
            for n, q in g.named_parameters():
                if n.endswith('noise.weight'):
                    q.data.clamp_(min=0.03)
        step += 1
        sums = [sums[0] + float(l1), sums[1] + float(loss)]
        if step % 50 == 0:
            print(f'{a.what} {a.size} step {step} minutes {(time.time() - begin) / 60:.2f} l1 {sums[0] / 50:.4f} loss {sums[1] / 50:.4f}', flush=True)
            sums = [0, 0]
        if time.time() - saved > 60:
            save()
            saved = time.time()
    save()
    with open(file('pretrain.jsonl'), 'a') as f:
        f.write(json.dumps({'what': a.what, 'size': a.size, 'minutes': round((time.time() - begin) / 60, 2), 'steps': step,
                            'images': step * B}) + '\n')
    if a.what == 'generator':
        save_grid(file(f'pre-{a.size}.png'), [y[:4], out.detach()[:4], y[-4:], out.detach()[-4:]])


if __name__ == '__main__':
    main()
