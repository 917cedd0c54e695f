import { type ParseArgsConfig, parseArgs } from 'node:util'
import { messageOf } from './errors.ts'

/** Reads a command's options. One it does not know ends the process with status 2 and a sentence that names it. */
export function readArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config)
  } catch (error) {
    console.error(`${messageOf(error)}\nWhat there is to say: --help`)
    process.exit(2)
  }
}
