"""What a prior makes of held-out faces, as one picture."""
import torch
from PIL import Image

from antique import antique, to_gray
from picture_losses import gray3
from prior_nets import MIX, at, mixed, repeat


def save_grid(path, rows):
    rows = [torch.cat(list(r.clamp(-1, 1)), 2) for r in rows]
    grid = torch.cat(rows, 1).permute(1, 2, 0)
    Image.fromarray(((grid + 1) * 127.5).round().byte().cpu().numpy()).save(path)


@torch.no_grad()
def prior_grid(path, g, e, x, z, size, dtype):
    """Rows: faces x | from their codes | from the first code alone | gray coarse codes, own colour code | aged | the same from
    the aged | coarse codes of the one, colour of the next | samples of z"""
    g.eval(), e.eval()
    draw = lambda latent: g(latent, size=size, dtype=dtype)
    rng = torch.random.get_rng_state()
    torch.manual_seed(3)
    aged = (antique(to_gray((x + 1) / 2, 'g')) * 2 - 1).expand(-1, 3, -1, -1)
    n = g.n_latent
    codes, gray, old = (e(at(t, e.encoder.input_size)) for t in (x, gray3(x), aged))
    w = codes[:, 0]
    rows = [x, draw(codes), draw(repeat(w, n)), draw(mixed(gray, w, MIX)), aged, draw(mixed(old, w, MIX)),
            draw(mixed(gray, w.roll(1, 0), MIX))]
    rows += [draw(repeat(g.style(part), n)) for part in z.split(len(x))]
    torch.random.set_rng_state(rng)
    save_grid(path, [at(r, size) for r in rows])
