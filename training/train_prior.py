"""Trains the face prior: generator, mapping network and e4e-style encoder together, as an autoencoder whose code can be sampled.

    python3 train_prior.py --data DIR --cache DIR --face-api DIR --run DIR --minutes 300              # goes on where RUN stands
    python3 train_prior.py ... --minutes 40 --decay                                                   # the last minutes

What one step does stands in prior_trainer.py. SIGTERM saves and ends. log.csv has the losses, grid-*.png what held-out faces look
like (prior_grid.py).
"""
import argparse
import csv
import os
import signal
import sys
import time

import torch

from clock import Clock
from prior_trainer import LOSSES, Trainer

COLUMNS = ('hours', 'cpu_hours', 'size', 'steps', 'pictures', *LOSSES, 'w_rank', 'lr', 'seconds_a_step')
WARM_UP = 200, 20        # steps until the full rate, of the first call (Adam's first steps are too long) and of later ones


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True, help='folder with the archives of face_sets.py')
    p.add_argument('--cache', required=True)
    p.add_argument('--face-api', required=True, help='the folder `model` of @vladmandic/face-api')
    p.add_argument('--vgg', default=os.path.join(os.path.dirname(os.path.abspath(__file__)), '../models/compact/vgg16.safetensors'))
    p.add_argument('--run', required=True)
    p.add_argument('--start', help='a pack whose weights the first call begins with, instead of from nothing')
    p.add_argument('--minutes', type=float, default=1e9, help='of this call')
    p.add_argument('--decay', action='store_true', help='let the rate fall to nothing over this call')
    p.add_argument('--sizes', default='32:12000,64:60000,128', help='side:pictures until which it is trained, …')
    p.add_argument('--adversary', type=float, default=0.0, help="norm of its gradient on reconstructions, in that of the other losses'")
    p.add_argument('--adversary-from', type=float, default=0, help='pictures after which it comes')
    p.add_argument('--adversary-ramp', type=float, default=6000, help='pictures over which it grows to its full weight')
    p.add_argument('--batch', type=int, default=16)
    p.add_argument('--lr', type=float, default=2e-3)
    p.add_argument('--identity', type=float, default=1.0)
    p.add_argument('--bootstrap', type=float, default=24000, help='pictures until w is no longer the principal components')
    p.add_argument('--prior', type=float, default=0.1, help='weight of the deltas')
    p.add_argument('--warp', type=float, default=0.3, help='share of the pictures that are bent into other faces')
    p.add_argument('--half-life', type=float, default=8000, help='pictures after which the averages forget half')
    p.add_argument('--max-size', type=int, default=128, help='resolution of the network that is built (128 or 256)')
    p.add_argument('--save-minutes', type=float, default=4)
    p.add_argument('--grid-minutes', type=float, default=12)
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--device', default='cpu')
    p.add_argument('--fp32', action='store_true')
    p.add_argument('--seed', type=int, default=0)
    return p.parse_args()


def train(trainer):
    a, state, stopping = trainer.a, trainer.state, []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    log = open(os.path.join(a.run, 'log.csv'), 'a', newline='')
    writer = csv.writer(log)
    if not log.tell():
        writer.writerow(COLUMNS)
    clock, cpu, begun = Clock(), time.process_time(), dict(state)
    sums, count, logged, saved, drawn = torch.zeros(len(LOSSES)), 0, 0.0, 0.0, 0.0
    last_size = None
    while not stopping and clock.tick() < 60 * a.minutes:
        size = trainer.size()
        if size != last_size:
            trainer.start_size(size)
            last_size = size
        here = state['steps'] - begun['steps']
        rate = min(1.0, (here + 1) / WARM_UP[begun['steps'] > 0])
        if a.decay:
            rate *= max(0.02, min(1.0, 1.2 * (1 - clock.seconds / 60 / a.minutes)))
        for group, base in zip(trainer.opt.param_groups, trainer.rates):
            group['lr'] = base * rate
        trainer.g.train(), trainer.e.train()
        if trainer.adversarial() and not state['adversary']:
            trainer.start_adversary()
        losses = trainer.step(size)
        if not torch.isfinite(losses).all():
            sys.exit(f'losses are not finite at step {state["steps"]}: {dict(zip(LOSSES, losses.tolist()))}; start again from the last save with a lower --lr')
        sums, count = sums + losses, count + 1
        state['adversary'] += a.batch // 8 * 8 if trainer.adversarial() else 0
        state['steps'] += 1
        state['pictures'] += a.batch // 8 * 8
        state['by_size'][str(size)] += a.batch // 8 * 8
        seconds = clock.tick()
        state['seconds'] = begun['seconds'] + seconds
        state['cpu_seconds'] = begun['cpu_seconds'] + time.process_time() - cpu
        if seconds - logged > 60 or here == 5:
            means = (sums / count).tolist()
            row = dict(zip(LOSSES, means), hours=state['seconds'] / 3600, cpu_hours=state['cpu_seconds'] / 3600, size=size, steps=state['steps'],
                       pictures=state['pictures'], w_rank=trainer.rank(), lr=a.lr * rate, seconds_a_step=(seconds - logged) / count)
            writer.writerow([f'{row[k]:.5g}' if isinstance(row[k], float) else row[k] for k in COLUMNS])
            log.flush()
            sums, count, logged = torch.zeros(len(LOSSES)), 0, seconds
        if seconds - saved > 60 * a.save_minutes:
            trainer.save()
            saved = seconds
        if seconds - drawn > 60 * a.grid_minutes:
            trainer.grid(size)
            drawn = seconds
    trainer.save()
    trainer.grid(trainer.size())


if __name__ == '__main__':
    options = arguments()
    torch.set_num_threads(options.threads)
    train(Trainer(options))
