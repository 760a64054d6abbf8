/** `rephoto completion`: prints what makes a shell complete commands, options and their values. */
import type { CommandModule } from 'yargs'
import { print, say } from './print.ts'

const shells = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof shells)[number]

/** The word by which a script asks what may come next; yargs answers it. */
export const ASKS = '--get-yargs-completions'

/** yargs goes by the login shell; the one that asks may be another. Where nothing is found, shells complete names of files. */
const scripts: Readonly<Record<Shell, string>> = {
  bash: `_rephoto_completion() {
  local IFS=$'\\n' word="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=($(compgen -W "$(SHELL=bash ZSH_NAME= rephoto ${ASKS} "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)" -- "$word"))
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -o bashdefault -o default -F _rephoto_completion rephoto`,
  zsh: `#compdef rephoto
_rephoto() {
  local -a found
  found=("\${(@f)$(SHELL=zsh rephoto ${ASKS} "\${(@)words[1,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then _describe 'rephoto' found; else _default; fi
}
if [[ "\${zsh_eval_context[-1]}" == loadautofunc ]]; then _rephoto "$@"; else compdef _rephoto rephoto; fi`,
  fish: `function __rephoto_complete
  set -l found (SHELL=fish ZSH_NAME= rephoto ${ASKS} (commandline -opc) (commandline -ct) 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c rephoto -f -a '(__rephoto_complete)'`,
}

const places: Readonly<Record<Shell, string>> = {
  bash: 'rephoto completion bash >> ~/.bashrc',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: of zsh
  zsh: 'rephoto completion zsh > "${fpath[1]}/_rephoto"',
  fish: 'rephoto completion fish > ~/.config/fish/completions/rephoto.fish',
}

/** The command. */
export const completionCommand: CommandModule<object, { shell: string }> = {
  command: 'completion <shell>',
  describe: 'Print what makes bash, zsh or fish complete commands, options, presets and keys',
  builder: (yargs) =>
    yargs
      .positional('shell', { type: 'string', choices: shells, demandOption: true, describe: 'The shell' })
      .example(places.bash.replace('rephoto', '$0'), 'then open a new shell'),
  handler: ({ shell }) => {
    const own = shell as Shell
    for (const line of scripts[own].split('\n')) print(line)
    if (process.stdout.isTTY === true) say(`to install it: ${places[own]}`)
  },
}
