"""Joint training of the generator, its mapping network and the e4e-style encoder.

    python3 train_generator.py --data DIR --cache DIR --vgg FILE --out DIR --size 64 --minutes 40
    python3 train_generator.py ... --size 128 --minutes 40      # same --out: goes on, one resolution higher

What one step does (B pictures):
  encode    every picture in colour and as gray x3
  decode    a third from its own codes (w+), a third from one w for all layers (W), the rest from the gray picture's
            codes in the coarse layers and the colour picture's w, repeated, from a random mix layer on;
            besides B/2 samples: mapping(z) with style mixing, and coarse codes of one face with the w of another
  losses    L1 + VGG to the picture; non-saturating logistic loss on everything decoded (R1, adaptive augmentation);
            swapped samples keep the structure of the one and the colour of the other; the encoder's first code is told
            the picture's w (facecode.py), and mapping(z) is moved onto the distribution of w (sliced Wasserstein distance).
With --no-recon it is a plain StyleGAN2 training (for machines where that is affordable).
"""
import argparse
import copy
import csv
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from data import load_faces
from discriminator import Discriminator, augment
from e4e import Encoder
from facecode import FaceCode
from patch_discriminator import PatchDiscriminator
from perceptual import Perceptual
from student_losses import StudentLosses
from stylegan2 import Generator

MIX = (5, 6, 7)  # the layers from which the colour w may take over

CONFIG = {
    'size': 128, 'dim': 256,
    'channels': {4: 256, 8: 192, 16: 128, 32: 96, 64: 48, 128: 32, 256: 16},
    'encoder': {'input_size': 64, 'channels': [32, 48, 96, 128], 'blocks': [2, 2, 3, 2],
                'levels': {'c3': [1, 2, 3, 4, 5], 'p2': [6, 7, 8], 'p1': [9, 10, 11]}},
    'discriminator': {4: 160, 8: 160, 16: 128, 32: 64, 64: 32, 128: 16, 256: 16},
}


def build(config=CONFIG, patch=False):
    channels = {r: c for r, c in config['channels'].items() if int(r) <= config['size']}
    g = Generator(config['size'], config['dim'], channels)
    levels = {**config['encoder']['levels'], 'p1': list(range(9, g.n_latent))}
    e = Encoder(g.n_latent, config['dim'], **{**config['encoder'], 'levels': levels})
    d = PatchDiscriminator() if patch else Discriminator(config['size'], config['discriminator'])
    return g, e, d


def gray3(x):
    y = (x * torch.tensor([0.299, 0.587, 0.114], device=x.device).view(1, 3, 1, 1)).sum(1, keepdim=True)
    return y.expand(-1, 3, -1, -1)


def sliced(a, b, n=64):
    """sliced squared Wasserstein distance of two equally large sets of points"""
    dirs = F.normalize(torch.randn(n, a.shape[1], device=a.device), dim=1)
    return ((dirs @ a.T).sort(1)[0] - (dirs @ b.T).sort(1)[0]).pow(2).mean()


def normalised_gray(x, size=32):
    y = F.adaptive_avg_pool2d(gray3(x)[:, :1], size).flatten(1)
    y = y - y.mean(1, keepdim=True)
    return y / (y.pow(2).mean(1, keepdim=True) + 1e-3).sqrt()


def colour_stats(x):
    """mean colour of the middle of the face and of the picture: [B, 6]"""
    h = x.shape[2]
    middle = x[:, :, int(.38 * h):int(.72 * h), int(.33 * h):int(.67 * h)]
    return torch.cat([middle.mean((2, 3)), x.mean((2, 3))], 1)


