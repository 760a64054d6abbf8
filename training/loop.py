"""The loop that every training here runs in: it resumes, stops in time or at SIGTERM, and leaves a checkpoint and a curve.

    loop = Loop(folder, minutes=30, parts={'net': net, 'optimizer': optimizer, 'average': Average(net)},
                kept={'norms': None}, about={'widths': [16, 32], 'command': '...'})
    rng = loop.seed(1)
    for step in loop:                    # counts on from the checkpoint
        loop.rate(optimizer, 2e-3 * schedule(loop.progress, step, warmup=100, floor=0.02))
        ...                              # one step of the optimizer
        loop.record({'loss': loss}, pictures=8)

folder/checkpoint.pt  the state_dict of every part under its name, `kept` (values that the training itself made, restored on
                      resume), `about` (what an export wants to know), step, seconds, pictures
folder/curve.csv      a row each `report_steps` steps: means of what was recorded, and what `measure` last returned
Both are replaced as a whole, so that a killed process leaves the last ones readable.

On a graphics card: `use(device)` first, and what is drawn on processors by `feed`, in processes beside the training.
"""
import copy
import csv
import math
import os
import signal
import time

import numpy as np
import torch

from clock import Clock


def use(device):
    """Everything that is made from here on is made there; returns it. Convolutions of one size are tried out once."""
    device = torch.device(device)
    torch.set_default_device(device)
    if device.type == 'cuda':
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = torch.backends.cudnn.benchmark = True
    return device


def half():
    """bfloat16 where it does no harm, on the device in use."""
    return torch.autocast(torch.get_default_device().type, dtype=torch.bfloat16)


class Drawn(torch.utils.data.IterableDataset):
    def __init__(self, draw, seed):
        self.draw, self.seed = draw, seed

    def __iter__(self):
        number = torch.utils.data.get_worker_info().id
        torch.set_num_threads(1)
        torch.manual_seed(self.seed * 1000 + number)
        os.nice(5)
        rng = np.random.default_rng([self.seed, number])
        while True:
            # through a pipe: shared memory is small in many containers
            yield tuple(t.numpy() for t in self.draw(rng))


def feed(draw, seed, workers=0):
    """For ever: what draw(rng) gives, a tuple of tensors, on the device in use. It is drawn in so many processes beside the training (0: in this one, where
    `rng` is numpy's generator all along), which start now: before the first use of a graphics card."""
    device = torch.get_default_device()
    with torch.device('cpu'):
        if workers:
            drawn = iter(torch.utils.data.DataLoader(Drawn(draw, seed), batch_size=None, num_workers=workers, multiprocessing_context='fork',
                                                     prefetch_factor=6, collate_fn=as_it_is))
            batches = (map(torch.from_numpy, batch) for batch in drawn)
        else:
            rng = np.random.default_rng(seed)
            batches = (drawn_here(draw, rng) for _ in iter(int, 1))
    return (tuple(t.to(device) for t in batch) for batch in batches)


def as_it_is(batch):
    return batch


def drawn_here(draw, rng):
    with torch.device('cpu'):
        return draw(rng)


def schedule(progress, step, warmup=100, floor=0.01):
    """Share of the highest rate: a linear rise over `warmup` steps, then half a cosine down to `floor` at progress 1."""
    return min(1, (step + 1) / warmup) * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * min(1, progress))))


class Average:
    """Moving average of a network's weights and buffers; `net` is a network like it. Short at first, then `keep`."""

    def __init__(self, net, keep=0.998):
        self.net, self.keep = copy.deepcopy(net).eval().requires_grad_(False), keep

    @torch.no_grad()
    def update(self, net, step):
        keep = min(self.keep, (1 + step) / (20 + step))
        pairs = list(zip(self.net.state_dict().values(), net.state_dict().values()))
        floats = [(a, b) for a, b in pairs if a.is_floating_point()]
        torch._foreach_lerp_([a for a, _ in floats], [b for _, b in floats], 1 - keep)
        for a, b in pairs:
            if not a.is_floating_point():
                a.copy_(b)

    def state_dict(self):
        return self.net.state_dict()

    def load_state_dict(self, state):
        self.net.load_state_dict(state)


class Means:
    """Running means of named numbers, each by its own count at first. Not-a-number values are left out."""

    def __init__(self, keep=0.97):
        self.keep, self.values, self.counts = keep, {}, {}

    def add(self, table):
        for k, v in table.items():
            v = float(v.detach() if hasattr(v, 'detach') else v)
            if math.isnan(v):
                continue
            n = self.counts[k] = self.counts.get(k, 0) + 1
            keep = min(self.keep, 1 - 1 / n)
            self.values[k] = keep * self.values.get(k, 0.0) + (1 - keep) * v


