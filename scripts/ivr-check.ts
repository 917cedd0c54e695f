import { join, resolve } from 'node:path'
import { formatFault, formatMenuTree, MenusRefused, readMenus } from '../src/ivr/index.ts'
import { messageOf, projectRoot, readArguments } from '../src/kernel/index.ts'

const help = `Checks the IVR menus and prints their tree. Exit status 1 when anything is wrong, with every fault's file and line.

  npm run ivr:check -- [options]

  --menus DIR     folder of the menu files   (default: ivr/menus)
  --prompts DIR   folder of the prompts      (default: ivr/prompts)
  --queues A,B    names of the queues there are; without it the queues named are taken on trust
  --help          this text`

async function main(): Promise<number> {
  const { values } = readArguments({
    options: {
      menus: { type: 'string' },
      prompts: { type: 'string' },
      queues: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return say(help)
  const root = projectRoot()
  const queues = values.queues?.split(',').map((queue) => queue.trim())
  const menus = await readMenus({
    menusDir: resolve(values.menus ?? join(root, 'ivr/menus')),
    promptsDir: resolve(values.prompts ?? join(root, 'ivr/prompts')),
    ...(queues && { queues: new Set(queues) }),
  })
  say(formatMenuTree(menus))
  return say(
    `\n${menus.lines.size} lines, ${menus.menus.size} menus, languages ${menus.languages.join(', ')}: no faults.`,
  )
}

function say(text: string): 0 {
  process.stdout.write(`${text}\n`)
  return 0
}

function complain(thrown: unknown): 1 {
  const lines = thrown instanceof MenusRefused ? thrown.faults.map(formatFault) : [`ivr:check: ${messageOf(thrown)}`]
  process.stderr.write(`${lines.join('\n')}\n`)
  return 1
}

process.exitCode = await main().catch(complain)
