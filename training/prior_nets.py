"""The networks of the prior and how latents are put together from codes."""
import torch
import torch.nn.functional as F

from coded_encoder import CodedEncoder
from e4e import Encoder
from stylegan2 import Generator

MIXES = (6, 7, 7, 8)   # layers from which the colour code takes over, one drawn for each picture
MIX = 7                # the one that grids and the colour encoders use

CONFIG = {
    'size': 128, 'dim': 256,
    'channels': {4: 256, 8: 256, 16: 192, 32: 128, 64: 64, 128: 32},
    'encoder': {'input_size': 128, 'channels': [16, 48, 96, 128], 'blocks': [2, 2, 3, 2]},
}
WIDTH_AT_256 = 24


def config_for(size):
    if size == 256:
        return {**CONFIG, 'size': 256, 'channels': {**CONFIG['channels'], 64: 96, 128: 48, 256: WIDTH_AT_256}}
    return {**CONFIG, 'size': size, 'channels': {r: c for r, c in CONFIG['channels'].items() if r <= size}}


def encoder_levels(n_latent):
    """All styles but the last read the deepest map: finer maps would serve layers that get the colour code in a run."""
    return {'c3': list(range(1, n_latent - 1)), 'p2': [n_latent - 1], 'p1': []}


def build(config, w_deviation=None):
    """-> generator, encoder under training; w_deviation [dim] of the first code"""
    g = Generator(config['size'], config['dim'], config['channels'])
    e = Encoder(g.n_latent, config['dim'], **{'levels': encoder_levels(g.n_latent), **config['encoder']})
    return g, CodedEncoder(e, torch.ones(config['dim']) if w_deviation is None else w_deviation)


def at(x, side):
    """pictures at another side"""
    if x.shape[2] > side:
        return F.avg_pool2d(x, x.shape[2] // side)
    return x if x.shape[2] == side else F.interpolate(x, (side, side), mode='bilinear', align_corners=False)


def repeat(w, n_latent):
    return w[:, None].expand(-1, n_latent, -1)


def mixed(coarse, w, mix=None):
    """coarse codes [B,n,dim] below layer `mix` ([B], or drawn from MIXES), w [B,dim] from there on"""
    b, n = coarse.shape[:2]
    mix = torch.tensor(MIXES, device=w.device)[torch.randint(len(MIXES), (b,), device=w.device)] if mix is None else mix
    layers = torch.arange(n, device=w.device)
    return torch.where((layers < torch.as_tensor(mix, device=w.device).reshape(-1, 1))[:, :, None], coarse, repeat(w, n))
