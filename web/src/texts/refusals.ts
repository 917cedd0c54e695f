import { ApiError } from '../api/request.ts'
import { refusalWords } from './refusal-words.ts'
import { language } from './texts.ts'

/** What to tell somebody of a refusal: our words where there are some, else the service's own. */
export function refusalText(error: unknown): string {
  if (!(error instanceof ApiError)) return String(error)
  return refusalWords[error.code]?.[language.value] ?? error.message
}
