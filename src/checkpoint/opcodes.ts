/**
 * The pickle opcodes (Python's pickletools, protocols 0–5). The first list is what torch.save and NVIDIA's pickles use
 * and this reader runs; the second exists only to name what is refused.
 */
export const op = {
  PROTO: 0x80,
  FRAME: 0x95,
  STOP: 0x2e,
  MARK: 0x28,
  POP: 0x30,
  POP_MARK: 0x31,
  NONE: 0x4e,
  NEWTRUE: 0x88,
  NEWFALSE: 0x89,
  BININT: 0x4a,
  BININT1: 0x4b,
  BININT2: 0x4d,
  LONG1: 0x8a,
  LONG4: 0x8b,
  BINFLOAT: 0x47,
  BINSTRING: 0x54,
  SHORT_BINSTRING: 0x55,
  BINUNICODE: 0x58,
  SHORT_BINUNICODE: 0x8c,
  BINUNICODE8: 0x8d,
  BINBYTES: 0x42,
  SHORT_BINBYTES: 0x43,
  BINBYTES8: 0x8e,
  BYTEARRAY8: 0x96,
  EMPTY_LIST: 0x5d,
  APPEND: 0x61,
  APPENDS: 0x65,
  EMPTY_TUPLE: 0x29,
  TUPLE: 0x74,
  TUPLE1: 0x85,
  TUPLE2: 0x86,
  TUPLE3: 0x87,
  EMPTY_DICT: 0x7d,
  SETITEM: 0x73,
  SETITEMS: 0x75,
  EMPTY_SET: 0x8f,
  ADDITEMS: 0x90,
  FROZENSET: 0x91,
  GLOBAL: 0x63,
  STACK_GLOBAL: 0x93,
  REDUCE: 0x52,
  NEWOBJ: 0x81,
  BUILD: 0x62,
  BINPERSID: 0x51,
  BINGET: 0x68,
  LONG_BINGET: 0x6a,
  BINPUT: 0x71,
  LONG_BINPUT: 0x72,
  MEMOIZE: 0x94,
} as const

const refused: Readonly<Record<number, string>> = {
  73: 'INT',
  76: 'LONG',
  83: 'STRING',
  86: 'UNICODE',
  70: 'FLOAT',
  108: 'LIST',
  100: 'DICT',
  105: 'INST',
  111: 'OBJ',
  112: 'PUT',
  103: 'GET',
  80: 'PERSID',
  50: 'DUP',
  130: 'EXT1',
  131: 'EXT2',
  132: 'EXT4',
  146: 'NEWOBJ_EX',
  151: 'NEXT_BUFFER',
  152: 'READONLY_BUFFER',
}

const names = new Map<number, string>(Object.entries(op).map(([name, code]) => [code, name]))

export function opcodeName(code: number): string {
  const name = names.get(code) ?? refused[code]
  return `0x${code.toString(16).padStart(2, '0')}${name === undefined ? '' : ` (${name})`}`
}
