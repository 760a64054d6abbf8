"""Train the compact arbitrary-style pair: a predictor of 100 numbers and the transformer that they set.

    python3 train_fast_style.py --data DATA --cache CACHE --looking ../models/compact/vgg19_style.safetensors --teacher MAGENTA --run RUNS/fast-style

MAGENTA is a folder with style_predict_quantized_256.tflite and style_transfer_f16_384.tflite. Two phases on one clock:
  teach   the first share (--teach), cheap: the predictor learns the teacher's numbers, the transformer the teacher's pictures of the teacher's
          numbers (mean |difference|, at full and at quarter size); the predictor's batch norms take their statistics here and keep them
  gatys   both together: log(content + W * style) of every picture, so that each style counts by its share and not by its contrast. Losses are those
          that `rephoto stylize` minimises (fast_style_losses.py), W among --weights at random
Contents: scenes and faces. Styles: paintings, engravings, brush strokes of our own stage (--strokes, a folder that draw-strokes.ts filled), scenes in
other colours. Never seen: scenes/test, heldout.txt, every tenth painting, DATA/styles; on these the run measures itself before each save
(`left`: style loss left of the content's own; `content`) and paints grid.png.
"""
import argparse
import glob
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import augment
import data
import safetensors_io
from fast_style_losses import STYLE_WEIGHT, both_losses, grams, looked, style_loss
from loop import Average, Loop, feed, half, schedule, use
from nets_fast_style import NUMBERS, Predictor, Transformer, magenta
from nets_style_vgg import CONTENT, StyleVgg

SEEN = 256  # side of the square that the predictor looks at


class Pair(torch.nn.Module):
    def __init__(self, width, share, head=640, norm=True):
        super().__init__()
        self.predictor, self.transformer = Predictor(share=share, head=head, norm=norm), Transformer(width=width)

    def forward(self, content, style):
        return self.transformer(content, self.predictor(style))


def kept(pictures, held):
    """Of a list of pictures, those that are trained on, or every tenth, which is not."""
    return pictures[::10] if held else [p for i, p in enumerate(pictures) if i % 10]


class Pictures:
    """Contents and styles as crops [1,3,side,side] in 01."""

    def __init__(self, folder, cache, rng, strokes=None, held=False):
        self.rng = rng
        self.scenes = data.load_pictures(folder, 'scenes.tar', ('scenes/test/',) if held else ('scenes/train/', 'scenes/val/'))
        painted = data.load_pictures(folder, 'paintings-256.tar') + data.load_pictures(folder, 'paintings-128.tar')
        self.painted = kept(painted, held)
        self.engraved = [] if held else data.load_pictures(folder, 'antique-256.tar', ('engravings/',))
        self.strokes = [np.asarray(Image.open(p).convert('RGB')) for p in sorted(glob.glob(os.path.join(strokes, '*.webp')))] if strokes and not held else []
        faces = data.load_faces(folder, cache, 256)
        self.faces, self.face_rows = faces.images, faces.test if held else faces.train

    def crop(self, image, side, least=0.6):
        rng = self.rng
        short = min(image.shape[:2])
        edge = int(rng.uniform(min(side, least * short), short + 1))
        y, x = rng.integers(0, image.shape[0] - edge + 1), rng.integers(0, image.shape[1] - edge + 1)
        crop = augment.to_tensor(image[None, y:y + edge, x:x + edge])
        if rng.random() < 0.5:
            crop = crop.flip(3)
        return F.interpolate(crop, size=(side, side), mode='bilinear', antialias=True).clamp(0, 1)

    def one_of(self, images):
        return images[self.rng.integers(len(images))]

    def contents(self, n, side):
        face = lambda: np.asarray(self.faces[self.rng.choice(self.face_rows)])
        return torch.cat([self.crop(self.one_of(self.scenes) if self.rng.random() < 0.65 else face(), side) for _ in range(n)])

    def styles(self, n, side):
        kinds = [(self.painted, 0.5), (self.strokes, 0.2), (self.engraved, 0.05), (self.scenes, 0.25)]
        kinds = [(images, share) for images, share in kinds if images]
        shares = np.array([share for _, share in kinds])
        x = torch.cat([self.crop(self.one_of(kinds[self.rng.choice(len(kinds), p=shares / shares.sum())][0]), side, 0.4) for _ in range(n)])
        x = augment.sometimes(x, 0.5, augment.colour, 2.0)
        x = augment.sometimes(x, 0.2, lambda v: v[:, torch.randperm(3)])
        x = augment.sometimes(x, 0.3, augment.tone)
        return augment.sometimes(x, 0.3, lambda v: v.rot90(int(torch.randint(1, 4, ())), (2, 3)))


