// A Slurm of one node, started for a test and ended after it: munge, controller and node daemon as plain processes,
// without systemd, cgroups or accounting. Debian: apt-get install slurm-wlm munge.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, hostname } from 'node:os'
import { delimiter, join } from 'node:path'

const NEEDED = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'sinfo']

/** Why no Slurm can be started here; undefined where it can. */
export function whyNoSlurm(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root to start slurmd'
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
  const missing = NEEDED.filter((name) => !folders.some((folder) => existsSync(join(folder, name))))
  return missing.length === 0 ? undefined : `needs ${missing.join(', ')}: apt-get install slurm-wlm munge`
}

/** A running Slurm. */
export interface Cluster {
  /** For SLURM_CONF. */
  readonly conf: string
  /** Lets its node begin no job (false), or again (true); those that run go on. */
  open(yes: boolean): void
  stop(): Promise<void>
}

/** Starts it in a folder and waits until its node is idle. */
export async function startSlurm(folder: string): Promise<Cluster> {
  const at = (name: string) => join(folder, name)
  for (const name of ['munge', 'state', 'spool']) mkdirSync(at(name), { recursive: true })
  chmodSync(at('munge'), 0o700)
  writeFileSync(at('munge/key'), randomBytes(1024), { mode: 0o600 })
  const port = 20_000 + (process.pid % 10_000) * 2
  const host = hostname()
  const conf = at('slurm.conf')
  writeFileSync(
    conf,
    `ClusterName=test
SlurmctldHost=${host}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${at('munge/socket')}
MpiDefault=none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmctldPort=${port}
SlurmdPort=${port + 1}
SlurmctldPidFile=${at('slurmctld.pid')}
SlurmdPidFile=${at('slurmd.pid')}
SlurmdSpoolDir=${at('spool')}
StateSaveLocation=${at('state')}
SwitchType=switch/none
NodeName=${host} CPUs=${availableParallelism()} State=UNKNOWN
PartitionName=all Nodes=${host} Default=YES MaxTime=INFINITE State=UP
`,
  )
  const children: ChildProcess[] = []
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, SLURM_CONF: conf }
  const daemon = (command: string, ...args: string[]) => {
    children.push(spawn(command, args, { env, stdio: 'ignore' }))
  }
  const file = (option: string, name: string) => `--${option}=${at(`munge/${name}`)}`
  daemon(
    'munged',
    '--foreground',
    '--force',
    file('socket', 'socket'),
    file('key-file', 'key'),
    file('pid-file', 'pid'),
    file('seed-file', 'seed'),
    file('log-file', 'log'),
  )
  const stop = async () => {
    for (const child of children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const gone = new Promise((done) => child.once('exit', done))
      child.kill('SIGTERM')
      await Promise.race([gone, pause(5000)])
    }
  }
  try {
    await until(() => existsSync(at('munge/socket')))
    daemon('slurmctld', '-D', '-c')
    await pause(500)
    daemon('slurmd', '-D')
    await until(() => sinfo(env) === 'idle')
  } catch (error) {
    await stop()
    throw error
  }
  const open = (yes: boolean) => {
    const state = yes ? ['State=RESUME'] : ['State=DRAIN', 'Reason=test']
    execFileSync('scontrol', ['update', `NodeName=${host}`, ...state], { env })
  }
  return { conf, open, stop }
}

function sinfo(env: NodeJS.ProcessEnv): string {
  try {
    return execFileSync('sinfo', ['--noheader', '--format=%T'], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return ''
  }
}

async function until(ready: () => boolean): Promise<void> {
  const began = performance.now()
  while (!ready()) {
    if (performance.now() - began > 40_000) throw new Error('Slurm did not start within 40 s')
    await pause(200)
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds))
}

/** Lines of a file. */
export function lines(path: string): string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n')
}
