/**
 * The finished object tree must be a tree that can be walked: no object inside itself, not too deep. (Memo entries let a
 * file build both with a few bytes.) Checked once without recursion, so whoever reads the tree may recurse.
 */
import type { Limits } from './limits.ts'
import type { Fail } from './pickle.ts'
import { ObjectValue, type Value } from './value.ts'

export function checkTree(root: Value, limits: Limits, fail: Fail): void {
  /** Height of every container that is done; 0 while it is being walked. */
  const heights = new Map<Value, number>()
  const path: { value: Value; children: Iterator<Value>; height: number }[] = []
  const enter = (value: Value): number => {
    const children = childrenOf(value)
    if (children === undefined) return 0
    const known = heights.get(value)
    if (known === 0) fail('an object that contains itself')
    if (known !== undefined) return known
    heights.set(value, 0)
    path.push({ value, children, height: 1 })
    if (path.length > limits.depth) fail(`objects nested deeper than ${limits.depth}`)
    return -1
  }
  enter(root)
  for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
    const next = node.children.next()
    if (next.done === true) {
      heights.set(node.value, node.height)
      path.pop()
      const parent = path.at(-1)
      if (parent !== undefined) parent.height = Math.max(parent.height, node.height + 1)
    } else {
      const height = enter(next.value)
      if (height > 0) node.height = Math.max(node.height, height + 1)
    }
    if (node.height > limits.depth) fail(`objects nested deeper than ${limits.depth}`)
  }
}

function childrenOf(value: Value): Iterator<Value> | undefined {
  if (Array.isArray(value)) return (value as readonly Value[])[Symbol.iterator]()
  if (value instanceof Map) return value.values()
  if (value instanceof Set) return value.values()
  if (value instanceof ObjectValue) return value.state.values()
  return undefined
}
