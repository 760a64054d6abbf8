"""The mapping network as a normal distribution: a point from which it learns the rest."""
import torch


@torch.no_grad()
def gaussian_mapping(style, w, room=5.0):
    """Sets the mapping network to w = mean + root(covariance) z exactly (for |z| < room), of the given w [N, dim].

    A bias of `room` keeps the leaky ReLUs of layers 1 to 6 on their upper branch; layers 7 and 8 flip the sign, so that
    their two kinks, five to one and one to five, cancel."""
    mean = w.mean(0)
    values, vectors = torch.linalg.eigh(torch.cov(w.double().T).cpu())
    root = ((vectors * values.clamp(min=0).sqrt()) @ vectors.T).to(w)
    layers, gain = list(style), 2 ** 0.5
    for k, layer in enumerate(layers):
        unit = layer.weight.shape[1] ** 0.5 / layer.lr_mul
        layer.weight.zero_()
        layer.bias.zero_()
        if k < 6:
            layer.weight.diagonal().fill_(unit / gain)
        if k == 0:
            layer.bias.fill_(room / gain / layer.lr_mul)
    layers[6].weight.copy_(-root * unit)                # t = -(mean + root (x - room))
    layers[6].bias.copy_((root.sum(1) * room - mean) / layer.lr_mul)
    layers[7].weight.diagonal().fill_(-unit * 5 / 2)    # 1 = 0.2 * 5, and both gains