@torch.no_grad()
def adopt_code(code, faces, generators, encoders):
    """changes the coordinates of w of networks that were trained without code: w_old = b + M w_new, by regression"""
    x = faces[:: max(1, len(faces) // 1500)]
    new = code.encode(x)
    for g, e in zip(generators, encoders):
        training = e.training
        e.eval()
        old = torch.cat([e(x[i:i + 50])[:, 0].float() for i in range(0, len(x), 50)])
        e.train(training)
        b = old.mean(0)
        n = new - new.mean(0)
        m = torch.linalg.solve(n.T @ n + torch.eye(n.shape[1]) * 0.05 * len(n), n.T @ (old - b)).T   # [old, new]
        b = b - m @ new.mean(0)
        for k, layer in g.named_modules():
            if k.endswith('modulation'):
                layer.bias += (layer.weight @ b) / layer.weight.shape[1] ** 0.5
                layer.weight.copy_(layer.weight @ m + 0.02 * torch.randn_like(layer.weight))
        o = old - old.mean(0)
        r = torch.linalg.solve(o.T @ o + torch.eye(o.shape[1]) * 1e-3 * len(o), o.T @ n).T           # [new, old]
        first = e.styles[0].linear
        first.bias.copy_(r @ (first.bias - old.mean(0)) + new.mean(0))
        first.weight.copy_(r @ first.weight)
        for s in list(e.styles)[1:]:
            s.linear.weight.mul_(0.1)
            s.linear.bias.zero_()


def plain_latents(g, n, device):
    """n samples of mapping(z), nine in ten of two styles with a random crossover: [n, n_latent, dim]"""
    one, two = g.style(torch.randn(2 * n, g.dim, device=device))[:, None].expand(-1, g.n_latent, -1).chunk(2)
    cross = torch.where(torch.rand(n, device=device) < 0.9, torch.randint(1, g.n_latent, (n,), device=device),
                        torch.full((n,), g.n_latent, device=device))
    return torch.where((torch.arange(g.n_latent, device=device) < cross[:, None])[:, :, None], one, two)


def save_grid(path, rows):
    rows = [torch.cat(list(r.clamp(-1, 1)), 2) for r in rows]
    grid = torch.cat(rows, 1).permute(1, 2, 0)
    Image.fromarray(((grid + 1) * 127.5).round().byte().cpu().numpy()).save(path)


@torch.no_grad()
def sample_grid(path, g, e, x, size, z, code=None):
    """Held-out pictures: input, w+, W, gray + colour w, coarse of the one + w of the next; then samples."""
    e.eval()
    c = e(x)
    cg = e(gray3(x))
    w = (c[:, :1] if code is None else code.encode(x)[:, None]).expand_as(c)
    mixed = torch.cat([cg[:, :6], w[:, 6:]], 1)
    swapped = torch.cat([cg[:, :6], w.roll(1, 0)[:, 6:]], 1)
    rows = [F.interpolate(x, (size, size), mode='area')] + [g(l, size=size) for l in (c, w, mixed, swapped)]
    s = g(g.style(z)[:, None].expand(-1, g.n_latent, -1), size=size)
    save_grid(path, rows + list(s.split(x.shape[0])))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--vgg', help='the given VGG-19 as perceptual loss')
    p.add_argument('--student', help="or the pack's vgg16.safetensors, at a sixteenth of the cost")
    p.add_argument('--face', help="with --student: the pack's vggface.safetensors, for an identity loss")
    p.add_argument('--identity', type=float, default=0.5, help='weight of the identity loss')
    p.add_argument('--patch', action='store_true', help='a local discriminator instead of the global one')
    p.add_argument('--out', required=True)
    p.add_argument('--size', type=int, default=64, help='resolution trained in this run')
    p.add_argument('--max-size', type=int, default=CONFIG['size'], help='resolution of the network that is built')
    p.add_argument('--minutes', type=float, default=30)
    p.add_argument('--steps', type=int, default=10 ** 9, help='or so many steps')
    p.add_argument('--batch', type=int, default=16)
    p.add_argument('--threads', type=int, default=2)
    p.add_argument('--device', default='cpu')
    p.add_argument('--lr', type=float, default=2e-3)
    p.add_argument('--adv', type=float, default=0.5,
                   help='norm of the adversarial gradient on reconstructions, relative to that of the other losses')
    p.add_argument('--adv-from', type=int, default=8000, help='pictures seen before the adversarial loss starts')
    p.add_argument('--adv-cap', type=float, default=2.0, help='largest weight of the adversarial loss')
    p.add_argument('--r1', type=float, default=1.0)
    p.add_argument('--latent-noise', type=float, default=0.3)
    p.add_argument('--prior', type=float, default=0.001, help='weight of the deltas')
    p.add_argument('--ema', type=float, default=0.998)
    p.add_argument('--decay', action='store_true', help='lower the learning rate over the second half of this run')
    p.add_argument('--fp32', action='store_true')
    p.add_argument('--rest-encoder', action='store_true', help='leave the encoder as it is (pretrain.py --what encoder trains it alone)')
    p.add_argument('--no-recon', action='store_true')
    p.add_argument('--reset-d', action='store_true', help='start with a new discriminator')
    p.add_argument('--seed', type=int, default=0)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    CONFIG['size'] = a.max_size
    mapping_rate = a.lr * (1 if a.no_recon else 25)
    os.makedirs(a.out, exist_ok=True)
    dev, dtype, size, B = a.device, torch.float32 if a.fp32 else torch.bfloat16, a.size, a.batch

    faces = load_faces(a.data, a.cache, CONFIG['size'])
    train = torch.from_numpy(np.ascontiguousarray(faces.images[faces.train])).permute(0, 3, 1, 2)
    heldout = torch.from_numpy(np.ascontiguousarray(faces.images[faces.test])).permute(0, 3, 1, 2)
    show = (heldout[::25][:10].float() / 127.5 - 1).to(dev)

    torch.manual_seed(a.seed)
    z_show = torch.randn(30, CONFIG['dim'], device=dev)
    g, e, d = (m.to(dev) for m in build(patch=a.patch))
    perceptual = Perceptual(a.vgg).to(dev) if a.vgg else None
    students = StudentLosses(a.student, a.face).to(dev) if a.student else None
    assert a.no_recon or perceptual or students, 'give --vgg or --student'
    g_ema, e_ema = copy.deepcopy(g).eval(), copy.deepcopy(e).eval()
    named = [(n, q) for n, q in g.named_parameters() if not n.startswith('style.')]
    opt_g = torch.optim.Adam([{'params': [q for _, q in named], 'lr': a.lr},
                              {'params': list(g.style.parameters()), 'lr': mapping_rate},
                              {'params': [q for n, q in e.named_parameters() if '.linear.' not in n], 'lr': a.lr / 2},
                              {'params': [q for n, q in e.named_parameters() if '.linear.' in n], 'lr': a.lr * 4}],
                             betas=(0.5, 0.99))
    opt_d = torch.optim.Adam(d.parameters(), lr=4e-4 if a.patch else a.lr / 2, betas=(0.0, 0.99))
    state = {'images': 0, 'steps': 0, 'minutes': 0.0, 'p_aug': 0.0, 'by_size': {}}
    ckpt = os.path.join(a.out, 'checkpoint.pt')
    code = None
    if os.path.exists(ckpt):
        c = torch.load(ckpt, map_location=dev)
        for m, k in ((g, 'g'), (e, 'e'), (g_ema, 'g_ema'), (e_ema, 'e_ema')):
            m.load_state_dict(c[k])
        if c['opt_g']:   # not after pretrain.py
            opt_g.load_state_dict(c['opt_g'])
        if c['opt_d'] and c.get('patch', False) == a.patch and not a.reset_d:
            d.load_state_dict(c['d'])
            opt_d.load_state_dict(c['opt_d'])
        for group, lr in zip(opt_g.param_groups, (a.lr, mapping_rate, a.lr / 2, a.lr * 4)):
            group['lr'] = lr
        state = c['state']
        code = FaceCode(*c['code']) if 'code' in c else None
        torch.manual_seed(a.seed + 1 + state['steps'])
    if str(size) not in state['by_size']:
        state['by_size'][str(size)] = {'images': 0, 'minutes': 0.0}
        alone = [p['size'] for p in state.get('separately', []) if p['what'] == 'generator']
        if state['steps'] and size not in alone:  # a new resolution starts silent
            for net in (g, g_ema):
                rgb = net.to_rgbs[int(np.log2(size)) - 3]
                rgb.conv.weight.data.zero_()
    tiny = F.interpolate(train.float() / 127.5 - 1, (64, 64), mode='area').to(dev)
    if code is None:
        code = FaceCode.fit(tiny, CONFIG['dim'])
        if state['steps']:
            adopt_code(code, tiny, (g, g_ema), (e, e_ema))
    bank = torch.cat([code.encode(tiny), code.encode(tiny.flip(3))])
    del tiny
    log_path = os.path.join(a.out, 'log.csv')
    columns = ['minutes', 'steps', 'images', 'size', 'l1', 'vgg', 'same', 'swap', 'code', 'code_px', 'w_dist', 'adv_g', 'd_real', 'd_fake',
               'r1', 'p_aug', 'adv_weight', 'ms']
    log = open(log_path, 'a', newline='')
    writer = csv.writer(log)
    if os.path.getsize(log_path) == 0:
        writer.writerow(columns)
    n_latent = g.n_latent

    def save():
        torch.save({'g': g.state_dict(), 'e': e.state_dict(), 'd': d.state_dict(), 'g_ema': g_ema.state_dict(),
                    'e_ema': e_ema.state_dict(), 'opt_g': opt_g.state_dict(), 'opt_d': opt_d.state_dict(),
                    'state': state, 'code': code.state(), 'config': CONFIG, 'patch': a.patch}, ckpt + '.part')
        os.replace(ckpt + '.part', ckpt)
        sample_grid(os.path.join(a.out, f"grid-{state['images']:07d}.png"), g_ema, e_ema, show, size, z_show, code)

    rates = [group['lr'] for group in opt_g.param_groups]
    start, before, last_save, sums, count = time.time(), state['minutes'], time.time(), {}, 0
    before_size = state['by_size'][str(size)]['minutes']
    done = 0
    while (time.time() - start) / 60 < a.minutes and done < a.steps:
        t0 = time.time()
        if a.decay:
            left = 1 - (t0 - start) / 60 / a.minutes
            for group, lr in zip(opt_g.param_groups, rates):
                group['lr'] = lr * min(1, 2 * left + 0.05)
        g.train(), e.train(not a.rest_encoder)
        idx = torch.randint(len(train), (B,))
        full = train[idx].to(dev).float() / 127.5 - 1
        flip = (torch.rand(B, 1, 1, 1, device=dev) < 0.5).float()
        full = full * (1 - flip) + full.flip(3) * flip
        x = F.interpolate(full, (size, size), mode='area') if size < full.shape[2] else full
        xe = F.interpolate(full, (e.input_size,) * 2, mode='area') if e.input_size < full.shape[2] else full
        adversarial = a.no_recon or state['images'] >= a.adv_from
        noise = lambda t, s: t + s * torch.randn_like(t)
        if a.no_recon:  # StyleGAN2: samples alone, judged by the discriminator alone
            out = g(plain_latents(g, B, dev), size=size, dtype=dtype)
            shown = out.detach().requires_grad_()
            grad, on_latents = torch.zeros_like(shown), None
            l1 = vgg = same = swap = regression = w_dist = torch.zeros(())
            wrong = torch.zeros(B, CONFIG['dim'], device=dev)
        else:
            with torch.autocast('cuda' if dev.startswith('cuda') else 'cpu', dtype, enabled=not a.fp32):
                third = B // 3
                with torch.set_grad_enabled(not a.rest_encoder):
                    codes = e(torch.cat([xe, gray3(xe[2 * third:])])).float()
            colour, gray = codes[:B], codes[B:]   # gray: only the pictures that need it, from 2 * third on
            w0 = code.encode(x if size >= 32 else xe)
            # what to decode
            w_one = noise(w0, a.latent_noise * code.std)[:, None].expand(-1, n_latent, -1)
            lat = []
            for i in range(B):
                if i < third:
                    lat.append(noise(colour[i], a.latent_noise / 3))
                elif i < 2 * third:
                    lat.append(w_one[i])
                else:
                    m = MIX[torch.randint(len(MIX), ()).item()]
                    lat.append(torch.cat([noise(gray[i - 2 * third, :m], a.latent_noise / 3), w_one[i, m:]]))
            n_map, n_swap = (B // (8 if a.patch else 4) if adversarial else 0), max(1, B // 8)
            z = torch.randn(256, CONFIG['dim'], device=dev)
            w_map = g.style(z)
            for i in range(n_map):
                one, two = w_map[2 * i], w_map[2 * i + 1]
                m = torch.randint(2, n_latent, ()).item() if i % 2 else n_latent
                lat.append(torch.cat([one[None].expand(m, -1), two[None].expand(n_latent - m, -1)]))
            for i in range(n_swap):
                m = MIX[torch.randint(len(MIX), ()).item()]
                j = (2 * third + i + 1 + torch.randint(B - 1, ()).item()) % B
                lat.append(torch.cat([gray[i, :m], w_one[j, m:]]))
                swap_from = torch.tensor([j]) if i == 0 else torch.cat([swap_from, torch.tensor([j])])
            out = g(torch.stack(lat), size=size, dtype=dtype)
            shown = out.detach().requires_grad_()   # losses on pictures stop here: their gradients are balanced below
            rec, swapped = shown[:B], shown[B + n_map:]
            l1 = students.pixels(rec, x) if students else (rec - x).abs().mean()
            same = torch.zeros(())
            if students:
                vgg = students.features(rec, x, dtype)
                if a.face:  # from own codes and from the gray picture's: half of each
                    some = torch.cat([torch.arange(0, B // 3), torch.arange(B - B // 3 + 1, B)])
                    same = students.identity(rec[some], x[some], dtype)
            elif not perceptual:
                vgg = torch.zeros(())
            elif size > 64:  # whole picture at half the size, and a window at full size
                half = F.interpolate(rec, (size // 2,) * 2, mode='area'), F.interpolate(x, (size // 2,) * 2, mode='area')
                top, left = torch.randint(0, size // 2 + 1, (2,)).tolist()
                win = [t[:, :, top:top + size // 2, left:left + size // 2] for t in (rec, x)]
                vgg = 0.5 * (perceptual(*half, dtype).mean() + perceptual(*win, dtype).mean())
            else:
                vgg = perceptual(rec, x, dtype).mean()
            swap = ((normalised_gray(swapped) - normalised_gray(x[2 * third:2 * third + n_swap])).abs().mean()
                    + (colour_stats(swapped) - colour_stats(x[swap_from])).abs().mean() * 2)
            # the encoder is told w; mapping(z) is moved onto its distribution
            deltas = (colour[:, 1:] - colour[:, :1]).pow(2).mean() + (gray[:, 1:] - gray[:, :1]).pow(2).mean()
            wrong = torch.cat([colour[:, 0] - w0, gray[:, 0] - code.encode(gray3(x[2 * third:]))])
            regression = wrong.pow(2).mean() + 4 * code.pixels(wrong).pow(2).mean()
            target = bank[torch.randint(len(bank), (256,), device=dev)]
            w_dist = sliced(w_map, noise(target, 0.1 * code.std))
            on_latents = regression + a.prior * deltas + w_dist
            grad, = torch.autograd.grad(4 * l1 + vgg + a.identity * same + 0.5 * swap, shown)
        adv_g = torch.zeros(())
        if adversarial:
            d.requires_grad_(False)
            adv_g = F.softplus(-d(augment(shown, state['p_aug']), dtype)).mean()
            d.requires_grad_(True)
            adv_grad, = torch.autograd.grad(adv_g, shown)
            ratio = 1.0 if a.no_recon else float(a.adv * grad[:B].norm() / (adv_grad[:B].norm() + 1e-12))
            state['adv_weight'] = 0.95 * state.get('adv_weight', ratio) + 0.05 * ratio
            grad = grad + min(state['adv_weight'], ratio, a.adv_cap) * adv_grad
        opt_g.zero_grad(set_to_none=True)
        torch.autograd.backward([out] if on_latents is None else [out, on_latents], [grad] if on_latents is None else [grad, None])
        for group in opt_g.param_groups:
            torch.nn.utils.clip_grad_norm_(group['params'], 10.0)
        opt_g.step()
        for n, q in g.named_parameters():
            if n.endswith('noise.weight'):
                q.data.clamp_(min=0.03)
        ramp = min(a.ema, (1 + state['steps']) / (10 + state['steps']))
        with torch.no_grad():
            for net, avg in ((g, g_ema), (e, e_ema)):
                for (n, q), r in zip(net.state_dict().items(), avg.state_dict().values()):
                    if r.dtype.is_floating_point:
                        r.lerp_(q, 1 - ramp)
                    else:
                        r.copy_(q)
        d_real = d_fake = r1 = torch.zeros(())
        if a.no_recon or state['images'] >= a.adv_from - 2000:
            fake = out.detach()
            k = torch.randperm(len(fake))[:B]
            d_fake = d(augment(fake[k], state['p_aug']), dtype)
            d_real = d(augment(x, state['p_aug']), dtype)
            d_loss = F.softplus(d_fake).mean() + F.softplus(-d_real).mean()
            if state['steps'] % 16 == 0:
                real = x[:B // 2].detach().requires_grad_()
                slope, = torch.autograd.grad(d(real, dtype).mean(1).sum(), real, create_graph=True)
                r1 = slope.float().pow(2).sum((1, 2, 3)).mean()
                d_loss = d_loss + a.r1 / 2 * 16 * r1
            opt_d.zero_grad(set_to_none=True)
            d_loss.backward()
            opt_d.step()
            state['p_aug'] = float(np.clip(state['p_aug'] + (1 if d_real[:, 0].sign().mean() > 0.6 else -1) * B / 20000, 0, 0.8))
        done, state['steps'] = done + 1, state['steps'] + 1
        state['images'] += B
        minutes = (time.time() - start) / 60
        state['minutes'] = before + minutes
        state['by_size'][str(size)]['images'] += B
        state['by_size'][str(size)]['minutes'] = before_size + minutes
        row = {'l1': l1, 'vgg': vgg, 'same': same, 'swap': swap, 'code': regression, 'code_px': code.pixels(wrong[:B]).abs().mean(), 'w_dist': w_dist, 'adv_g': adv_g,
               'd_real': d_real.mean(), 'd_fake': d_fake.mean(), 'ms': torch.tensor((time.time() - t0) * 1e3)}
        for k, v in row.items():
            sums[k] = sums.get(k, 0) + float(v)
        if float(r1):
            sums['r1'] = sums.get('r1', 0) + float(r1) * 50 / 3
        count += 1
        if count == 50 or state['steps'] == 10:
            values = {**{k: v / count for k, v in sums.items()}, 'minutes': state['minutes'], 'steps': state['steps'],
                      'images': state['images'], 'size': size, 'p_aug': state['p_aug'],
                      'adv_weight': state.get('adv_weight', 0)}
            writer.writerow([f'{values.get(k, 0):.5g}' for k in columns])
            log.flush()
            print(' '.join(f'{k} {values.get(k, 0):.4g}' for k in columns), flush=True)
            sums, count = {}, 0
        if time.time() - last_save > 120:
            save()
            last_save = time.time()
    save()


if __name__ == '__main__':
    main()
