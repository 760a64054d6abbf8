"""A small local discriminator (as in pix2pix and VQGAN): does this 46-pixel patch look like a piece of a photograph?

It judges texture only, so it can sharpen a decoder that already reconstructs, and cannot lead its faces astray; and it costs
a tenth of a discriminator of whole pictures, which a training without reconstruction would need.
"""
import torch
import torch.nn.functional as F
from torch import nn


class PatchDiscriminator(nn.Module):
    def __init__(self, widths=(32, 64, 128)):
        super().__init__()
        layers, c = [], 3
        for w in widths:
            layers.append(nn.Conv2d(c, w, 4, 2, 1))
            c = w
        layers += [nn.Conv2d(c, c, 3, 1, 1), nn.Conv2d(c, 1, 1)]
        self.convs = nn.ModuleList(layers)
        for conv in layers:
            nn.init.kaiming_normal_(conv.weight, a=0.2)
            nn.init.zeros_(conv.bias)

    def forward(self, image, dtype=torch.float32):
        """image in +-1 -> one logit per patch [B, side * side / 64]"""
        x = image.to(dtype).contiguous(memory_format=torch.channels_last)
        for conv in self.convs[:-1]:
            x = F.leaky_relu(F.conv2d(x, conv.weight.to(dtype), conv.bias.to(dtype), conv.stride, conv.padding), 0.2)
        last = self.convs[-1]
        return F.conv2d(x, last.weight.to(dtype), last.bias.to(dtype)).float().flatten(1)


class Adversary:
    """The discriminator with its optimizer. Its gradient on pictures is held at a ratio to that of the other losses."""

    def __init__(self, dtype, device, ratio, r1=1.0, lr=4e-4):
        self.net, self.dtype, self.ratio, self.r1 = PatchDiscriminator().to(device), dtype, ratio, r1
        self.opt = torch.optim.Adam(self.net.parameters(), lr=lr, betas=(0.0, 0.99))
        self.steps, self.weight = 0, None

    def pull(self, shown, other):
        """shown [B,3,h,w] (a leaf), other: the gradient of the other losses on the first len(other) of them -> its own
        gradient, weighed; its loss"""
        self.net.requires_grad_(False)
        loss = F.softplus(-self.net(shown, self.dtype)).mean()
        self.net.requires_grad_(True)
        grad, = torch.autograd.grad(loss, shown)
        weight = self.ratio * other.norm() / (grad[:len(other)].norm() + 1e-12)
        self.weight = weight if self.weight is None else self.weight.lerp(weight, 0.05)
        return torch.minimum(self.weight, 2 * weight) * grad, loss.detach()

    def learn(self, real, fake):
        """-> mean logits of real and of fake pictures"""
        d_real, d_fake = self.net(real, self.dtype), self.net(fake, self.dtype)
        loss = F.softplus(d_fake).mean() + F.softplus(-d_real).mean()
        if self.steps % 16 == 0:
            x = real[:max(2, len(real) // 2)].detach().requires_grad_()
            slope, = torch.autograd.grad(self.net(x, self.dtype).mean(1).sum(), x, create_graph=True)
            loss = loss + self.r1 / 2 * 16 * slope.float().pow(2).sum((1, 2, 3)).mean()
        self.opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 20.0)
        self.opt.step()
        self.steps += 1
        return d_real.detach().mean(), d_fake.detach().mean()

    def state(self):
        return {'net': self.net.state_dict(), 'opt': self.opt.state_dict(), 'steps': self.steps, 'weight': self.weight}

    def load(self, state):
        self.net.load_state_dict(state['net'])
        self.opt.load_state_dict(state['opt'])
        self.steps, self.weight = state['steps'], state['weight']