class Judged:
    """Held-out pairs, the same before every save."""

    def __init__(self, folder, cache, looking, run, side=192):
        rng = np.random.default_rng(5)
        pictures = Pictures(folder, cache, rng, held=True)
        files = sorted(glob.glob(os.path.join(folder, 'styles', '*.jpg')))
        paintings = [np.asarray(Image.open(f).convert('RGB')) for f in files if any(n in f for n in ('starry', 'scream', 'shipwreck'))]
        whole = lambda image: F.interpolate(augment.to_tensor(image[None]), size=(SEEN, SEEN), mode='bilinear', antialias=True)
        self.styles = torch.cat([whole(p) for p in paintings] + [pictures.crop(p, SEEN, 1.0) for p in pictures.painted[::12]])[:6]
        self.contents = torch.cat([pictures.crop(pictures.scenes[i * 7], side, 1.0) for i in range(3)] +
                                  [pictures.crop(np.asarray(pictures.faces[pictures.face_rows[i * 40]]), side, 1.0) for i in range(2)])
        self.looking, self.run = looking, run
        device = torch.get_default_device()
        self.styles, self.contents = self.styles.to(device), self.contents.to(device)
        with torch.no_grad(), half():
            self.wanted = grams(looked(looking, self.styles))
            seen = looked(looking, self.contents)
            self.shown, own = {CONTENT: seen[CONTENT]}, grams(seen)
            self.before = torch.stack([sum(style_loss(own, self.of(s)).values()) / 5 for s in range(len(self.styles))])

    def of(self, s):
        return {k: v[s:s + 1].expand(len(self.contents), -1, -1) for k, v in self.wanted.items()}

    @torch.no_grad()
    def __call__(self, pair):
        rows, left, content = [], [], []
        with half():
            for s in range(len(self.styles)):
                vector = pair.predictor(self.styles[s:s + 1]).expand(len(self.contents), -1)
                painted = pair.transformer(self.contents, vector).float()
                c, g = both_losses(self.looking, painted, self.shown, self.of(s))
                left.append(g / self.before[s])
                content.append(c)
                rows.append(painted)
        side = self.contents.shape[-1]
        small = F.interpolate(self.styles, size=(side, side), mode='bilinear', antialias=True)
        lines = [torch.cat([torch.ones(1, 3, side, side), self.contents])] + [torch.cat([small[s:s + 1], rows[s]]) for s in range(len(rows))]
        sheet = torch.cat([torch.cat(list(line), 2) for line in lines], 1).clamp(0, 1)
        Image.fromarray((sheet.permute(1, 2, 0) * 255).round().byte().cpu().numpy()).save(os.path.join(self.run, 'grid.png'))
        return {'left': torch.cat(left).mean().item(), 'content_held': torch.cat(content).mean().item()}


def quarter(x):
    return F.avg_pool2d(x, 4)


def teach_step(pair, teachers, contents, styles):
    predictor, transformer = teachers
    with torch.no_grad():
        vectors = predictor(styles)
        pictures = transformer(contents, vectors).float()
    told = pair.predictor(styles)
    painted = pair.transformer(contents, vectors).float()
    numbers = (told.float() - vectors.float()).square().mean() / vectors.float().square().mean()
    near = (painted - pictures).abs().mean() + 2 * (quarter(painted) - quarter(pictures)).abs().mean()
    return {'numbers': numbers, 'near': near}, numbers + 10 * near


