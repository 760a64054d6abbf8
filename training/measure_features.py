"""Measure the exported feature-side networks on faces kept out of training; the numbers go into feature-side.json.

    python3 measure_features.py --data DATA --cache CACHE --models models/compact [--teacher VGG19.pth] [--only vgg face parser]

vgg     a stronger change (blur, noise, shift, colour) must be farther in the perceptual loss than the next weaker one
face    Spearman correlation of distances between held-out faces with those of the face-api descriptor
parser  IoU by class on the held-out pairs, plain and altered
"""
import argparse
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

import augment
import data
import safetensors_io
from nets_bisenet import CLASSES, FROM_ARCHIVE, SKIN, BiSeNet, confusion, intersection_over_union
from nets_face import COMPARED as FACE_COMPARED
from nets_face import VggFace
from nets_vgg import COMPARED, Teacher, Vgg

LEVELS = {'blur': (0.5, 1.0, 2.0, 4.0), 'noise': (0.02, 0.05, 0.1, 0.2), 'shift': (1, 2, 4, 8), 'colour': (0.1, 0.2, 0.4, 0.8)}


def ranks(v):
    order = np.argsort(v, kind='stable')
    out = np.empty(len(v))
    out[order] = np.arange(len(v))
    return out


def spearman(a, b):
    return float(np.corrcoef(ranks(np.asarray(a)), ranks(np.asarray(b)))[0, 1])


def changed(x, kind, level, generator):
    """Every picture of the batch changed in one way; noise and the direction of shift and colour are drawn anew."""
    n, c, h, w = x.shape
    if kind == 'blur':
        return augment.gaussian(x, level)
    if kind == 'noise':
        return (x + level * torch.randn(x.shape, generator=generator)).clamp(0, 1)
    if kind == 'shift':
        padded = F.pad(x, (level,) * 4, mode='reflect')
        turn = int(torch.randint(4, (1,), generator=generator))
        y, x0 = [(0, level), (2 * level, level), (level, 0), (level, 2 * level)][turn]
        return padded[:, :, y:y + h, x0:x0 + w]
    mix = torch.eye(3) + 0.3 * torch.randn(n, 3, 3, generator=torch.Generator().manual_seed(5))  # the same turn at all levels
    offset = 0.2 * torch.randn(n, 3, 1, 1, generator=torch.Generator().manual_seed(6))
    return (x + level * (torch.einsum('nij,njhw->nihw', mix, x) + offset - x)).clamp(0, 1)


@torch.no_grad()
def measure_vgg(args, faces):
    net = Vgg('vgg16', safetensors_io.load(os.path.join(args.models, 'vgg16.safetensors'))[0])
    x = augment.to_tensor(faces.images[faces.test])
    distance = lambda fa, fb: torch.stack([(fa[k] - fb[k]).abs().flatten(1).mean(1) for k in COMPARED])
    batches = list(x.split(25))
    base = [{k: v for k, v in net(b).items() if k in COMPARED} for b in batches]
    generator = torch.Generator().manual_seed(1)
    result, right, cases = {}, 0, 0
    for kind, levels in LEVELS.items():
        rows = [torch.cat([distance(f, net(changed(b, kind, level, generator))) for f, b in zip(base, batches)], 1) for level in levels]
        farther = torch.stack([b.sum(0) > a.sum(0) for a, b in zip(rows, rows[1:])])
        result[kind] = {'levels': list(levels), 'rankedFarther': round(float(farther.float().mean()), 4),
                        'meanLoss': [round(float(r.sum(0).mean()), 4) for r in rows],
                        'meanByLayerAtLast': [round(float(v), 4) for v in rows[-1].mean(1)]}
        right, cases = right + int(farther.sum()), cases + farther.numel()
    strangers = torch.cat([distance(a, {k: v.roll(1, 0) for k, v in a.items()}) for a in base], 1)
    result.update(rankedFarther=round(right / cases, 4), cases=cases, strangersByLayer=[round(float(v), 4) for v in strangers.mean(1)])
    if args.teacher:  # the order of mixed changes against the teacher's own three layers
        teacher = Teacher(args.teacher)
        torch.manual_seed(2)
        mine, theirs, plain = [], [], []
        for i in range(0, len(x), 25):
            a = x[i:i + 25]
            b = torch.where(torch.rand(len(a), 1, 1, 1) < 0.25, a.roll(1, 0), augment.antique(a, 0.3, 0.5, 0.5, 0.5, 0.5))
            mine.append(distance(net(a), net(b)).sum(0))
            ta, tb = teacher(a), teacher(b)
            theirs.append(sum((ta[k] - tb[k]).abs().flatten(1).mean(1) / ta[k].std() for k in ('relu1_2', 'relu2_2', 'relu3_1')))
            plain.append((a - b).abs().flatten(1).mean(1))
        mine, theirs, plain = (torch.cat(v).numpy() for v in (mine, theirs, plain))
        result['spearmanWithTeacher'] = round(spearman(mine, theirs), 4)
        result['spearmanOfPixelsWithTeacher'] = round(spearman(plain, theirs), 4)
    return result


