/** The reference of the package's entries as Markdown, from their declarations and docstrings. */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { type ExportedDeclarations, type JSDoc, Node, Project } from 'ts-morph'

/** The page of an entry. */
export interface ReferencePage {
  /** 'rephoto/graph' */
  readonly entry: string
  /** Name of the page: 'api-graph'. */
  readonly name: string
  readonly markdown: string
  /** Names that are exported, and those without a docstring. */
  readonly exported: number
  readonly silent: readonly string[]
}

/** Makes the pages of all entries in package.json. */
export function referencePages(): ReferencePage[] {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    exports: Record<string, { types?: string } | string>
  }
  const project = new Project({ tsConfigFilePath: 'tsconfig.json', skipAddingFilesFromTsConfig: true })
  return Object.entries(exports).flatMap(([entry, target]) => {
    if (typeof target === 'string' || target.types === undefined) return []
    const source = target.types.replace('./dist/', 'src/').replace(/\.d\.ts$/u, '.ts')
    return [pageOf(project, entry, source)]
  })
}

function pageOf(project: Project, entry: string, source: string): ReferencePage {
  const file = project.addSourceFileAtPath(source)
  const name = `rephoto${entry.slice(1)}`
  const groups = new Map<string, [string, ExportedDeclarations[]][]>()
  let exported = 0
  for (const [own, declarations] of [...file.getExportedDeclarations()].sort(byName)) {
    const kind = kindOf(declarations[0]!)
    groups.set(kind, [...(groups.get(kind) ?? []), [own, declarations]])
    exported++
  }
  const silent: string[] = []
  const lines = [`# ${name}`, '', introduction(file.getFullText()), '']
  for (const kind of ['Functions', 'Classes', 'Values', 'Types']) {
    const members = groups.get(kind)
    if (!members) continue
    lines.push(`## ${kind}`, '')
    for (const [own, declarations] of members) {
      const text = entryOf(own, declarations)
      if (!text.documented) silent.push(own)
      lines.push(text.markdown, '')
    }
  }
  return {
    entry: name,
    name: entry === '.' ? 'api' : `api-${entry.slice(2)}`,
    markdown: lines.join('\n'),
    exported,
    silent,
  }
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)

function introduction(text: string): string {
  const [, comment = ''] = /^\/\*\*([\s\S]*?)\*\//u.exec(text) ?? []
  return unstarred(comment)
}

function unstarred(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/u, '').trim())
    .join('\n')
    .trim()
}

function kindOf(node: ExportedDeclarations): string {
  if (Node.isFunctionDeclaration(node)) return 'Functions'
  if (Node.isClassDeclaration(node)) return 'Classes'
  if (Node.isVariableDeclaration(node)) {
    const written = node.getInitializer()
    return Node.isArrowFunction(written) ? 'Functions' : 'Values'
  }
  return 'Types'
}

function entryOf(
  name: string,
  declarations: readonly ExportedDeclarations[],
): { markdown: string; documented: boolean } {
  // Of a name that is both, a type and a value, both are shown.
  const docs = declarations.flatMap(docsOf)
  const lines = [`### ${name}`, '', '```ts', ...declarations.map((one) => signatureOf(name, one)), '```', '']
  for (const doc of docs) lines.push(...wordsOf(doc))
  const place = relative(process.cwd(), declarations[0]!.getSourceFile().getFilePath())
  lines.push(`<small>${place.replaceAll('\\', '/')}</small>`)
  return { markdown: lines.join('\n'), documented: docs.length > 0 || hasLeadingComment(declarations[0]!) }
}

/** Members of a class that explain themselves stand for it. */
function hasLeadingComment(node: ExportedDeclarations): boolean {
  return !(Node.isFunctionDeclaration(node) || Node.isClassDeclaration(node))
}

function docsOf(node: ExportedDeclarations): JSDoc[] {
  if (Node.isVariableDeclaration(node)) return node.getVariableStatement()?.getJsDocs() ?? []
  return Node.isJSDocable(node) ? node.getJsDocs() : []
}

function wordsOf(doc: JSDoc): string[] {
  const lines = [doc.getDescription().trim(), '']
  for (const tag of doc.getTags()) {
    const comment = (tag.getCommentText() ?? '').replaceAll('\n', ' ').trim()
    if (Node.isJSDocParameterTag(tag)) lines.push(`- \`${tag.getName()}\`: ${comment}`)
    else lines.push(`- *${tag.getTagName()}*: ${comment}`)
  }
  return [...lines, '']
}

/** Longer initial values say nothing more. */
const LONGEST_VALUE = 160

function signatureOf(name: string, node: ExportedDeclarations): string {
  if (Node.isFunctionDeclaration(node)) {
    const overloads = node.getOverloads()
    const all = overloads.length > 0 ? overloads : [node]
    return all.map((one) => withoutBody(one.getText(), one.getBody()?.getText())).join('\n')
  }
  if (Node.isClassDeclaration(node)) return classOf(node)
  if (Node.isVariableDeclaration(node)) {
    const written = node.getInitializer()
    if (Node.isArrowFunction(written))
      return `const ${name} = ${written.getText().slice(0, written.getEqualsGreaterThan().getStart() - written.getStart())}=> …`
    const value = written?.getText() ?? ''
    if (value !== '' && value.length <= LONGEST_VALUE) return `const ${name} = ${value}`
    return `const ${name}: ${node.getType().getText(node)}`
  }
  return node.getText().replace(/^export (?:default )?/u, '')
}

function withoutBody(text: string, body: string | undefined): string {
  const head = body === undefined ? text : text.slice(0, text.length - body.length)
  return head.replace(/^export (?:default )?/u, '').trim()
}

function classOf(node: ExportedDeclarations & { getKindName(): string }): string {
  if (!Node.isClassDeclaration(node)) return ''
  const heritage = node.getExtends()?.getText()
  const members = node.getMembers().flatMap((member) => {
    const text = member.getText()
    if (/^(?:readonly |static )?#|^private |^protected /u.test(text)) return []
    const docs = Node.isJSDocable(member) ? member.getJsDocs().map((doc) => doc.getText()) : []
    const body = Node.isBodied(member)
      ? member.getBody()?.getText()
      : Node.isBodyable(member)
        ? member.getBody()?.getText()
        : undefined
    return [...docs, withoutBody(text, body)].map((line) => `  ${line.replaceAll('\n', '\n  ')}`)
  })
  return [`class ${node.getName()}${heritage ? ` extends ${heritage}` : ''} {`, ...members, '}'].join('\n')
}
