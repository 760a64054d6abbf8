"""Train the compact network of `rephoto paint`: photographs of faces to oil portraits, aligned alike, CycleGAN's ResNet generator.

    python3 train_paint.py --data DATA --cache CACHE --pack ../models/compact --teacher MAGENTA --run RUNS/paint [--strokes FOLDER] [--sides two]

Two phases on one clock:
  pairs     the first share (--pairs): photograph and painting are known. Targets are brush strokes of our own stage (--strokes holds FACES-in-strokes as
            draw-strokes.ts writes them, names as in the archive, `/` as `-`) and what MAGENTA's pair makes of the photograph in the mean style of the
            paintings: mean |difference| and the features of the pack's VGG16
  unpaired  against a 70x70 patch discriminator that sees paintings (LSGAN, instance norm, pool of 50 pictures, adaptive augmentation: they are few), with
            --sides one   L1 to the photograph (Portrait-izer's seed), weight --keep; with --towards strokes to the photograph in our strokes, of those that have it
            --sides two   a second generator back to photographs and the way there and back (CycleGAN), weight --cycle, identity half of it
  and in both the pack's face network holds who it is: embedding of painting and photograph, weight --identity
Never seen: heldout.txt, every sixth painting. Before each save the run paints grid.png, the measure of progress; curves of a GAN say little.
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
from loop import Average, Loop, feed, half, schedule, use
from nets_face import VggFace
from nets_fast_style import magenta
from nets_paint import Adaptive, Discriminator, Generator, Pool
from nets_vgg import COMPARED, Vgg


COLOURED = 14  # mean difference of the largest and the smallest channel, of 255, below which a painting is gray


def painted_faces(folder, side):
    """uint8 [N,side,side,3] to train on and held out, by sorted name, and how often each of the former is drawn; engravings and gray pictures are left
    out. Where the small ones have to be enlarged, the others are half of what is drawn: a painter shall not learn to be soft."""
    found, small = {}, set()
    for archive in ('paintings-256.tar', 'paintings-128.tar'):
        for name, blob in data._members(os.path.join(folder, archive)):
            if name.endswith(('.webp', '.jpg', '.png')) and 'congress-gray' not in name:
                picture = data._resized(blob, side)
                if np.ptp(picture.astype(int), axis=2).mean() < COLOURED:  # or the network learns that paintings are gray
                    continue
                found[name] = picture
                if archive == 'paintings-128.tar':
                    small.add(name)
    is_small = np.array([name in small for i, name in enumerate(sorted(found)) if i % 6])
    share = 0.5 if side > 128 else is_small.mean()
    shares = np.where(is_small, share / is_small.sum(), (1 - share) / (~is_small).sum())
    pictures = [found[name] for name in sorted(found)]
    return np.stack([p for i, p in enumerate(pictures) if i % 6]), np.stack(pictures[::6]), shares


class Faces:
    """Real photographs of faces in colour and the paintings, as batches in +-1."""

    def __init__(self, folder, cache, side, rng, strokes=None, crop=None):
        """crop: side of the part that a batch shows, at a random place; all of it by default"""
        self.rng, self.crop = rng, crop or side
        faces = data.load_faces(folder, cache, side)
        self.images, self.names = faces.images, faces.names
        self.rows = np.array([i for i in faces.train if faces.real[i]])
        self.held_rows = faces.test
        self.paintings, self.held_paintings, self.shares = painted_faces(folder, side)
        self.strokes = {}
        for path in sorted(glob.glob(os.path.join(strokes, '*.webp'))) if strokes else []:
            self.strokes[os.path.basename(path)[:-5]] = path
        self.paired = [i for i in self.rows if self.stem(i) in self.strokes]

    def stem(self, row):
        """As draw-strokes.ts names its pictures."""
        return os.path.splitext(self.names[row])[0].replace('/', '-')

    def cut(self, *images):
        """The same random part of each picture."""
        y, x = (int(self.rng.integers(n - self.crop + 1)) for n in images[0].shape[:2])
        return [image[y:y + self.crop, x:x + self.crop] for image in images]

    def batch(self, images):
        x = augment.to_tensor(np.stack([self.cut(image)[0] for image in images])) * 2 - 1
        flipped = torch.rand(len(x), 1, 1, 1) < 0.5
        return torch.where(flipped, x.flip(3), x)

    def photos(self, n):
        return self.batch([np.asarray(self.images[i]) for i in self.rng.choice(self.rows, n)])

    def portraits(self, n):
        return self.batch([self.paintings[i] for i in self.rng.choice(len(self.paintings), n, p=self.shares)])

    def pairs(self, n, side):
        """photographs without a painting, and photographs with one and that one"""
        half = n // 2 if self.paired else 0
        photos = self.photos(n - half)
        return photos, *(self.in_strokes(half, side) if half else (photos[:0], photos[:0]))

    def in_strokes(self, n, side):
        """(photographs, the same in strokes), not mirrored"""
        rows = self.rng.choice(self.paired, n)
        read = lambda row: np.asarray(Image.open(self.strokes[self.stem(row)]).convert('RGB').resize((side, side), Image.LANCZOS))
        both = [self.cut(np.asarray(self.images[i]), read(i)) for i in rows]
        return tuple(augment.to_tensor(np.stack(v)) * 2 - 1 for v in zip(*both))


class MeanStyle:
    """Magenta's pair, in the mean of the vectors of the paintings."""

    @torch.no_grad()
    def __init__(self, folder, paintings):
        predictor, self.transformer = magenta(folder)
        x = augment.to_tensor(paintings[::8]).to(torch.get_default_device())
        x = F.interpolate(x, (256, 256), mode='bilinear')
        self.vector = torch.cat([predictor(part) for part in x.split(8)]).mean(0, keepdim=True)

    @torch.no_grad()
    def __call__(self, photos):
        return self.transformer((photos + 1) / 2, self.vector.expand(len(photos), -1)).float() * 2 - 1


