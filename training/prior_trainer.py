"""One step of the training of the face prior (train_prior.py), its state and its file.

One step, B pictures (a part of them warped into other faces): the encoder sees all in colour, 3/8 in gray as well, and B/8 old
photographs. Decoded: 3/8 from their own codes; 2/8 from the first code alone; 3/8 from the gray picture's codes in the coarse layers
and the colour picture's first code from a random layer of MIXES on, as rephotography does it; and B/4 swaps: coarse codes of a gray
picture or an old photograph with the colours of another face, which must keep the structure and the person of the one and the
colours of the other. At first the first code is not the encoder's but the picture's principal components (facecode.py), for a
share of the pictures that falls to nothing until --bootstrap; the encoder is told these components, and a part of that stays as
an anchor. mapping(z) is moved onto the distribution of the first codes (sliced Wasserstein distance).

With --adversary a local discriminator sharpens textures, on samples too (from --adversary-from pictures on: late, and gently). It trains the generator and the mapping network and never
reaches the encoder, which would give up directions of w to please it.
"""
import copy
import os

import numpy as np
import torch

from antique import shown_colour, shown_gray
from augment import warp
from face_sets import load_sets
from facecode import FaceCode
from gaussian_mapping import gaussian_mapping
from patch_discriminator import Adversary
from picture_losses import PictureLosses, colour_stats, gray3, low_gray, sliced
from prior_grid import prior_grid
from prior_nets import at, build, config_for, mixed, repeat
from start_from_pack import config_of, start_from_pack

LOSSES = ('l1', 'vgg', 'face', 'swap', 'swap_face', 'delta', 'told', 'w_dist', 'adv', 'd_real', 'd_fake')
ANCHOR = 0.3             # share of the telling that stays: without it the directions of w collapse
SAMPLE_BATCH = 256       # latents that the mapping network is moved by


class Pictures:
    """draws batches from the memory-mapped pictures"""

    def __init__(self, sets, group, device, mirror=True):
        self.indices, self.images, self.device, self.mirror = sets.indices(group), sets.images, device, mirror
        self.cumulative = np.cumsum(sets.probability(self.indices))

    def load(self, indices):
        x = torch.from_numpy(np.ascontiguousarray(self.images[np.sort(indices)])).to(self.device)
        return x.permute(0, 3, 1, 2).float() / 127.5 - 1

    def draw(self, n):
        pick = np.searchsorted(self.cumulative, torch.rand(n).numpy()).clip(max=len(self.indices) - 1)
        x = self.load(self.indices[pick])[torch.randperm(n)]
        return torch.where(torch.rand(n, 1, 1, 1, device=x.device) < 0.5, x.flip(3), x) if self.mirror else x


