/**
 * What the system refused, in words: one place that knows its codes. A disk that is full, a place that is read-only, files or
 * memory that ran out are no mistakes of the program, and each has something that can be done about it.
 */

/** For what a file was wanted: it decides what a refusal means. */
export type Use = 'read' | 'write'

/** Whether an error came from the system (it has a code and names the call). */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error
}

/** Calls that change something: what refuses them could not be written, whatever it was wanted for. */
const CHANGES =
  /^(?:mkdir|mkdtemp|write|writev|rename|link|symlink|unlink|rmdir|rm|copyfile|ftruncate|truncate|fsync)$/u

/**
 * "expected …, found … (CODE); what to do"; undefined for what is no refusal of the system. Memory that ran out is told by
 * engine/memory.ts, which knows the words of all who say it.
 */
export function systemReason(error: unknown, use: Use | 'either' = 'write'): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const { code, syscall } = error as NodeJS.ErrnoException & { code: string }
  const meant = CHANGES.test(syscall ?? '') ? 'write' : use
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      if (meant === 'either') return `expected a place of your own, found no permission (${code}); check whose it is`
      return meant === 'write'
        ? `expected a place that can be written, found no permission (${code}); choose another with --out`
        : `expected a file that can be read, found no permission (${code}); change its permissions`
    case 'EROFS':
      return `expected a place that can be written, found a read-only file system (${code}); choose another with --out`
    case 'ENOSPC':
    case 'EDQUOT':
      return `expected free space, found a full disk (${code}); make room, then continue with rephoto resume`
    case 'EFBIG':
      return `expected room for a larger file, found the largest that may be (${code}); raise the limit (ulimit -f) or choose another place with --out`
    case 'EMFILE':
    case 'ENFILE':
      return `expected to open one more file, found the limit of open files reached (${code}); raise it (ulimit -n 4096), or let fewer programs run at a time`
    case 'EAGAIN':
      return `expected to start one more process, found the limit reached (${code}); raise it (ulimit -u), or let fewer programs run at a time`
    case 'ENOTDIR':
    case 'EEXIST':
      return `expected a folder, found a file there (${code}); choose another with --out`
    case 'EISDIR':
      return `expected a file, found a folder there (${code}); move it away`
    case 'ELOOP':
      return `expected a file, found a link there (${code}); remove the link`
    case 'ENAMETOOLONG':
      return `expected a shorter name, found one that the file system refuses (${code}); choose another with --out`
    case 'EIO':
      return `expected a disk that works, found one that fails (${code}); check it, and choose another place with --out`
    case 'ENOENT':
      if (syscall === 'mkdir') return 'no folder can be made there; choose another place with --out'
      // The current folder itself was removed.
      if (syscall === 'uv_cwd') return 'expected a current folder, found that it was removed; change to another one'
      return 'expected a file here, found none; check the path'
    case 'ENOMEM':
      return `expected more memory, found none left (${code}); end other programs, or raise the limit (ulimit -v)`
    case 'ERR_FS_FILE_TOO_LARGE':
    case 'ERR_STRING_TOO_LONG':
      return `expected a smaller file, found one that is larger than can be read (${code}); restore it from a copy`
    default:
      return undefined
  }
}

/** The whole line for a refusal that nobody who knows more has put into words: its path and the reason. */
export function systemMessage(error: unknown): string | undefined {
  const reason = systemReason(error, 'either')?.replace(
    /choose another(?: place)? with --out/u,
    'choose another place (--out; REPHOTO_CACHE for models)',
  )
  if (reason === undefined) return undefined
  const { path } = error as NodeJS.ErrnoException
  return typeof path === 'string' && path !== '' ? `${path}: ${reason}` : reason
}