def unit(x):
    return (x + 1) / 2


def told(net, x, paint, weight):
    """Distance of face embeddings, as the cosine's complement."""
    if not weight:
        return torch.zeros(())
    with torch.no_grad():
        wanted = net(unit(x))[1].float()
    return (1 - F.cosine_similarity(net(unit(paint))[1].float(), wanted)).mean()


class Side:
    """A direction: its generator, and the discriminator of where it leads."""

    def __init__(self, width, blocks, patches, rng):
        self.net, self.judge = Generator(width, blocks), Discriminator(patches, norm='instance')
        self.adaptive, self.pool = Adaptive(), Pool(rng)

    def fooled(self, made):
        return (self.judge(self.adaptive(made)).float() - 1).square().mean()

    def judged(self, real, made):
        on_real = self.judge(self.adaptive(real)).float()
        self.adaptive.heard(on_real - 0.5)
        return ((on_real - 1).square().mean() + self.judge(self.adaptive(self.pool(made))).float().square().mean()) / 2


def grid(net, photos, path):
    net.eval()
    with torch.no_grad(), half():
        made = torch.cat([net(part).float() for part in photos.split(4)])
    sheet = torch.cat([torch.cat(list(v), 2) for row in range(0, len(photos), 8) for v in (photos[row:row + 8], made[row:row + 8])], 1)
    Image.fromarray((unit(sheet).clamp(0, 1).permute(1, 2, 0) * 255).round().byte().cpu().numpy()).save(path)
    return {}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('data', 'cache', 'pack', 'teacher', 'run'):
        p.add_argument(f'--{name}', required=True)
    p.add_argument('--strokes')
    p.add_argument('--sides', choices=('one', 'two'), default='one')
    p.add_argument('--minutes', type=float)
    p.add_argument('--steps', type=int, default=12000)
    p.add_argument('--pairs', type=float, default=0.125, help='share of the training that is the first phase')
    p.add_argument('--side', type=int, default=128)
    p.add_argument('--crop', type=int, help='side of the part of each picture that is learned from; all of it by default')
    p.add_argument('--towards', choices=('photograph', 'strokes'), default='photograph', help='what L1 holds a one-sided painting to')
    p.add_argument('--start', help='a checkpoint of another run whose averaged generator this one starts from')
    p.add_argument('--width', type=int, default=32)
    p.add_argument('--blocks', type=int, default=6)
    p.add_argument('--patches', type=int, default=32, help='width of the discriminator')
    p.add_argument('--batch', type=int, default=4)
    p.add_argument('--rate', type=float, default=2e-4)
    p.add_argument('--pull', type=float, default=1.0, help='weight of the discriminator')
    p.add_argument('--keep', type=float, default=10.0)
    p.add_argument('--cycle', type=float, default=10.0)
    p.add_argument('--identity', type=float, default=2.0)
    p.add_argument('--device', default='cpu')
    p.add_argument('--workers', type=int, default=0, help='processes that draw the pictures; 0: this one')
    args = p.parse_args()
    torch.set_num_threads(1)
    os.makedirs(args.run, exist_ok=True)
    faces = Faces(args.data, args.cache, args.side, None, args.strokes, args.crop)
    use(args.device)
    read = lambda name: safetensors_io.load(os.path.join(args.pack, f'{name}.safetensors'))[0]
    vgg, face = Vgg('vgg16', read('vgg16')), VggFace(read('vggface'))
    rng = np.random.default_rng(4)
    style = MeanStyle(args.teacher, faces.paintings)
    there = Side(args.width, args.blocks, args.patches, rng)
    sides = [there] + ([Side(args.width, args.blocks, args.patches, rng)] if args.sides == 'two' else [])
    makers = torch.optim.Adam([q for s in sides for q in s.net.parameters()], lr=args.rate, betas=(0.5, 0.999))
    judges = torch.optim.Adam([q for s in sides for q in s.judge.parameters()], lr=args.rate, betas=(0.5, 0.999))
    if args.start:
        there.net.load_state_dict(torch.load(args.start, map_location='cpu', weights_only=False)['average'])
    average = Average(there.net)
    parts = {'net': there.net, 'judge': there.judge, 'adaptive': there.adaptive, 'makers': makers, 'judges': judges, 'average': average}
    if args.sides == 'two':
        parts.update({'back': sides[1].net, 'judge_back': sides[1].judge, 'adaptive_back': sides[1].adaptive})
    shown = faces.held_rows[np.linspace(0, len(faces.held_rows) - 1, 16).astype(int)]
    shown = augment.to_tensor(np.stack([np.asarray(faces.images[i]) for i in shown])).to(torch.get_default_device()) * 2 - 1
    loop = Loop(args.run, minutes=args.minutes, steps=args.steps, parts=parts, save_seconds=600, report_steps=20,
                about={'width': args.width, 'blocks': args.blocks, 'sides': args.sides, 'side': args.side},
                measure=lambda: grid(average.net, shown, os.path.join(args.run, 'grid.png')))
    loop.seed(4)

    def drawn(paired):
        def draw(rng):
            faces.rng = rng
            if paired:
                return faces.pairs(args.batch, args.side)
            photos, goals = faces.in_strokes(args.batch, args.side) if args.towards == 'strokes' else (faces.photos(args.batch),) * 2
            return photos, goals, faces.portraits(args.batch)
        return draw

    batches, kind = None, None
    for step in loop:
        paired = loop.progress < args.pairs
        if paired != kind:
            batches, kind = feed(drawn(paired), 4 + step, args.workers), paired
        rate = args.rate * (1 if loop.progress < 0.5 else 2 * (1 - loop.progress))  # CycleGAN: level, then a line to zero
        loop.rate(makers, rate * min(1, (step + 1) / 100))
        loop.rate(judges, rate)
        with half():
            if paired:
                table, loss = paired_step(there, vgg, style, *next(batches))
                made = None
            else:
                photos, goals, paintings = next(batches)
                table, loss, made = unpaired_step(args, sides, face, vgg, photos, goals, paintings)
        makers.zero_grad(set_to_none=True)
        loss.backward()
        makers.step()
        if made is not None:
            with half():
                judged = [s.judged(real, fake) for s, real, fake in zip(sides, (paintings, photos), made)]
            judges.zero_grad(set_to_none=True)
            sum(judged).backward()
            judges.step()
            table.update({'judge': judged[0], 'probability': there.adaptive.probability})
        average.update(there.net, step)
        loop.record(table, pictures=args.batch)


