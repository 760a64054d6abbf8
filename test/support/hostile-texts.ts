/** Texts as nobody expects them in names, keys and values, for fuzzing; and what may come of them. */
import fc from 'fast-check'

/** What no text that is shown may hold, written once more and on its own: control, format and blank characters, half characters. */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/** The first character of a text that may not be shown; line feeds between lines may. */
export function unshown(text: string): string | undefined {
  const found = UNSHOWN.exec(text.replaceAll('\n', ''))?.[0]
  return found === undefined ? undefined : `U+${found.codePointAt(0)!.toString(16)}`
}

/** Every character that a terminal, a shell, a spreadsheet or a reader may take for more than itself. */
export const SPECIAL: readonly string[] = [
  ...Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).filter((c) => !/[\w ]/u.test(c)),
  ...'\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff',
  ...['\ufff9', '\u{e0041}', '\u{1d173}', '\ud83d', '\ude00', '\u3164', '＝', '＠'],
]

const PHRASES = [
  '\u001b]0;pwned\u0007\u001b[31mred',
  '\u009b31mred',
  'nl\nrephoto: all is well',
  '\u202egpj.exe',
  '__proto__',
  'constructor',
  'toString',
  '--',
  '-x',
  '../../etc/passwd',
  'C:\\new\\Users',
  '=cmd|calc!A1',
  '+1+1',
  '@SUM(1)',
  '$(touch canary) `touch canary` ; touch canary #\'"',
  '\ntouch canary\n',
  '\u0024{HOME}',
  '%s %n %A %%',
  '</script><script>alert(1)</script>',
  'NaN',
  '1e999',
  'null',
  'x'.repeat(300),
  '\u001b'.repeat(3000),
  'a.'.repeat(200),
  '[ab]*{c,d}?',
  '!(a)',
  'é\u0301'.normalize('NFD'),
  '👩‍👩‍👧‍👦',
]

/** Texts of special characters, of phrases that did harm somewhere, and ordinary ones. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...PHRASES),
  fc.array(fc.constantFrom(...SPECIAL, 'a', '1', ' '), { maxLength: 12 }).map((all) => all.join('')),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.tuple(fc.constantFrom(...PHRASES), fc.constantFrom(...PHRASES)).map((two) => two.join('')),
)

/** The same as a file's name: no slash, no NUL, no more bytes than one may have, half characters replaced. */
export const hostileName: fc.Arbitrary<string> = hostileText.map((text) => {
  const plain = Buffer.from(text.replaceAll(/[/\0]/gu, '_').slice(0, 60)).toString()
  return /^\.{0,2}$/u.test(plain) ? `${plain}x` : plain
})

/** How many cases a property tries: FUZZ, or few, for every day. */
export const cases = (few: number): number => Number(process.env.FUZZ ?? few)

/** Cases between two pauses. */
const PART = 1000

/** Tries a property so many times, with pauses, in which vitest hears that the test still runs: after a minute it would give it up. */
export async function inParts<T>(property: fc.IProperty<T>, numRuns: number): Promise<void> {
  for (let left = numRuns; left > 0; left -= PART) {
    fc.assert(property, { numRuns: Math.min(left, PART) })
    await new Promise((resume) => setImmediate(resume))
  }
}
