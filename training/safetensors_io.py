"""Reading and writing safetensors files with numpy alone.

The format: 8 bytes little-endian header length, a JSON header (name -> dtype, shape, byte offsets;
optional "__metadata__" of strings), then the raw little-endian tensors.
"""
import json
import os
import struct

import numpy as np

_TO_NUMPY = {'F64': '<f8', 'F32': '<f4', 'F16': '<f2', 'I64': '<i8', 'I32': '<i4', 'U8': '|u1'}
_FROM_NUMPY = {np.dtype(v): k for k, v in _TO_NUMPY.items()}


def save(path, tensors, metadata=None, half=True):
    """Write {name: numpy array or torch tensor}; floating tensors as float16 unless half=False."""
    header, blobs, offset = {}, [], 0
    if metadata:
        header['__metadata__'] = {k: str(v) for k, v in metadata.items()}
    for name, tensor in tensors.items():
        array = tensor.detach().cpu().float().numpy() if hasattr(tensor, 'detach') else np.asarray(tensor)
        if array.dtype.kind == 'f' and half:
            limited = np.clip(array, -65504, 65504)
            if not np.array_equal(limited, array):
                raise ValueError(f'{name} does not fit float16')
            array = limited.astype('<f2')
        shape = list(array.shape)
        array = np.ascontiguousarray(array)
        blob = array.tobytes()
        header[name] = {'dtype': _FROM_NUMPY[array.dtype.newbyteorder('<')], 'shape': shape,
                        'data_offsets': [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path + '.part', 'wb') as f:
        f.write(struct.pack('<Q', len(text)))
        f.write(text)
        for blob in blobs:
            f.write(blob)
    os.replace(path + '.part', path)


def load(path):
    """Read a safetensors file -> ({name: float32 or integer numpy array}, metadata)."""
    with open(path, 'rb') as f:
        (length,) = struct.unpack('<Q', f.read(8))
        header = json.loads(f.read(length))
        data = f.read()
    metadata = header.pop('__metadata__', {})
    tensors = {}
    for name, info in header.items():
        a, b = info['data_offsets']
        array = np.frombuffer(data[a:b], _TO_NUMPY[info['dtype']]).reshape(info['shape'])
        tensors[name] = array.astype(np.float32) if array.dtype.kind == 'f' else array.copy()
    return tensors, metadata