def paired_step(there, vgg, style, photos, drawn, strokes):
    """photos: to be painted in the mean style; drawn and strokes: the same in our own strokes, none or as many"""
    targets = torch.cat([style(photos), strokes])
    photos = torch.cat([photos, drawn])
    made = there.net(photos).float()
    near, features = (made - targets).abs().mean(), unlike(vgg, made, targets)
    return {'near': near, 'features': features}, near + 0.1 * features


def unlike(vgg, made, wanted):
    with torch.no_grad():
        goal = vgg(unit(wanted))
    seen = vgg(unit(made))
    return sum((seen[k].float() - goal[k].float()).abs().mean() for k in COMPARED)


def unpaired_step(args, sides, face, vgg, photos, goals, paintings):
    there = sides[0]
    made = there.net(photos).float()
    fooled, identity = there.fooled(made), told(face, photos, made, args.identity)
    table = {'fooled': fooled, 'identity': identity}
    loss = args.pull * fooled + args.identity * identity
    if len(sides) == 1:
        table['kept'] = (made - goals).abs().mean()
        if args.towards == 'strokes':
            table['features'] = unlike(vgg, made, goals)
            loss = loss + 0.1 * table['features']
        return table, loss + args.keep * table['kept'], [made]
    back = sides[1]
    undone = back.net(paintings).float()
    cycle = (back.net(made).float() - photos).abs().mean() + (there.net(undone).float() - paintings).abs().mean()
    same = (there.net(paintings).float() - paintings).abs().mean() + (back.net(photos).float() - photos).abs().mean()
    table.update({'cycle': cycle, 'same': same})
    return table, loss + args.pull * back.fooled(undone) + args.cycle * (cycle + 0.5 * same), [made, undone]


if __name__ == '__main__':
    main()