class Trainer:
    def __init__(self, a):
        self.a, self.dtype = a, torch.float32 if a.fp32 else torch.bfloat16
        self.dev, self.path = torch.device(a.device), os.path.join(a.run, 'checkpoint.pt')
        os.makedirs(a.run, exist_ok=True)
        saved = torch.load(self.path, map_location='cpu') if os.path.exists(self.path) else None
        self.state = saved['state'] if saved else {'steps': 0, 'pictures': 0, 'seconds': 0.0, 'cpu_seconds': 0.0, 'by_size': {}, 'adversary': 0}
        torch.manual_seed(a.seed + self.state['steps'])
        self.config = saved['config'] if saved else config_of(a.start) if a.start else config_for(a.max_size)
        sets = load_sets(a.data, a.cache, self.config['size'])
        self.faces, self.old = (Pictures(sets, group, self.dev) for group in ('colour', 'gray'))
        held = sets.indices('heldout')
        held = held[~sets.is_gray[held]]
        self.show = self.faces.load(held[:: len(held) // 10][:10])
        self.z_show = torch.randn(20, self.config['dim'], generator=torch.Generator().manual_seed(5)).to(self.dev)
        if saved:
            self.code = FaceCode(*saved['code'])
            self.g, self.e = build(self.config, self.code.std)
        elif a.start:
            self.g, self.e, self.code = start_from_pack(a.start, a.data, a.cache)
            self.state['by_size'] = {str(r): 0 for r in self.config['channels'] if r > 4}
        else:
            self.code = FaceCode.fit(torch.cat([at(self.faces.draw(500), 32) for _ in range(12)]), self.config['dim'])
            self.g, self.e = build(self.config, self.code.std)
            for name, p in self.g.named_parameters():
                if name.endswith('modulation.weight'):
                    p.data.mul_(0.25)     # listening loudly to w at first makes the encoder say little
        self.code = FaceCode(*(t.to(self.dev) for t in self.code.state()))
        self.g, self.e = self.g.to(self.dev), self.e.to(self.dev)
        self.queue = self.code.encode(self.faces.draw(1024))     # the latest first codes: what mapping(z) is to look like
        if not saved and not a.start:
            gaussian_mapping(self.g.style, self.queue)
        self.g_ema, self.e_ema = (copy.deepcopy(net).eval().requires_grad_(False) for net in (self.g, self.e))
        self.losses = PictureLosses(a.vgg, a.face_api, self.dtype).to(self.dev).requires_grad_(False)
        self.adversary = Adversary(self.dtype, self.dev, a.adversary)
        head = [p for n, p in self.e.named_parameters() if '.linear.' in n]
        body = [p for n, p in self.e.named_parameters() if '.linear.' not in n]
        self.opt = torch.optim.Adam([
            {'params': [p for n, p in self.g.named_parameters() if not n.startswith('style.')], 'lr': a.lr, 'betas': (0.5, 0.99)},
            {'params': list(self.g.style.parameters()), 'lr': a.lr * 5, 'betas': (0.5, 0.99)},
            {'params': body, 'lr': a.lr / 4, 'betas': (0.9, 0.99)}, {'params': head, 'lr': a.lr, 'betas': (0.9, 0.99)}], foreach=True)
        self.rates = [g['lr'] for g in self.opt.param_groups]
        if saved:
            for name in ('g', 'e', 'g_ema', 'e_ema'):
                getattr(self, name).load_state_dict(saved[name])
            self.opt.load_state_dict(saved['opt'])
            self.queue = saved['queue'].to(self.dev)
            if saved['adversary']:
                self.adversary.load(saved['adversary'])
        floats = lambda *nets: [t for net in nets for t in net.state_dict().values() if t.is_floating_point()]
        self.live, self.averaged = floats(self.g, self.e), floats(self.g_ema, self.e_ema)
        self.noise_weights = [p for n, p in self.g.named_parameters() if n.endswith('noise.weight')]

    def save(self):
        names = ('g', 'e', 'g_ema', 'e_ema', 'opt')
        torch.save({**{n: getattr(self, n).state_dict() for n in names}, 'config': self.config, 'state': self.state,
                    'code': self.code.state(), 'queue': self.queue, 'adversary': self.adversary.state() if self.state['adversary'] else None},
                   self.path + '.part')
        os.replace(self.path + '.part', self.path)

    def size(self):
        for part in self.a.sizes.split(','):
            side, _, until = part.partition(':')
            if not until or self.state['pictures'] < float(until):
                return min(int(side), self.config['size'])
        return self.config['size']

    def start_size(self, size):
        """a resolution that is added starts silent"""
        if str(size) not in self.state['by_size']:
            if self.state['by_size']:
                for net in (self.g, self.g_ema):
                    net.to_rgbs[size.bit_length() - 4].conv.weight.data.zero_()
            self.state['by_size'][str(size)] = 0

    def start_adversary(self):
        """samples count from here on: the mapping network begins anew as the normal distribution of the first codes"""
        for net in (self.g, self.g_ema):
            gaussian_mapping(net.style, self.queue)
        for p in self.g.style.parameters():
            self.opt.state.pop(p, None)

    def encode(self, *shown):
        with torch.autocast(self.dev.type, self.dtype, enabled=not self.a.fp32):
            return self.e(torch.cat(shown)).split([len(s) for s in shown])

    def blended(self, codes, told, share):
        """codes whose first is the told one for a share of the pictures; every delta stays"""
        instead = (torch.rand(len(codes), 1, device=codes.device) < share).float()
        return codes + (instead * (told - codes[:, 0]))[:, None]

    def adversarial(self):
        return self.a.adversary > 0 and self.state['pictures'] >= self.a.adversary_from

    def step(self, size):
        a, g, code, q, adversarial = self.a, self.g, self.code, self.a.batch // 8, self.adversarial()
        n, side = g.n_latent, self.e.encoder.input_size
        x = self.faces.draw(8 * q)
        k = int(a.warp * len(x) + torch.rand(()).item())
        x = torch.cat([(warp((x[:k] + 1) / 2, 0.04, 0.012) * 2 - 1).clamp(-1, 1), x[k:]])[torch.randperm(len(x))] if k else x
        old = self.old.draw(q)
        xe, target = at(x, side), at(x, size)
        third = slice(5 * q, 8 * q)                              # the pictures that are shown in gray as well
        with torch.no_grad():
            shown = shown_colour(xe), shown_gray(xe[third]), at(gray3(old), side)
            told = code.encode(x), code.encode(gray3(x[third]))
        colour, gray, plate = self.encode(*shown)
        told_loss = (torch.cat([colour[:, 0], gray[:, 0]]) - torch.cat(told)).pow(2).mean()
        fade = 0.0 if a.start else max(0.0, 1 - self.state['pictures'] / a.bootstrap)
        colour, gray = (self.blended(c, t, min(1.0, 1.5 * fade)) for c, t in zip((colour, gray), told))
        w0 = colour[:, 0]
        deviation = code.std.pow(2).mean().sqrt()
        jitter = lambda t, s: t + s * deviation * torch.randn_like(t)
        with torch.no_grad():
            self.queue = torch.cat([self.queue, w0.detach()])[-4096:]
        w_map = g.style(torch.randn(SAMPLE_BATCH, g.dim, device=w0.device))
        structure = torch.cat([gray[:q], plate])                 # swaps: of these the structure,
        donors = torch.randint(5 * q, (2 * q,), device=w0.device)     # of these the colours
        latents = [jitter(colour[:3 * q], 0.04), repeat(jitter(w0[3 * q:5 * q], 0.1), n),
                   mixed(jitter(gray, 0.04), jitter(w0[third], 0.1)), mixed(structure, w0[donors])]
        if adversarial:
            latents.append(repeat(w_map[:2 * q], n))
        latents = torch.cat(latents)
        cut = latents.detach().requires_grad_()
        out = g(cut, size=size, dtype=self.dtype)
        pictures = out.detach().requires_grad_()
        rec, swaps = pictures[:8 * q], pictures[8 * q:10 * q]
        l1, vgg, face = self.losses.pixels(rec, target), self.losses.features(rec, target), self.losses.identity(rec, target)
        source = torch.cat([gray3(target[5 * q:6 * q]), at(gray3(old), size)])
        swap = (low_gray(swaps) - low_gray(source)).abs().mean() + 2 * (colour_stats(swaps) - colour_stats(target[donors])).abs().mean()
        swap_face = self.losses.identity(gray3(swaps), source)
        total = 4 * l1 + vgg + a.identity * (face + 0.25 * swap_face) + 0.5 * swap
        grad, = torch.autograd.grad(total, pictures)
        var = deviation ** 2
        delta = sum((c[:, 1:] - c[:, :1]).pow(2).mean() for c in (colour, gray)) / var
        w_dist = 4 * sliced(w_map, self.queue[torch.randint(len(self.queue), (SAMPLE_BATCH,), device=w0.device)]) / var
        on_latents = a.prior * delta + w_dist + 2 * max(ANCHOR, min(1.0, 2 * fade)) * told_loss / var
        self.opt.zero_grad(set_to_none=True)
        adv = d_real = d_fake = torch.zeros(())
        if adversarial:      # one more backward pass, so that it does not reach the encoder
            to_codes, = torch.autograd.grad(out, cut, grad, retain_graph=True)
            pull, adv = self.adversary.pull(pictures, grad[:8 * q])
            torch.autograd.backward(out, grad + min(1.0, self.state['adversary'] / a.adversary_ramp) * pull)
            to_codes = torch.cat([to_codes[:10 * q], cut.grad[10 * q:]])
        else:
            torch.autograd.backward(out, grad)
            to_codes = cut.grad
        torch.autograd.backward([latents, on_latents], [to_codes, None])
        for group in self.opt.param_groups:
            torch.nn.utils.clip_grad_norm_(group['params'], 10.0)
        self.opt.step()
        if adversarial:
            d_real, d_fake = self.adversary.learn(target, out.detach()[torch.randperm(len(out))[:8 * q]])
        with torch.no_grad():
            for p in self.noise_weights:
                p.clamp_(0.02, 0.2)
            beta = min(0.5 ** (len(x) / a.half_life), (1 + self.state['steps']) / (10 + self.state['steps']))
            torch._foreach_lerp_(self.averaged, self.live, 1 - beta)
        values = (l1, vgg, face, swap, swap_face, delta, told_loss / var, w_dist, adv, d_real, d_fake)
        return torch.stack([v.detach().float().cpu() for v in values])

    def rank(self):
        """effective number of directions of the first codes"""
        w = self.queue.double().cpu()
        ev = torch.linalg.eigvalsh(torch.cov(w.T)).clamp(min=0)
        return float(ev.sum() ** 2 / ev.pow(2).sum())

    def grid(self, size):
        prior_grid(os.path.join(self.a.run, f"grid-{self.state['pictures']:07d}.png"), self.g_ema, self.e_ema, self.show, self.z_show, size, self.dtype)
