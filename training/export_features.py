"""Export the feature-side networks from their runs: float16 safetensors, their description, and test vectors.

    python3 export_features.py --cache CACHE --vgg RUN --face RUN --parser RUN --out models/compact --vectors test/fixtures/compact-features

Any of --vgg, --face, --parser may be left out; its files then stay as they are. VGG and face networks are rescaled layer
by layer (ReLU is positively homogeneous): in the VGGs the mean |difference| of two training faces becomes 0.5 in every
layer, equal say of the layers; in the face network it grows with depth. Either loss is near 2 for two strangers.
"""
import argparse
import json
import os
import platform

import numpy as np
import torch

import augment
import data
import formula
import safetensors_io
from nets_bisenet import CLASSES, SKIN, BiSeNet
from nets_face import COMPARED as FACE_COMPARED
from nets_face import CONVS, EMBEDDING_GRID, FACE_MEAN, FaceNet, VggFace
from nets_vgg import COMPARED, CONTEXTUAL, LAYERS, Students, Vgg, conv_name

PAIR_DIFFERENCE = 0.5
FACE_PAIR_DIFFERENCE = {1: 0.15, 2: 0.25, 3: 0.6, 4: 1.0, 5: 1.0}  # by block: most say where identity is


def some_faces(cache, size=128, count=64):
    faces = data.load_faces('', cache, size)
    return augment.to_tensor(np.asarray(faces.images[faces.train[::len(faces.train) // count][:count]]))


def pair_differences(activations):
    """{layer: mean |difference| between each picture and the next}."""
    return {k: float((a - a.roll(1, 0)).abs().mean()) for k, a in activations.items()}


def trained(state):
    return {'machine': f'{platform.machine()}, one CPU thread (bfloat16 autocast), PyTorch {torch.__version__}',
            'minutes': round(state['seconds'] / 60, 1), 'steps': state['step'], 'pictures': state['pictures'],
            'command': state.get('command', '')}


@torch.no_grad()
def export_vgg(run, cache, out, description):
    state = torch.load(os.path.join(run, 'checkpoint.pt'), map_location='cpu')
    students = Students(state['widths'])
    students.load_state_dict(state['students'])
    students.eval()
    difference = pair_differences(students(some_faces(cache)))
    for kind, layers in LAYERS.items():
        tensors, before = {}, 1.0
        for index, relu, _ in layers:
            factor = PAIR_DIFFERENCE / difference[relu]
            conv = students.convs[conv_name(relu)]
            tensors[f'features.{index}.weight'] = conv.weight * (factor / before)
            tensors[f'features.{index}.bias'] = conv.bias * factor
            before = factor
        safetensors_io.save(os.path.join(out, kind + '.safetensors'), tensors, {'license': 'non-commercial research use'})
        description[kind] = {
            'widths': list(state['widths']), 'input': '01, ImageNet mean and std', 'last': layers[-1][1],
            'layers': {relu: f'features.{index + 1}' for index, relu, _ in layers}, 'pairDifference': PAIR_DIFFERENCE,
            **({'perceptual': COMPARED} if kind == 'vgg16' else {'contextual': CONTEXTUAL})}
        description.setdefault('trained', {})[kind] = {**trained(state), 'teacher': 'VGG-19 to relu3_1; both students in one run'}


@torch.no_grad()
def export_face(run, cache, out, description):
    state = torch.load(os.path.join(run, 'checkpoint.pt'), map_location='cpu')
    net = FaceNet(state['widths'])
    net.load_state_dict(state['average'])
    net.eval()
    difference = pair_differences(net(some_faces(cache))[0])
    tensors, before = net.folded(), 1.0
    names = [f'{block}_{i}' for block, count in enumerate(CONVS, 1) for i in range(1, count + 1)]
    for name in names:
        factor = FACE_PAIR_DIFFERENCE[int(name[0])] / difference['relu' + name]
        tensors[f'conv{name}.weight'] *= factor / before
        tensors[f'conv{name}.bias'] *= factor
        before = factor
    tensors['fc6.weight'] /= before
    safetensors_io.save(os.path.join(out, 'vggface.safetensors'), tensors, {'license': 'non-commercial research use'})
    description['vggface'] = {
        'widths': list(state['widths']), 'input': '01 minus mean / 255, no division', 'mean255': [float(v) * 255 for v in FACE_MEAN.flatten()],
        'layers': {'relu' + n: 'conv' + n for n in names}, 'perceptual': FACE_COMPARED,
        'pairDifference': {k: FACE_PAIR_DIFFERENCE[int(k[4])] for k in FACE_COMPARED},
        'embedding': {'from': 'relu5_3', 'averagePoolTo': EMBEDDING_GRID, 'flatten': 'channel, row, column',
                      'layers': ['fc6', 'relu', 'fc7'], 'size': 128, 'distance': 'euclidean',
                      'inputSize': 128, 'note': 'follows the descriptor of @vladmandic/face-api; FFHQ-aligned picture, no detection'}}
    description.setdefault('trained', {})['vggface'] = {**trained(state), 'teacher': 'face descriptor of @vladmandic/face-api (MIT)'}


@torch.no_grad()
def export_parser(run, out, description):
    state = torch.load(os.path.join(run, 'checkpoint.pt'), map_location='cpu')
    net = BiSeNet(state['width'])
    net.load_state_dict(state['average'])
    safetensors_io.save(os.path.join(out, 'bisenet.safetensors'), net.export(), {'license': 'non-commercial research use'})
    description['bisenet'] = {'width': state['width'], 'inputSize': 256, 'input': '01, ImageNet mean and std', 'classes': CLASSES,
                              'skinClasses': SKIN, 'heads': ['conv_out']}
    description.setdefault('trained', {})['bisenet'] = {
        **trained(state), 'data': '899 labelled pairs; in the second half 4199 faces labelled by the averaged network as well'}


def load(out, name):
    return safetensors_io.load(os.path.join(out, name + '.safetensors'))[0]


@torch.no_grad()
def vectors_vgg(out, folder):
    a, b = (torch.from_numpy(formula.image(f'compact/{n}', 3, 64, 64))[None] for n in 'ab')
    content = {'input': "image('compact/a' | 'compact/b', 3, 64, 64) in 01"}
    for kind, used in (('vgg16', COMPARED), ('vgg19', CONTEXTUAL)):
        net = Vgg(kind, load(out, kind))
        fa, fb = net(a), net(b)
        content[kind] = {'a': {k: formula.summary(fa[k].numpy()) for k in sorted(used)}}
        if kind == 'vgg16':
            content['perceptual'] = {k: float((fa[k] - fb[k]).abs().mean()) for k in COMPARED}
    write_json(os.path.join(folder, 'vgg.json'), content)


@torch.no_grad()
def vectors_face(out, folder):
    net = VggFace(load(out, 'vggface'))
    (fa, ea), (fb, eb) = (net(torch.from_numpy(formula.image(f'compact/{n}', 3, 128, 128))[None]) for n in 'ab')
    write_json(os.path.join(folder, 'vggface.json'), {
        'input': "image('compact/a' | 'compact/b', 3, 128, 128) in 01",
        'a': {k: formula.summary(fa[k].numpy()) for k in (*FACE_COMPARED, 'relu5_3')},
        'perceptual': {k: float((fa[k] - fb[k]).abs().mean()) for k in FACE_COMPARED},
        'embedding': {'a': formula.summary(ea.numpy(), 128), 'distance': float((ea - eb).norm())}})


@torch.no_grad()
def vectors_parser(out, folder):
    tensors = load(out, 'bisenet')
    net = BiSeNet(tensors['cp.resnet.conv1.weight'].shape[0]).eval()
    missing = net.load_state_dict({k: torch.from_numpy(v) for k, v in tensors.items()}, strict=False)
    assert not missing.unexpected_keys
    logits = net(torch.from_numpy(formula.image('compact/face', 3, 256, 256))[None])
    write_json(os.path.join(folder, 'bisenet.json'), {
        'input': "image('compact/face', 3, 256, 256) in 01", 'logits': formula.summary(logits.numpy()),
        'labelCounts': np.bincount(logits.argmax(1).numpy().ravel(), minlength=len(CLASSES)).tolist()})


def write_json(path, content):
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, 'w') as f:
        json.dump(content, f, indent=1)
        f.write('\n')


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--cache', required=True)
    p.add_argument('--vgg', help='run folder of train_vgg.py')
    p.add_argument('--face', help='run folder of train_face.py')
    p.add_argument('--parser', help='run folder of train_parser.py')
    p.add_argument('--out', required=True)
    p.add_argument('--vectors', required=True)
    args = p.parse_args()
    torch.set_num_threads(1)
    path = os.path.join(args.out, 'feature-side.json')
    description = {}
    if os.path.exists(path):
        with open(path) as f:
            description = json.load(f)
    if args.vgg:
        export_vgg(args.vgg, args.cache, args.out, description)
        vectors_vgg(args.out, args.vectors)
    if args.face:
        export_face(args.face, args.cache, args.out, description)
        vectors_face(args.out, args.vectors)
    if args.parser:
        export_parser(args.parser, args.out, description)
        vectors_parser(args.out, args.vectors)
    write_json(path, description)
    for name in ('vgg16', 'vgg19', 'vggface', 'bisenet'):
        file = os.path.join(args.out, name + '.safetensors')
        if os.path.exists(file):
            print(name, os.path.getsize(file), 'bytes')


if __name__ == '__main__':
    main()
