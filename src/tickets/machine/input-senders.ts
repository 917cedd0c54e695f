import type { Actor } from './ticket-context.ts'
import type { InputType } from './ticket-inputs.ts'

type Role = Actor['role']

const centre: readonly Role[] = ['supervisor', 'admin']
const desk: readonly Role[] = ['agent', ...centre]

/** Who may send an input at all; whether it fits now is for the machine to say. */
export const inputSenders: Readonly<Record<InputType, readonly Role[]>> = {
  REGISTER: [...desk, 'service'],
  VOID: desk,
  ANSWER: desk,
  BRANCH_ANSWER: ['service'],
  ACCEPT: desk,
  NOT_ACCEPT: desk,
  WITHDRAW: [...desk, 'citizen'],
  MERGE: desk,
  UNMERGE: centre,
  CLOSE_WITH_PARENT: ['clock'],
  DISPATCH: desk,
  HAND_DOWN: ['unit'],
  RECALL: centre,
  SIGN: ['unit'],
  RETURN: ['unit'],
  UPHOLD_RETURN: centre,
  REFUSE_RETURN: centre,
  START: ['unit'],
  REQUEST_EXTENSION: ['unit'],
  APPROVE_EXTENSION: centre,
  REFUSE_EXTENSION: centre,
  REPLY: ['unit'],
  REVIEW: centre,
  PASS: centre,
  SEND_BACK: centre,
  VISIT: [...desk, 'service'],
  ARCHIVE: [...centre, 'clock'],
  REOPEN: desk,
  REMIND: ['clock'],
  URGE: [...centre, 'clock'],
  CRITICISE: [...centre, 'clock'],
  SUPERVISE: centre,
  ESCALATE: desk,
  INSTRUCT: centre,
  CALL_OUT: desk,
  RATE: ['service'],
}
