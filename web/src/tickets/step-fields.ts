/** What a step asks for. */
export interface StepField {
  readonly name: string
  readonly input: 'text' | 'kind' | 'unit' | 'choice' | 'yesNo' | 'orUnknown' | 'instant' | 'ticket'
  readonly choices?: readonly string[]
  readonly optional?: boolean
}

const text = (name: string, optional = false): StepField => ({ name, input: 'text', optional })
const choice = (name: string, choices: readonly string[]): StepField => ({ name, input: 'choice', choices })
const unit = [{ name: 'unitId', input: 'unit' }, text('note', true)] as const
const kind = { name: 'kind', input: 'kind' } as const
const stage = choice('stage', [
  'accept',
  'dispatch',
  'callOut',
  'sign',
  'arbitrate',
  'handle',
  'review',
  'visit',
  'archive',
])
const grounds = ['other-jurisdiction', 'emergency-line', 'in-court-or-review', 'secret-or-private', 'too-vague']

/** As the ticket service's schemas have it; a step that is not listed asks for nothing. */
const fields: Readonly<Record<string, readonly StepField[]>> = {
  REGISTER: [kind, choice('urgency', ['ordinary', 'urgent'])],
  VOID: [text('reason')],
  ANSWER: [kind, text('answer')],
  NOT_ACCEPT: [choice('ground', grounds), text('explanation')],
  WITHDRAW: [text('reason')],
  MERGE: [{ name: 'parentId', input: 'ticket' }],
  UNMERGE: [text('reason')],
  DISPATCH: unit,
  HAND_DOWN: unit,
  RECALL: [text('reason')],
  RETURN: [text('reason')],
  UPHOLD_RETURN: [text('note')],
  REFUSE_RETURN: [text('note')],
  REQUEST_EXTENSION: [{ name: 'until', input: 'instant' }, text('grounds')],
  REFUSE_EXTENSION: [text('note')],
  REPLY: [text('reply')],
  PASS: [text('note', true)],
  SEND_BACK: [text('reason')],
  VISIT: [
    choice('channel', ['phone', 'web', 'sms', 'key']),
    { name: 'reached', input: 'yesNo' },
    { name: 'resolved', input: 'orUnknown', optional: true },
    { name: 'satisfied', input: 'orUnknown', optional: true },
    text('comment', true),
  ],
  REOPEN: [text('reason')],
  URGE: [stage, text('note', true)],
  CRITICISE: [stage, text('note', true)],
  SUPERVISE: [text('note')],
  ESCALATE: [text('leader'), text('note')],
  INSTRUCT: [text('leader'), text('instruction')],
  CALL_OUT: [text('number'), text('note')],
}

/** Steps after which nothing follows: asked for once more. */
const forGood: readonly string[] = ['ARCHIVE']

export const isForGood = (step: string): boolean => forGood.includes(step)

/** Whether there is a form between the button of a step and the step. */
export const asksFirst = (step: string): boolean => fieldsOf(step).length > 0 || isForGood(step)

export function fieldsOf(step: string): readonly StepField[] {
  return fields[step] ?? []
}
