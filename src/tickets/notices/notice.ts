/** The documents that come of a limit: reminder, urging notice (催办通知书) and written criticism [103,104]. */
export const noticeKinds = { REMIND: 'reminder', URGE: 'urging', CRITICISE: 'criticism' } as const
export type NoticeKind = (typeof noticeKinds)[keyof typeof noticeKinds]

const titles: Readonly<Record<NoticeKind, string>> = {
  reminder: '办理提醒',
  urging: '催办通知书',
  criticism: '通报批评',
}
/** Letters of the kinds in the number of a notice. */
const letters: Readonly<Record<NoticeKind, string>> = { reminder: 'TX', urging: 'CB', criticism: 'PP' }
const stages: Readonly<Record<string, string>> = {
  accept: '受理',
  dispatch: '转办',
  callOut: '电话告知承办单位',
  sign: '签收',
  arbitrate: '退单审核',
  handle: '办理答复',
  review: '审核',
  visit: '回访',
}

export interface Notice {
  /** E.g. QD-CB-2026-000012; a series of its own for each kind and year. */
  readonly number: string
  readonly ticketId: string
  readonly kind: NoticeKind
  readonly stage: string
  readonly unitId: string | null
  /** Who gets a copy: the unit's leader, from the urging notice on. */
  readonly copiedTo: readonly string[]
  readonly issuedAt: number
  readonly html: string
  readonly text: string
}

export interface NoticeMatter {
  readonly prefix: string
  /** As it signs, e.g. 启东市. */
  readonly city: string
  readonly kind: NoticeKind
  readonly stage: string
  readonly ticketNumber: string
  readonly title: string
  /** To whom; null: the centre itself. */
  readonly unitName: string | null
  readonly copiedTo: readonly string[]
  readonly dueAt: number
  readonly issuedAt: number
  readonly note: string
}

/** The series a notice is numbered in. */
export function noticeSeries({ prefix, kind, issuedAt }: Pick<NoticeMatter, 'prefix' | 'kind' | 'issuedAt'>): string {
  return `${prefix}-${letters[kind]}-${local(issuedAt).slice(0, 4)}`
}

/** The document as text and as HTML; every text of others is escaped. */
export function renderNotice(matter: NoticeMatter, number: string): { text: string; html: string } {
  const title = titles[matter.kind]
  const addressee = matter.unitName ?? `${matter.city}12345热线中心`
  const lines = body(matter)
  const copies = matter.copiedTo.length > 0 ? [`抄送：${matter.copiedTo.join('、')}`] : []
  const text = [title, `编号：${number}`, '', `${addressee}：`, ...lines.map((line) => `　　${line}`), '', ...copies]
  const html = [
    '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">',
    `<title>${escaped(title)} ${escaped(number)}</title></head><body>`,
    `<h1>${escaped(title)}</h1><p>编号：${escaped(number)}</p><p>${escaped(addressee)}：</p>`,
    ...[...lines, ...copies].map((line) => `<p>${escaped(line)}</p>`),
    '</body></html>',
  ]
  return { text: `${text.join('\n')}\n`, html: html.join('\n') }
}

function body({ kind, stage, ticketNumber, title, dueAt, issuedAt, note, city }: NoticeMatter): string[] {
  const about = `工单${ticketNumber}${title ? `（${title}）` : ''}`
  const step = stages[stage] ?? stage
  const said: Record<NoticeKind, string> = {
    reminder: `${about}的${step}期限为${local(dueAt)}，请抓紧办理。`,
    urging: `${about}应于${local(dueAt)}前完成${step}，现已逾期，请立即办理并说明情况。`,
    criticism: `${about}应于${local(dueAt)}前完成${step}，经催办仍未完成，现予通报批评。`,
  }
  return [said[kind], ...(note ? [note] : []), `${city}12345热线中心　${local(issuedAt)}`]
}

function local(instant: number): string {
  // Swedish writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Asia/Shanghai',
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(instant)
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