class Curve:
    """A CSV file that may gain columns: rows before have nothing there."""

    def __init__(self, path):
        self.path, self.rows = path, []
        if os.path.exists(path):
            with open(path, newline='') as f:
                self.rows = list(csv.DictReader(f))

    def add(self, row):
        self.rows.append(row)
        columns = list(dict.fromkeys(k for r in self.rows for k in r))
        with replacing(self.path, 'w', newline='') as f:
            writer = csv.DictWriter(f, columns, restval='')
            writer.writeheader()
            writer.writerows(self.rows)

    def cut(self, step):
        """Drop the rows after a step: what was written after the checkpoint is trained again."""
        self.rows = [r for r in self.rows if int(r['step']) <= step]


class replacing:
    """`with replacing(path, mode) as f`: the file appears under its name when it is complete, or not at all."""

    def __init__(self, path, mode='wb', **options):
        self.path, self.part = path, f'{path}.part'
        self.file = open(self.part, mode, **options)

    def __enter__(self):
        return self.file

    def __exit__(self, kind, *_):
        self.file.close()
        if kind is None:
            os.replace(self.part, self.path)
        else:
            os.remove(self.part)


class Loop:
    def __init__(self, folder, minutes=None, steps=None, parts=None, kept=None, about=None,
                 save_seconds=120, report_steps=50, measure=None, keep=0.97):
        """minutes and steps count all resumed calls together; the first limit reached ends the loop.

        measure: called before each save without arguments, returns {column: number}; save_seconds: between saves."""
        if minutes is None and steps is None:
            raise ValueError('a loop needs an end: give minutes, steps or both')
        os.makedirs(folder, exist_ok=True)
        self.path = os.path.join(folder, 'checkpoint.pt')
        self.limits, self.parts, self.kept, self.about = (minutes, steps), parts or {}, kept if kept is not None else {}, about or {}
        self.save_seconds, self.report_steps, self.measure = save_seconds, report_steps, measure
        self.step, self.pictures, self.measured, self.stopped = 0, 0, {}, False
        self.means, self.curve, self.rates, self.recorded = Means(keep), Curve(os.path.join(folder, 'curve.csv')), {}, []
        seconds = 0.0
        if os.path.exists(self.path):
            state = torch.load(self.path, map_location='cpu', weights_only=False)
            for name, part in self.parts.items():
                if state.get(name):  # an optimizer may be left out of a checkpoint to start afresh
                    part.load_state_dict(state[name])
            self.kept.update({k: state[k] for k in self.kept if k in state})
            self.step, self.pictures, seconds = state['step'], state['pictures'], state['seconds']
        self.resumed = self.step > 0
        self.curve.cut(self.step)
        self.clock = Clock(seconds)

    @property
    def progress(self):
        """From 0 to 1, by the limit that is nearer."""
        minutes, steps = self.limits
        share = lambda done, limit: 0.0 if limit is None else done / limit if limit else 1.0
        return max(share(self.clock.seconds / 60, minutes), share(self.step, steps))

    def seed(self, seed):
        """Seeds torch and returns numpy's generator: other numbers after each resume."""
        torch.manual_seed(seed + self.step)
        return np.random.default_rng(seed + self.step)

    def rate(self, optimizer, rate, name='rate'):
        """Sets the rate of every group, times the group's own `scale` where it has one."""
        for group in optimizer.param_groups:
            group['lr'] = rate * group.get('scale', 1.0)
        self.rates[name] = rate

    def record(self, table, pictures=0):
        """Numbers (or tensors of one element) of this step, and how many pictures it trained on."""
        self.recorded.append({k: v.detach() if hasattr(v, 'detach') else v for k, v in table.items()})  # read later: to read is to wait for the device
        self.pictures += pictures

    def stop(self, *_):
        self.stopped = True

    def __iter__(self):
        before = signal.signal(signal.SIGTERM, self.stop)
        self.clock.tick_from_now()  # preparation is not training
        saved = time.monotonic()
        try:
            while not self.stopped and self.progress < 1:
                yield self.step
                self.step += 1
                self.clock.tick()
                if self.step % self.report_steps == 0:
                    self.report()
                if time.monotonic() - saved > self.save_seconds:
                    self.save()
                    saved = time.monotonic()
            self.save()
        finally:
            signal.signal(signal.SIGTERM, before)

    def report(self):
        for table in self.recorded:
            self.means.add(table)
        self.recorded.clear()
        row = {'step': self.step, 'seconds': round(self.clock.seconds), **{k: f'{v:.2e}' for k, v in self.rates.items()},
               **{k: f'{v:.4f}' for k, v in self.means.values.items()}, **{k: f'{v:.4f}' for k, v in self.measured.items()}}
        self.curve.add(row)
        print(' '.join(f'{k}={v}' for k, v in row.items()), flush=True)

    def save(self):
        if self.measure:
            self.measured = self.measure()
        with replacing(self.path) as f:
            torch.save({**{k: part.state_dict() for k, part in self.parts.items()}, **self.kept, **self.about,
                        'step': self.step, 'seconds': self.clock.seconds, 'pictures': self.pictures}, f)
