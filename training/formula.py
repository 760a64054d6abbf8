"""Formula inputs and summaries for test vectors: the same numbers in any language, no file of inputs needed.

value(name, i): 32-bit FNV-1a of the name, plus i * 0x9E3779B9, through a MurmurHash3 finaliser, to (-sqrt 3, sqrt 3).
"""
import numpy as np


def value(name, count, salt=''):
    h = 0x811C9DC5
    for byte in (salt + name).encode():
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    mask = np.uint64(0xFFFFFFFF)
    z = (np.uint64(h) + np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B9)) & mask
    z ^= z >> np.uint64(16)
    z = (z * np.uint64(0x85EBCA6B)) & mask
    z ^= z >> np.uint64(13)
    z = (z * np.uint64(0xC2B2AE35)) & mask
    z ^= z >> np.uint64(16)
    return (2 * (z.astype(np.float64) / 2 ** 32) - 1) * np.sqrt(3)


def image(name, channels, height, width, salt=''):
    """A smooth picture with grain, [channels, height, width] in 01."""
    p = value(name + '/waves', channels * 9, salt).reshape(channels, 3, 3)
    y = 2 * np.arange(height)[:, None] / height
    x = 2 * np.arange(width)[None, :] / width
    out = 0.5 + 0.02 * value(name + '/grain', channels * height * width, salt).reshape(channels, height, width)
    for k in range(channels):
        for j in range(3):
            out[k] += 0.15 * np.sin(2 * np.pi * (p[k, j, 0] * x + p[k, j, 1] * y + p[k, j, 2]))
    return np.clip(out, 0, 1).astype(np.float32)


def summary(tensor, samples=64):
    flat = np.asarray(tensor, np.float64).ravel()
    m = min(samples, flat.size)
    places = [j * (flat.size - 1) // (m - 1) for j in range(m)] if m > 1 else [0]
    short = lambda v: float(f'{v:.8g}')
    return {'shape': list(np.shape(tensor)), 'mean': short(flat.mean()), 'std': short(flat.std()),
            'norm': short(np.linalg.norm(flat)), 'samples': [short(flat[i]) for i in places]}
