/** docs/config.md: every key of a config of this method. */
import { configTable } from '../../config/document.ts'
import type { JsonObject } from '../../config/merge.ts'
import { rephotographConfig } from './config.ts'
import { referenceConfig, stageDefaults } from './reference.ts'

const INTRODUCTION = `# Every key of a config

<!-- Generated from src/methods/rephotograph/schema.ts: npx vitest run test/config -u -->

A config is a JSON5 file (JSON with comments and without most quotes). It names only what it wants otherwise:

\`\`\`json5
{
  extends: 'antique-b', // a preset, or a file relative to this one; also a list
  input: 'grandmother.png', // relative to this file
  optimize: { steps: [100, 300] },
}
\`\`\`

Each key stands once in an object, and in a text a backslash is written twice (\`'C:\\\\photos\\\\anna.jpg'\`; / works too). A file has at most 1 MB and
64 levels, and at most 50 configs extend one another.

On the command line, \`--set 'optimize.steps=[100,300]'\` does the same for one key. A key that is absent or \`null\` has the
value that the model pack prescribes (\`settings\` in its \`pack.json\`; compact has weights and steps of its own), and where the pack
prescribes none, that of the reference implementation, given here for its 1024 px generator. Where pixels or layers are meant,
smaller generators scale it. The complete config is saved with every run.
Deviations of the reference from what one would expect are marked as quirks: its behaviour is the default, and the key turns it off.`

/** The text of docs/config.md. */
export function portraitConfigTable(): string {
  const values = { ...referenceConfig(1024), degradation: stageDefaults() } as unknown as JsonObject
  return configTable(rephotographConfig, values, INTRODUCTION)
}
