"""python3 -m unittest test_loop (in this folder): the loop resumes where it stopped, in every way it can stop."""
import csv
import os
import signal
import tempfile
import unittest

import torch

from loop import Average, Curve, feed, Loop, Means, replacing, schedule


def training(folder, steps, until=None, measure=None):
    """A tiny training; `until` ends it at that step as SIGTERM does."""
    torch.manual_seed(0)
    net = torch.nn.Linear(2, 1)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    average = Average(net, keep=0.9)
    loop = Loop(folder, steps=steps, parts={'net': net, 'optimizer': optimizer, 'average': average}, kept={'norms': None},
                about={'widths': [2, 1]}, report_steps=5, measure=measure)
    loop.kept['norms'] = loop.kept['norms'] or {'mean': 3.0}
    for step in loop:
        loop.rate(optimizer, 0.1 * schedule(loop.progress, step, warmup=4))
        loss = (net(torch.tensor([[1.0, step % 3]])) - 2).square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        average.update(net, step)
        loop.record({'loss': loss}, pictures=2)
        if step + 1 == until:
            os.kill(os.getpid(), signal.SIGTERM)
    return loop, net, average


class TestLoop(unittest.TestCase):
    def test_stopped_and_resumed_equals_unbroken(self):
        with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
            _, whole, average = training(a, 20)
            stopped, *_ = training(b, 20, until=7)
            self.assertEqual(stopped.step, 7)
            resumed, net, average2 = training(b, 20)
            self.assertTrue(resumed.resumed)
            self.assertEqual((resumed.step, resumed.pictures), (20, 40))
            self.assertTrue(torch.equal(whole.weight, net.weight))
            self.assertTrue(torch.equal(average.net.weight, average2.net.weight))
            state = torch.load(os.path.join(b, 'checkpoint.pt'))
            self.assertEqual((state['widths'], state['norms'], state['step']), ([2, 1], {'mean': 3.0}, 20))
            with open(os.path.join(b, 'curve.csv'), newline='') as f:
                self.assertEqual([r['step'] for r in csv.DictReader(f)], ['5', '10', '15', '20'])

    def test_a_killed_process_trains_the_lost_steps_again(self):
        with tempfile.TemporaryDirectory() as folder:
            training(folder, 6)
            Curve(os.path.join(folder, 'curve.csv')).add({'step': 10, 'loss': 0})  # reported, never saved
            training(folder, 15)
            with open(os.path.join(folder, 'curve.csv'), newline='') as f:
                self.assertEqual([r['step'] for r in csv.DictReader(f)], ['5', '10', '15'])

    def test_measured_numbers_reach_the_curve_as_new_columns(self):
        with tempfile.TemporaryDirectory() as folder:
            training(folder, 5)
            loop, *_ = training(folder, 10, measure=lambda: {'iou': 0.5})
            loop.report()
            with open(os.path.join(folder, 'curve.csv'), newline='') as f:
                self.assertEqual([r['iou'] for r in csv.DictReader(f)], ['', '', '0.5000'])

    def test_a_failed_write_leaves_the_old_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'x')
            with replacing(path, 'w') as f:
                f.write('old')
            with self.assertRaises(RuntimeError), replacing(path, 'w') as f:
                f.write('new')
                raise RuntimeError
            with open(path) as f:
                self.assertEqual(f.read(), 'old')
            self.assertEqual(os.listdir(folder), ['x'])

    def test_no_time_means_no_step(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(list(Loop(folder, minutes=0)), [])
            self.assertEqual(torch.load(os.path.join(folder, 'checkpoint.pt'))['step'], 0)

    def test_means_and_schedule(self):
        means = Means(0.5)
        for v in (2, 4, float('nan'), 5):
            means.add({'a': v})
        self.assertEqual(means.values['a'], 4)
        self.assertAlmostEqual(schedule(0, 0, warmup=10), 0.1)
        self.assertAlmostEqual(schedule(0.5, 100, floor=0.2), 0.6)
        self.assertAlmostEqual(schedule(2, 100, floor=0.2), 0.2)
        with self.assertRaises(ValueError):
            Loop('unused')

    def test_feed_draws_here_and_in_processes(self):
        draw = lambda rng: (torch.from_numpy(rng.random(3)), torch.zeros(1, dtype=torch.bool))
        for workers in (0, 2):
            first, again = ([next(batches)[0] for _ in range(2)] for batches in (feed(draw, 7, workers), feed(draw, 7, workers)))
            self.assertTrue(all(torch.equal(a, b) for a, b in zip(first, again)), 'the same seed draws the same')
            self.assertFalse(torch.equal(*first), 'one batch after the other')


if __name__ == '__main__':
    unittest.main()
