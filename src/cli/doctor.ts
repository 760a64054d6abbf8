/** `rephoto doctor`: what works on this machine, and what to do about what doesn't. */
import type { CommandModule } from 'yargs'

const MARKS = { ok: 'ok  ', note: 'note', bad: 'BAD ' } as const

/** The command. */
export const doctorCommand: CommandModule = {
  command: 'doctor',
  describe: 'Check Node, ONNX Runtime, devices, packs and memory, and say what to do',
  handler: async () => {
    const { doctor } = await import('../doctor.ts')
    const findings = await doctor()
    for (const { standing, name, found, advice } of findings) {
      process.stdout.write(`${MARKS[standing]}  ${name.padEnd(14)} ${found}\n`)
      if (advice !== undefined) process.stdout.write(`${' '.repeat(21)}${advice}\n`)
    }
    if (findings.some(({ standing }) => standing === 'bad')) process.exitCode = 1
  },
}
