"""The constants of a TensorFlow Lite model, by name, as float32 arrays: what src/checkpoint/tflite.ts reads, for training.

    tensors = read_tflite(path)     # quantised numbers as they are meant: (q - zero) * scale
"""
import struct

import numpy as np

TYPES = {0: '<f4', 1: '<f2', 2: '<i4', 3: 'u1', 4: '<i8', 9: 'i1'}


class Table:
    """A FlatBuffers table; fields by their number in the schema."""

    def __init__(self, data, at):
        self.data, self.at = data, at
        names = at - struct.unpack_from('<i', data, at)[0]
        count = (struct.unpack_from('<H', data, names)[0] - 4) // 2
        self.offsets = struct.unpack_from(f'<{count}H', data, names + 4)

    def place(self, field):
        return self.at + self.offsets[field] if field < len(self.offsets) and self.offsets[field] else None

    def number(self, field, form, otherwise=0):
        at = self.place(field)
        return otherwise if at is None else struct.unpack_from(form, self.data, at)[0]

    def vector(self, field):
        """-> (count, place of the first element)"""
        at = self.place(field)
        if at is None:
            return 0, 0
        start = at + struct.unpack_from('<I', self.data, at)[0]
        return struct.unpack_from('<I', self.data, start)[0], start + 4

    def numbers(self, field, form):
        count, start = self.vector(field)
        return np.frombuffer(self.data, form, count, start) if count else np.zeros(0, form)

    def text(self, field):
        count, start = self.vector(field)
        return self.data[start:start + count].decode()

    def table(self, field):
        at = self.place(field)
        return None if at is None else Table(self.data, at + struct.unpack_from('<I', self.data, at)[0])

    def tables(self, field):
        count, start = self.vector(field)
        return [Table(self.data, p + struct.unpack_from('<I', self.data, p)[0]) for p in range(start, start + 4 * count, 4)]


def read_tflite(path):
    with open(path, 'rb') as f:
        data = f.read()
    if data[4:8] != b'TFL3':
        raise ValueError(f'{path}: expected a TensorFlow Lite model, found something else')
    model = Table(data, struct.unpack_from('<I', data, 0)[0])
    buffers = model.tables(4)
    found = {}
    for tensor in model.tables(2)[0].tables(0):
        count, start = buffers[tensor.number(2, '<I')].vector(0)
        if not count:
            continue
        form = np.dtype(TYPES[tensor.number(1, '<b')])
        shape = tuple(tensor.numbers(0, '<i4'))
        values = np.frombuffer(data, form, count // form.itemsize, start).reshape(shape).astype(np.float32)
        how = tensor.table(4)
        scale = how.numbers(2, '<f4') if how else []
        if len(scale):
            zero, axis = how.numbers(3, '<i8').astype(np.float32), how.number(6, '<i')
            side = [1] * values.ndim
            if len(scale) > 1:
                side[axis] = len(scale)
            values = (values - zero.reshape(side if len(zero) > 1 else 1)) * scale.reshape(side if len(scale) > 1 else 1)
        found[tensor.text(3)] = values
    return found
