/** `rephoto doctor`: what works on this machine, and what to do about what doesn't. */
import type { CommandModule } from 'yargs'
import { print } from './print.ts'

const MARKS = { ok: 'ok  ', note: 'note', bad: 'BAD ' } as const

/** The command. */
export const doctorCommand: CommandModule = {
  command: 'doctor',
  describe: 'Check Node, ONNX Runtime, devices, packs and memory, and say what to do',
  handler: async () => {
    const { doctor } = await import('../doctor.ts')
    const findings = await doctor()
    for (const { standing, name, found, advice } of findings) {
      print(`${MARKS[standing]}  ${name.padEnd(14)} ${found}`)
      if (advice !== undefined) print(`${' '.repeat(21)}${advice}`)
    }
    if (findings.some(({ standing }) => standing === 'bad')) process.exitCode = 1
  },
}
