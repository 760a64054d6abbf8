"""Exports the generator side of the pack: stylegan2, e4e, the three colour encoders, the statistics of w, a description
(generator-side.json), test vectors; then reads every file back and compares pictures and codes.

    python3 export_generator.py --data DIR --cache DIR --train RUN --out DIR --vectors DIR --machine "two CPU cores"
"""
import argparse
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

import safetensors_io
from antique import shown_colour, shown_gray
from color_encoder import ColorEncoder
from face_sets import load_sets
from formula import image, summary, value
from picture_losses import gray3
from prior_nets import MIX, at, build

TERMS = 'non-commercial research use'


@torch.no_grad()
def recalibrate(e, pictures):
    """running statistics of the averaged encoder, half colour, half gray"""
    norms = [m for m in e.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for m in norms:
        m.reset_running_stats()
        m.momentum = None
    e.train()
    for i in range(0, len(pictures), 32):
        x = pictures[i:i + 32]
        e(torch.cat([shown_colour(x), shown_gray(x)]))
    e.eval()


@torch.no_grad()
def unit_variance(e):
    """scales each convolution that feeds a batch norm so that the running variance is 1: the same function, and every
    number fits float16"""
    pairs = [(e.input_layer[0], e.input_layer[1])]
    for block in e.body:
        pairs.append((block.res_layer[3], block.res_layer[4]))
        if isinstance(block.shortcut_layer, torch.nn.Sequential):
            pairs.append((block.shortcut_layer[0], block.shortcut_layer[1]))
    for conv, norm in pairs:
        c = torch.rsqrt(norm.running_var + norm.eps)
        conv.weight.mul_(c[:, None, None, None])
        norm.running_mean.mul_(c)
        norm.running_var.fill_(1 - norm.eps)


def tensors(module, prefix=''):
    return {prefix + k: v for k, v in module.state_dict().items() if not k.endswith('num_batches_tracked')}


def reread(module, path, prefix=''):
    loaded, _ = safetensors_io.load(path)
    state = module.state_dict()
    for k in state:
        if prefix + k in loaded:
            state[k] = torch.from_numpy(loaded[prefix + k])
    module.load_state_dict(state)
    return loaded


def flat(x, places=7):
    return [float(f'{v:.{places}g}') for v in np.asarray(x, np.float64).ravel()]


@torch.no_grad()
def vectors(g, e, latent_avg, colors, out):
    """small numbers that another implementation must reproduce from the exported files"""
    os.makedirs(out, exist_ok=True)
    D, n, S = g.dim, g.n_latent, g.size
    t = lambda x, *shape: torch.from_numpy(np.asarray(x, np.float32)).reshape(shape)
    write = lambda name, v: open(os.path.join(out, name), 'w').write(json.dumps(v, separators=(',', ':')))
    z = t(value('compact/z', 2 * D), 2, D)
    write('mapping.json', {'input': "z = value('compact/z') [2, dim]", 'shape': [2, D], 'w': flat(g.style(z))})
    stats_mean = g.style(t(value('compact/mean', 64 * D), 64, D)).mean(0)
    latent = stats_mean + 0.2 * t(value('compact/latent', n * D), 1, n, D)
    sizes = [4] + [r for k in range(3, int(np.log2(S)) + 1) for r in (2 ** k, 2 ** k)]
    cases = {}
    for name, noise in (('zero', [torch.zeros(1, 1, r, r) for r in sizes]),
                        ('noise', [t(value(f'compact/noise/{i}', r * r), 1, 1, r, r) for i, r in enumerate(sizes)])):
        picture, rgbs = g(latent, noise, return_rgbs=True)
        cases[name] = {'image': summary(picture), 'box32': flat(F.adaptive_avg_pool2d(picture, 32), 5),
                       'rgbs': [summary(r, 16) for r in rgbs]}
    write('generator.json', {'input': "latent = mean over 64 rows of mapping(value('compact/mean') [64, dim]) + 0.2 "
                             "value('compact/latent') [1, n, dim]; noise i = 0 or value('compact/noise/i')", **cases})
    x = t(image('compact/e4e', 1, e.input_size, e.input_size), 1, 1, e.input_size, e.input_size)
    codes = e(x.expand(-1, 3, -1, -1) * 2 - 1) + latent_avg
    write('e4e.json', {'input': f"image('compact/e4e', 1, {e.input_size}, {e.input_size}) x3, +-1; latent_avg added",
                       'codes': summary(codes), 'layers': [summary(codes[0, i], 8) for i in range(n)]})
    for kind, net in colors.items():
        s = net.input_size
        x = t(image('compact/color', 1, s, s), 1, 1, s, s)
        write(f'color_{kind}.json', {'input': f"image('compact/color', 1, {s}, {s}) in 01", 'shape': [1, D], 'w': flat(net(x))})


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--train', required=True, help='folder with checkpoint.pt and color.pt')
    p.add_argument('--out', required=True)
    p.add_argument('--vectors', required=True)
    p.add_argument('--machine', default='')
    p.add_argument('--command', default='', help='how it was trained, for the description')
    p.add_argument('--mix', type=int, default=MIX)
    p.add_argument('--noise', type=float, default=0.03, help='largest noise weight: the adversarial loss prefers grain to detail')
    p.add_argument('--threads', type=int, default=1)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(3)
    c = torch.load(os.path.join(a.train, 'checkpoint.pt'), map_location='cpu')
    config, state = c['config'], c['state']
    g, e = build(config)
    g.load_state_dict(c['g_ema']), e.load_state_dict(c['e_ema'])
    g, e = g.eval(), e.folded().eval()
    for name, weight in g.named_parameters():
        if name.endswith('noise.weight'):
            weight.data.clamp_(max=a.noise)
    for r in range(3, int(np.log2(g.size)) + 1):  # resolutions not trained yet stay silent
        if str(2 ** r) not in state['by_size'] and 2 ** r > max(map(int, state['by_size'])):
            g.to_rgbs[r - 3].conv.weight.data.zero_()
    sets = load_sets(a.data, a.cache, e.input_size)
    faces = sets.indices('colour')
    pick = np.sort(np.random.RandomState(0).choice(faces, 512, False, sets.probability(faces)))
    pictures = at(torch.from_numpy(sets.images[pick]).permute(0, 3, 1, 2).float() / 127.5 - 1, e.input_size)
    if not state.get('encoder'):     # else it was trained on with its norms as they are (gpu/job.py, refine)
        recalibrate(e, pictures)
    unit_variance(e)
    with torch.no_grad():
        w = torch.cat([g.style(torch.randn(5000, g.dim)) for _ in range(12)]).double()
    mean, cov = w.mean(0), torch.from_numpy(np.cov(w.numpy().T))
    latent_avg = mean.float().half().float()[None].repeat(g.n_latent, 1)
    e.styles[0].linear.bias.data -= latent_avg[0]       # latent_avg is added back to every code
    colors = {}
    color_path = os.path.join(a.train, 'color.pt')
    color = torch.load(color_path) if os.path.exists(color_path) else {'encoders': {}, 'minutes': {}, 'steps': {}, 'images': {}}
    for kind in ('b', 'gb', 'g'):
        colors[kind] = ColorEncoder(g.dim).eval()
        if kind in color['encoders']:
            colors[kind].load_state_dict(color['encoders'][kind])
        else:
            colors[kind].last['3'].weight.data.mul_(0.05)
            colors[kind].last['3'].bias.data.copy_(mean)

    path = lambda name: os.path.join(a.out, name + '.safetensors')
    meta = lambda what: {'network': what, 'licence': TERMS}
    with torch.no_grad():
        probe = torch.cat([mean.float() + 0.3 * torch.randn(4, 1, g.dim) * w.std(0).float()]).expand(-1, g.n_latent, -1)
        noise = [torch.zeros(1, 1, 1, 1)] * (2 * len(g.to_rgbs) + 1)
        gray = gray3(pictures[:4])
        before = g(probe, noise), e(gray) + latent_avg, [n(gray[:, :1] / 2 + 0.5) for n in colors.values()]
    safetensors_io.save(path('stylegan2'), tensors(g), meta('StyleGAN2 generator, g_ema layout'))
    safetensors_io.save(path('e4e'), {**tensors(e, 'encoder.'), 'latent_avg': latent_avg}, meta('e4e-style encoder'))
    for kind, net in colors.items():
        safetensors_io.save(path(f'color_encoder_{kind}'), tensors(net), meta(f'colour encoder, sensitivity {kind}'))
    safetensors_io.save(path('w_stats'), {'mean': mean.float(), 'cov': cov.float()}, meta('mean and covariance of w'), half=False)
    reread(g, path('stylegan2'))
    loaded = reread(e, path('e4e'), 'encoder.')
    for kind, net in colors.items():
        reread(net, path(f'color_encoder_{kind}'))
    latent_avg = torch.from_numpy(loaded['latent_avg'])
    with torch.no_grad():
        after = g(probe, noise), e(gray) + latent_avg, [n(gray[:, :1] / 2 + 0.5) for n in colors.values()]
    drift = {'image': float((before[0] - after[0]).abs().max()), 'codes': float((before[1] - after[1]).abs().max()),
             'color': max(float((x - y).abs().max()) for x, y in zip(before[2], after[2]))}
    print('read back, largest difference by float16:', drift)
    assert drift['image'] < 0.05, 'the exported generator does not make the same pictures'
    vectors(g, e, latent_avg, colors, a.vectors)

    starts = [0] + [i + 1 for i in e.ends[:3]]
    description = {
        'size': g.size, 'styleDim': g.dim, 'nLatent': g.n_latent, 'mixStart': a.mix,
        'channels': {str(r): g.channels[r] for r in sorted(g.channels)},
        'e4e': {'inputSize': e.input_size, 'styleLevels': e.levels, 'blocksPerStage': list(e.blocks),
                'stageStarts': starts, 'channels': config['encoder']['channels'],
                'coarse': max(e.levels['c3']) + 1, 'middle': max(e.levels['c3'] + e.levels['p2']) + 1, 'startFromLatentAvg': True},
        'colorEncoder': {'inputSize': colors['g'].input_size, 'sensitivities': ['b', 'gb', 'g']},
        'wStats': {'samples': 60000},
        'licence': TERMS,
        'trained': {'machine': a.machine, 'command': a.command,
                    'generator and encoder': {
                        'hours': round(state['seconds'] / 3600, 2), 'cpu hours': round(state['cpu_seconds'] / 3600, 2),
                        'steps': state['steps'], 'pictures': state['pictures'], 'pictures by resolution': state['by_size'],
                        'of these with the local discriminator': state['adversary']},
                    **{f'color_encoder_{k}': {'minutes': round(color['minutes'].get(k, 0), 1), 'steps': color['steps'].get(k, 0),
                                              'images': color['images'].get(k, 0)} for k in colors}},
    }
    with open(os.path.join(a.out, 'generator-side.json'), 'w') as f:
        json.dump(description, f, indent=1)
        f.write('\n')
    names = ['stylegan2', 'e4e', 'w_stats'] + [f'color_encoder_{k}' for k in colors]
    print({n: f'{os.path.getsize(path(n)) / 1e6:.2f} MB' for n in names})


if __name__ == '__main__':
    main()
