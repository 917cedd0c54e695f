/** One text in both languages; `{name}` is filled in. */
export interface Text {
  readonly zh: string
  readonly en: string
}
