"""The coordinates of w: principal components of small colour pictures of the training faces.

An encoder and a decoder that start from nothing find few independent directions of w in a short training (seven after
1,800 steps, measured). So w is given a meaning from the start: component k of the 32x32 picture, with its standard
deviation raised to the power 1/2. The decoder is trained on these codes, the encoder is told them.
"""
import numpy as np
import torch
import torch.nn.functional as F

SIDE = 32


def small(x):
    return F.interpolate(x, (SIDE, SIDE), mode='area').flatten(1)


class FaceCode:
    def __init__(self, mean, basis, scale, std):
        self.mean, self.basis, self.scale, self.std = mean, basis, scale, std  # [P], [P,D], [D], [D] (of w)

    @classmethod
    def fit(cls, pictures, dim):
        """pictures [N,3,h,w] in +-1"""
        y = small(pictures)
        y = torch.cat([y, small(pictures.flip(3))])
        mean = y.mean(0)
        cov = (y - mean).T @ (y - mean) / len(y)
        eig, vec = (torch.from_numpy(v).to(y) for v in np.linalg.eigh(cov.double().cpu().numpy()))
        eig, vec = eig.flip(0)[:dim].clamp(min=1e-8), vec.flip(1)[:, :dim]
        std = eig ** 0.25
        std = std * (0.5 / std.pow(2).mean()).sqrt()
        return cls(mean, vec.contiguous(), std / eig.sqrt(), std)

    def encode(self, x):
        return (small(x) - self.mean) @ self.basis * self.scale

    def pixels(self, w):
        """w or a difference of w -> the 32x32 picture it stands for, without the mean"""
        return (w / self.scale) @ self.basis.T

    def state(self):
        return [self.mean, self.basis, self.scale, self.std]
