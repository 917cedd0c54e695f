import { UnknownCode } from './errors.ts'

/** Codes of one kind and what they mean, from the city's file. Without any, every text is taken. */
export type Codes = ReadonlyMap<string, string>

/** Throws {@link UnknownCode}. */
export function requireCode(codes: Codes, code: string, kind: string): void {
  if (codes.size === 0 || codes.has(code)) return
  throw new UnknownCode(`${code} is no ${kind} of this city: ${[...codes.keys()].join(', ')}`)
}
