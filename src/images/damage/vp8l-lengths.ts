/**
 * The lengths that libwebp gives the codes of symbols that occur so often: Huffman's, of counts made more even first, since then the
 * table takes fewer bits (OptimizeHuffmanForRle and GenerateOptimalTree of its huffman_encode_utils.c, the same from version 0.4 to 1.6).
 */

/** Least even run that is left as it is: of zeros, and of other counts. */
const EVEN_ZEROS = 5
const EVEN_COUNTS = 7
const LEAST_RUN = 4

/** @param longest bits of a code @returns bits of each symbol's code, 0 where it doesn't occur */
export function libwebpLengths(counts: Uint32Array, longest: number): Uint8Array {
  const even = counts.slice()
  makeEven(even)
  return huffmanLengths(even, longest)
}

/** Huffman's lengths; where they are too long, of counts of which the least are raised, as libwebp does it. */
export function huffmanLengths(counts: Uint32Array, longest: number): Uint8Array {
  const lengths = new Uint8Array(counts.length)
  const symbols: number[] = []
  for (let symbol = 0; symbol < counts.length; symbol++) if (counts[symbol]! > 0) symbols.push(symbol)
  if (symbols.length === 1) lengths[symbols[0]!] = 1
  if (symbols.length < 2) return lengths
  for (let least = 1; ; least *= 2) {
    const leaves = symbols.map((symbol): Node => ({ count: Math.max(counts[symbol]!, least), symbol }))
    leaves.sort((a, b) => b.count - a.count || a.symbol - b.symbol)
    if (putLengths(treeOf(leaves), 0, lengths) <= longest) return lengths
  }
}

interface Node {
  readonly count: number
  readonly symbol: number
  readonly inner?: readonly [Node, Node]
}

/** @param nodes those that occur most first; used up */
function treeOf(nodes: Node[]): Node {
  while (nodes.length > 1) {
    const last = nodes.pop()!
    const before = nodes.pop()!
    const count = last.count + before.count
    // Before the first that is not greater.
    let [low, high] = [0, nodes.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (nodes[middle]!.count <= count) high = middle
      else low = middle + 1
    }
    nodes.splice(low, 0, { count, symbol: -1, inner: [before, last] })
  }
  return nodes[0]!
}

/** @returns the greatest length */
function putLengths({ symbol, inner }: Node, depth: number, lengths: Uint8Array): number {
  if (inner) return Math.max(putLengths(inner[0], depth + 1, lengths), putLengths(inner[1], depth + 1, lengths))
  lengths[symbol] = depth
  return depth
}

function makeEven(counts: Uint32Array): void {
  let { length } = counts
  while (length > 0 && counts[length - 1] === 0) length--
  if (length === 0) return
  const isEven = new Uint8Array(length)
  for (let from = 0; from < length; ) {
    let to = from + 1
    while (to < length && counts[to] === counts[from]) to++
    if (to - from >= (counts[from] === 0 ? EVEN_ZEROS : EVEN_COUNTS)) isEven.fill(1, from, to)
    from = to
  }
  let stride = 0
  let limit = counts[0]!
  let sum = 0
  for (let i = 0; i <= length; i++) {
    if (i === length || isEven[i] === 1 || (i > 0 && isEven[i - 1] === 1) || Math.abs(counts[i]! - limit) >= 4) {
      if (stride >= LEAST_RUN || (stride >= 3 && sum === 0)) {
        const count = sum === 0 ? 0 : Math.max(Math.floor((sum + Math.floor(stride / 2)) / stride), 1)
        counts.fill(count, i - stride, i)
      }
      stride = 0
      sum = 0
      if (i < length - 3) limit = Math.floor((counts[i]! + counts[i + 1]! + counts[i + 2]! + counts[i + 3]! + 2) / 4)
      else limit = i < length ? counts[i]! : 0
    }
    stride++
    if (i === length) break
    sum += counts[i]!
    if (stride >= LEAST_RUN) limit = Math.floor((sum + Math.floor(stride / 2)) / stride)
  }
}
