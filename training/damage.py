"""Damage of old prints, drawn at random: cracks and folds of our own, and shapes of scanned film damage from files.

    shapes = Shapes(data)                      # damage-masks.tar; every fifth file of a kind is held out of training
    cover, paint = damage(rng, shapes, 160)    # two float32 [160,160] in 01: how much of a pixel is gone, and what is there instead

A picture is damaged by `picture * (1 - cover) + paint * cover`.
"""
import io
import os

import numpy as np
from PIL import Image, ImageDraw

from data import _members

# how often a kind of file is drawn, and whether it may be half transparent
KINDS = {'scratches': 3.0, 'hair': 2.0, 'lint': 1.5, 'dirt': 1.0, 'spots': 1.0, 'sprinkles': 0.7, 'smut': 1.0, 'dots': 0.3}
SUPER = 3  # lines are drawn this much larger, so that they may be thinner than a pixel


class Shapes:
    def __init__(self, data, heldout=False):
        found = {kind: {} for kind in KINDS}
        for name, blob in _members(os.path.join(data, 'damage-masks.tar')):
            kind = name.split('/')[-2] if '/' in name else ''
            if kind in found and name.endswith('.png'):
                found[kind][name] = blob

        self.kinds = {}
        for kind, files in found.items():
            names = [n for i, n in enumerate(sorted(files)) if (i % 5 == 4) == heldout]
            self.kinds[kind] = [Image.open(io.BytesIO(files[n])).convert('L') for n in names]

    def draw(self, rng, side):
        """One shape at a random place, turn and size: coverage, float32 [side,side]."""
        kinds = list(self.kinds)
        share = np.array([KINDS[k] for k in kinds])
        kind = kinds[rng.choice(len(kinds), p=share / share.sum())]
        shape = self.kinds[kind][rng.integers(len(self.kinds[kind]))]
        size = side / 400 * np.exp(rng.uniform(-0.5, 0.7)) * (0.45 if kind in ('smut', 'dots') else 1.0)
        if rng.random() < 0.5:
            shape = shape.transpose(Image.FLIP_LEFT_RIGHT)
        shape = shape.rotate(float(rng.uniform(0, 360)), Image.BILINEAR, expand=True)
        w, h = (max(2, round(v * size)) for v in shape.size)
        shape = shape.resize((w, h), Image.BOX if size < 1 else Image.BILINEAR)
        out = Image.new('L', (side, side))
        out.paste(shape, (int(rng.integers(-w // 2, side - w // 2 + 1)), int(rng.integers(-h // 2, side - h // 2 + 1))))
        cover = np.asarray(out, np.float32) / 255
        return np.minimum(cover * (1.6 if kind in ('scratches', 'dirt', 'sprinkles') else 1.0), 1)


def _walk(rng, start, angle, length, step, bend, jitter):
    """Points of a line that keeps its direction roughly; jitter moves each point across it."""
    points, place = [], np.array(start, float)
    for _ in range(max(2, int(length / step))):
        angle += rng.normal(0, bend)
        place = place + step * np.array([np.cos(angle), np.sin(angle)])
        points.append(place + rng.normal(0, jitter, 2))
    return np.array(points), angle


def _stroke(canvas, rng, points, width, gaps):
    """A line of varying width with gaps, as emulsion breaks away."""
    there, run = True, 0
    swell = 1.0
    for a, b in zip(points[:-1], points[1:]):
        if run <= 0:
            there = rng.random() >= gaps
            run = int(rng.integers(2, 14))
        run -= 1
        swell = np.clip(swell * np.exp(rng.normal(0, 0.25)), 0.45, 2.2)
        if there:
            w = max(1, round(width * swell * SUPER))
            canvas.line([tuple(a * SUPER), tuple(b * SUPER)], fill=255, width=w)


def _place(rng, side):
    """Somewhere on the border, with a direction inwards, or somewhere inside with any."""
    if rng.random() < 0.6:
        along, edge = rng.uniform(0, side), rng.integers(4)
        start = [(along, 0), (side, along), (along, side), (0, along)][edge]
        return start, [np.pi / 2, np.pi, -np.pi / 2, 0.0][edge] + rng.uniform(-1.1, 1.1)
    return tuple(rng.uniform(0, side, 2)), rng.uniform(0, 2 * np.pi)


def crack(rng, side):
    """A jagged line with branches and flakes. -> coverage [side,side]"""
    image = Image.new('L', (side * SUPER, side * SUPER))
    canvas = ImageDraw.Draw(image)
    start, angle = _place(rng, side)
    width, gaps = np.exp(rng.uniform(np.log(0.4), np.log(2.6))) * side / 200, rng.choice([0, 0.15, 0.4])
    todo = [(start, angle, rng.uniform(0.15, 1.3) * side, width)]
    for i in range(6):
        if not todo:
            break
        start, angle, length, w = todo.pop()
        points, _ = _walk(rng, start, angle, length, side / 60, rng.uniform(0.02, 0.3), rng.uniform(0, 0.5))
        _stroke(canvas, rng, points, w, gaps)
        for _ in range(rng.integers(3) if i == 0 else 0):
            at = points[rng.integers(len(points))]
            todo.append((at, angle + rng.choice([-1, 1]) * rng.uniform(0.4, 1.5), length * rng.uniform(0.1, 0.5), w * 0.7))
        for _ in range(int(rng.integers(0, 6)) if rng.random() < 0.4 else 0):
            at, r = points[rng.integers(len(points))], rng.uniform(0.8, 4) * w
            corners = [tuple((at + r * rng.uniform(0.5, 1.3) * np.array([np.cos(t), np.sin(t)])) * SUPER) for t in np.linspace(0, 6.28, 8)]
            canvas.polygon(corners, fill=255)
    return np.asarray(image.resize((side, side), Image.BOX), np.float32) / 255


def fold(rng, side):
    """A crease straight across: its worn core, and the shade beside it. -> coverage, shade (what is added, both [side,side])"""
    image = Image.new('L', (side * SUPER, side * SUPER))
    angle = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.08) if rng.random() < 0.7 else rng.uniform(0, np.pi)
    middle = rng.uniform(0.1, 0.9, 2) * side
    start = middle - 1.2 * side * np.array([np.cos(angle), np.sin(angle)])
    points, _ = _walk(rng, start, angle, 2.4 * side, side / 50, 0.004, 0.25)
    _stroke(ImageDraw.Draw(image), rng, points, np.exp(rng.uniform(np.log(0.4), np.log(2.2))) * side / 200, rng.choice([0, 0.2, 0.5]))
    yy, xx = np.mgrid[:side, :side].astype(np.float32)
    across = -(xx - middle[0]) * np.sin(angle) + (yy - middle[1]) * np.cos(angle)
    reach = rng.uniform(0.01, 0.05) * side
    shade = rng.normal(0, 0.12) * np.exp(-np.abs(across) / reach) * np.where(across > 0, 1, rng.uniform(-1, 1))
    return np.asarray(image.resize((side, side), Image.BOX), np.float32) / 255, shade.astype(np.float32)


def torn(rng, side):
    """A corner or a piece of the border that is gone. -> coverage [side,side]"""
    image = Image.new('L', (side * SUPER, side * SUPER))
    start, _ = _place(rng, side)
    at = np.array(start) if rng.random() < 0.5 else np.array([rng.choice([0, side]), rng.choice([0, side])], float)
    r = rng.uniform(0.04, 0.22) * side
    turns = np.linspace(0, 2 * np.pi, 40)
    radius = r * np.exp(np.cumsum(rng.normal(0, 0.2, 40)) * np.sin(turns / 2))
    ImageDraw.Draw(image).polygon([tuple((at + q * np.array([np.cos(t), np.sin(t)])) * SUPER) for t, q in zip(turns, radius)], fill=255)
    return np.asarray(image.resize((side, side), Image.BOX), np.float32) / 255


def _unevenness(rng, side, cells=6):
    small = Image.fromarray(rng.normal(0, 1, (cells, cells)).astype(np.float32))
    return np.asarray(small.resize((side, side), Image.BICUBIC))


def damage(rng, shapes, side, most=5):
    """1 to `most` damages over each other. -> cover, paint, shade: float32 [side,side]

    cover: share of each pixel that is gone, in 01; paint: gray in 01 there; shade: is added to the picture first (no loss)."""
    cover, paint, shade = (np.zeros((side, side), np.float32) for _ in range(3))
    bright = rng.random() < 0.75  # most damages of a print are of one kind: to the paper, or dirt upon it
    for _ in range(1 + int(rng.integers(most))):
        kind = rng.choice(['shape', 'crack', 'fold', 'torn'], p=[0.5, 0.3, 0.13, 0.07])
        if kind == 'shape':
            new = shapes.draw(rng, side)
        elif kind == 'fold':
            new, light = fold(rng, side)
            shade += light
        else:
            new = crack(rng, side) if kind == 'crack' else torn(rng, side)
        if kind != 'torn' and rng.random() < 0.3:
            new = new * np.clip(0.7 + 0.5 * _unevenness(rng, side), 0, 1)
        new = new * (1.0 if rng.random() < 0.5 else rng.uniform(0.45, 1.0))
        light = bright if rng.random() < 0.85 else not bright
        tone = rng.uniform(0.7, 1.0) if light else rng.uniform(0.0, 0.25)
        tone = np.clip(tone + rng.uniform(0, 0.05) * _unevenness(rng, side) + rng.uniform(0, 0.04) * rng.normal(0, 1, (side, side)), 0, 1)
        paint = paint * (1 - new) + tone.astype(np.float32) * new
        cover = cover * (1 - new) + new
    return cover, np.where(cover > 1e-4, paint / np.maximum(cover, 1e-4), 0).astype(np.float32), shade