def gatys_step(pair, looking, contents, styles, side, weights):
    with torch.no_grad():
        small = F.interpolate(styles, size=(side, side), mode='bilinear', antialias=True)
        wanted = grams(looked(looking, small))
        shown = looked(looking, contents, CONTENT)
    painted = pair(contents, styles).float()
    content, style = both_losses(looking, painted, shown, wanted)
    table = {'content': content.mean(), 'style': (STYLE_WEIGHT * style).mean()}
    return table, torch.log(content + weights * style).mean()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--looking', required=True)
    p.add_argument('--teacher', required=True)
    p.add_argument('--strokes')
    p.add_argument('--run', required=True)
    p.add_argument('--minutes', type=float)
    p.add_argument('--steps', type=int, default=16000)
    p.add_argument('--teach', type=float, default=0.19, help='share of the training that is the first phase')
    p.add_argument('--batch', type=int, default=4)
    p.add_argument('--side', type=int, default=192)
    p.add_argument('--width', type=int, default=16)
    p.add_argument('--share', type=float, default=0.5)
    p.add_argument('--rate', type=float, default=1e-3)
    p.add_argument('--start', help='a checkpoint of another run whose averaged pair this one starts from, or "teacher": the teacher itself, in its sizes')
    p.add_argument('--device', default='cpu')
    p.add_argument('--workers', type=int, default=0, help='processes that draw the pictures; 0: this one')
    p.add_argument('--weights', type=float, nargs=2, default=(0.5, 2.0), help='between which shares of the usual style weight is drawn')
    args = p.parse_args()
    torch.set_num_threads(1)
    os.makedirs(args.run, exist_ok=True)
    pictures = Pictures(args.data, args.cache, None, args.strokes)
    use(args.device)
    looking = StyleVgg.of(safetensors_io.load(args.looking)[0]).eval().requires_grad_(False)
    teachers = magenta(args.teacher)
    sizes = {'width': 8, 'share': 1.0, 'head': 1280, 'norm': False} if args.start == 'teacher' else {'width': args.width, 'share': args.share, 'head': 640, 'norm': True}
    pair = Pair(**sizes)
    if args.start == 'teacher':
        pair.predictor.load_state_dict(teachers[0].state_dict())
        pair.transformer.load_state_dict(teachers[1].state_dict())
    elif args.start:
        pair.load_state_dict(torch.load(args.start, map_location='cpu', weights_only=False)['average'])
    optimizer = torch.optim.Adam(pair.parameters(), lr=args.rate, betas=(0.9, 0.99))
    average = Average(pair)
    judged = Judged(args.data, args.cache, looking, args.run)
    about = {**sizes, 'numbers': NUMBERS, 'side': SEEN}
    loop = Loop(args.run, minutes=args.minutes, steps=args.steps, parts={'pair': pair, 'optimizer': optimizer, 'average': average}, about=about,
                save_seconds=600, report_steps=20, measure=lambda: judged(average.net))
    loop.seed(3)
    low, high = np.log(args.weights)

    def drawn(n):
        def draw(rng):
            pictures.rng = rng
            weights = STYLE_WEIGHT * torch.from_numpy(np.exp(rng.uniform(low, high, n))).float()
            return pictures.contents(n, args.side), pictures.styles(n, SEEN), weights
        return draw

    batches, seen_with = None, None
    for step in loop:
        teaching = loop.progress < args.teach
        pair.train()
        if not teaching:
            pair.predictor.eval()
        loop.rate(optimizer, args.rate * schedule(loop.progress, step, warmup=200, floor=0.03))
        n = 2 * args.batch if teaching else args.batch
        if n != seen_with:
            batches, seen_with = feed(drawn(n), 3 + step, args.workers), n
        contents, styles, weights = next(batches)
        with half():
            if teaching:
                table, loss = teach_step(pair, teachers, contents, styles)
            else:
                table, loss = gatys_step(pair, looking, contents, styles, args.side, weights)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(pair.parameters(), 10.0)
        optimizer.step()
        average.update(pair, step)
        loop.record({'loss': loss, **table}, pictures=n)


if __name__ == '__main__':
    main()
