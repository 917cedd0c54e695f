import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument } from 'yaml'

/** What one language's prompts say, and the voice that says it. */
export interface PromptTexts {
  readonly language: string
  readonly voice: string
  readonly wordsPerMinute: number
  readonly texts: ReadonlyMap<string, string>
}

/** Reads `<language>/texts.yaml` of every language. Throws an Error that names the file and what is wrong. */
export async function readTexts(promptsDir: string): Promise<PromptTexts[]> {
  const folders = await readdir(promptsDir, { withFileTypes: true })
  const languages = folders.filter((folder) => folder.isDirectory() && !['music', 'tones'].includes(folder.name))
  return Promise.all(languages.map(({ name }) => readLanguage(promptsDir, name)))
}

async function readLanguage(promptsDir: string, language: string): Promise<PromptTexts> {
  const file = join(promptsDir, language, 'texts.yaml')
  const document = parseDocument(await readFile(file, 'utf8'))
  const [error] = document.errors
  if (error) throw new Error(`${file}: ${error.message}`)
  const content: unknown = document.toJS()
  if (!isObject(content) || !isObject(content.texts)) throw new Error(`${file}: "texts" (prompt: words) is missing`)
  if (typeof content.voice !== 'string') throw new Error(`${file}: "voice" must name a voice of espeak-ng`)
  const wordsPerMinute = content.wordsPerMinute ?? 160
  if (typeof wordsPerMinute !== 'number') throw new Error(`${file}: "wordsPerMinute" must be a number`)
  const texts = Object.entries(content.texts).map(([name, text]) => [name, checkedText(file, name, text)] as const)
  return { language, voice: content.voice, wordsPerMinute, texts: new Map(texts) }
}

function checkedText(file: string, name: string, text: unknown): string {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name))
    throw new Error(`${file}: "${name}" is no prompt name (small letters, digits, hyphens)`)
  if (typeof text !== 'string' || text.trim() === '') throw new Error(`${file}: prompt "${name}" has no text`)
  return text.trim()
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
