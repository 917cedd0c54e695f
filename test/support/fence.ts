const fence = /^((?:bg)?api) expand expand \$\{cond\(\$\{yihao_epoch\} == \d+ \? (\S+) : echo -ERR fenced off\)\}/

/** The command inside the condition on the epoch (docs/decisions/0015); undefined when there is none around it. */
export function insideFence(command: string): string | undefined {
  return fence.test(command) ? command.replace(fence, '$1 $2') : undefined
}