@torch.no_grad()
def measure_face(args, faces):
    net = VggFace(safetensors_io.load(os.path.join(args.models, 'vggface.safetensors'))[0])
    x = augment.to_tensor(faces.images[faces.test])
    truth = np.load(os.path.join(args.cache, 'descriptors-heldout.npy'))
    i, j = np.triu_indices(len(x), 1)
    result = {'pairs': len(i)}
    for name, change in (('plain', None), ('gray', augment.film), ('antique', lambda v: augment.antique(augment.film(v), 0, 0.5, 0.5, 0, 0.7))):
        torch.manual_seed(4)
        y = change(x) if change else x
        embedding = torch.cat([net(b)[1] for b in y.split(25)]).numpy()
        apart = lambda v, w: np.linalg.norm(v - w, axis=1)
        result['spearmanEmbedding' + name.capitalize()] = round(spearman(apart(embedding[i], embedding[j]), apart(truth[i], truth[j])), 4)
        if name == 'plain':
            clean = embedding
            result['meanErrorOfDescriptor'] = round(float(apart(embedding, truth).mean()), 4)
            result['meanDistanceOfStrangers'] = round(float(apart(truth[i], truth[j]).mean()), 4)
        else:
            nearest = np.linalg.norm(embedding[:, None] - clean[None], axis=2).argmin(1)
            result['foundAmong250' + name.capitalize()] = round(float((nearest == np.arange(len(x))).mean()), 4)
    layers = {k: [] for k in FACE_COMPARED}
    want, pixels = [], []
    for start in range(0, len(x), 50):
        part, t = x[start:start + 50], truth[start:start + 50]
        out = net(part)[0]
        for shift in range(1, 11):
            want.append(np.linalg.norm(t - np.roll(t, shift, 0), axis=1))
            pixels.append((part - part.roll(shift, 0)).abs().flatten(1).mean(1).numpy())
            for k in FACE_COMPARED:
                layers[k].append((out[k] - out[k].roll(shift, 0)).abs().flatten(1).mean(1).numpy())
    want = np.concatenate(want)
    layers = {k: np.concatenate(v) for k, v in layers.items()}
    result['perceptualPairs'] = len(want)
    result['spearmanPerceptual'] = round(spearman(sum(layers.values()), want), 4)
    result['spearmanPerceptualByLayer'] = {k: round(spearman(v, want), 4) for k, v in layers.items()}
    result['spearmanOfPixels'] = round(spearman(np.concatenate(pixels), want), 4)
    result['strangersByLayer'] = {k: round(float(v.mean()), 4) for k, v in layers.items()}
    return result


def measure_parser(args):
    pairs = data.load_parsing(args.data, args.cache, 256)
    tensors = safetensors_io.load(os.path.join(args.models, 'bisenet.safetensors'))[0]
    net = BiSeNet(tensors['cp.resnet.conv1.weight'].shape[0])
    net.load_state_dict({k: torch.from_numpy(v) for k, v in tensors.items()}, strict=False)
    images, labels = pairs.images[pairs.test], np.array(FROM_ARCHIVE, np.uint8)[pairs.labels[pairs.test]]
    small = lambda x: F.interpolate(F.avg_pool2d(x, 2), scale_factor=2, mode='bilinear')
    result = {'pictures': len(images)}
    for name, change in (('plain', None), ('from128', small), ('gray', augment.film), ('antique', lambda v: augment.alter(augment.film(v)))):
        torch.manual_seed(4)
        table = confusion(net, images, labels, change)
        iou = intersection_over_union(table)
        skin = table[np.ix_(SKIN, SKIN)].sum() / (table[SKIN].sum() + table[:, SKIN].sum() - table[np.ix_(SKIN, SKIN)].sum())
        result[name] = {'meanIou': round(float(iou.mean()), 4), 'skinMaskIou': round(float(skin), 4)}
        if name == 'plain':
            result[name]['byClass'] = {c: round(float(v), 4) for c, v in zip(CLASSES, iou)}
    return result


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', required=True)
    p.add_argument('--cache', required=True)
    p.add_argument('--models', required=True)
    p.add_argument('--teacher')
    p.add_argument('--only', nargs='+', default=['vgg', 'face', 'parser'])
    args = p.parse_args()
    torch.set_num_threads(1)
    path = os.path.join(args.models, 'feature-side.json')
    with open(path) as f:
        description = json.load(f)
    measured = description.setdefault('measured', {})
    if 'vgg' in args.only:
        measured['perceptual'] = measure_vgg(args, data.load_faces(args.data, args.cache, 128))
        print(json.dumps(measured['perceptual'], indent=1))
    if 'face' in args.only:
        measured['face'] = measure_face(args, data.load_faces(args.data, args.cache, 128))
        print(json.dumps(measured['face'], indent=1))
    if 'parser' in args.only:
        measured['parser'] = measure_parser(args)
        print(json.dumps(measured['parser'], indent=1))
    measured['command'] = 'python3 measure_features.py --data DATA --cache CACHE --models models/compact --teacher TEACHER'
    with open(path, 'w') as f:
        json.dump(description, f, indent=1)
        f.write('\n')


if __name__ == '__main__':
    main()
