import type { AnyStateMachine, AnyStateNode } from 'xstate'

interface Arrow {
  readonly from: string
  readonly to: string
  readonly inputs: readonly string[]
  /** Guard and actions. */
  readonly detail: string
}

type Transition = AnyStateNode['always'] extends readonly (infer T)[] | undefined ? T : never

/** A machine as a Mermaid stateDiagram-v2: `EVENT [guard] / actions` on every arrow, in the order the machine tries them. */
export function stateDiagram(machine: AnyStateMachine): string {
  const states = Object.values(machine.root.states)
  const starts = machine.root.initial?.target ?? []
  const lines = [
    ...starts.map(({ key }) => `[*] --> ${key}`),
    ...joined(states.flatMap(arrowsFrom)).map(arrowLine),
    ...states.filter(({ type }) => type === 'final').map(({ key }) => `${key} --> [*]`),
  ]
  return ['```mermaid', 'stateDiagram-v2', ...lines.map((line) => `  ${line}`), '```'].join('\n')
}

/** What a drawing has no room for: transitions possible in every state, and what is done on entering one. */
export function besideTheDiagram(machine: AnyStateMachine): readonly string[] {
  const anywhere = transitionsOf(machine.root).map((transition) => {
    const label = labelOf([transition.eventType], detailOf(transition))
    return `From any state: \`${label}\` leads to ${targetsOf(machine.root, transition).join(', ')}.`
  })
  const entries = Object.values(machine.root.states)
    .filter(({ entry }) => entry.length > 0)
    .map(({ key, entry }) => `On entering ${key}: ${namesOf(entry)}.`)
  return [...anywhere, ...entries]
}

function arrowLine({ from, to, inputs, detail }: Arrow): string {
  const label = labelOf(inputs, detail)
  return `${from} --> ${to}${label && ` : ${label}`}`
}

function arrowsFrom(state: AnyStateNode): Arrow[] {
  return transitionsOf(state).flatMap((transition) =>
    targetsOf(state, transition).map((to) => ({
      from: state.key,
      to,
      inputs: transition.eventType ? [transition.eventType] : [],
      detail: detailOf(transition),
    })),
  )
}

function transitionsOf(state: AnyStateNode): readonly Transition[] {
  return [...[...state.transitions.values()].flat(), ...(state.always ?? [])]
}

/** A transition without a target keeps the state. */
function targetsOf(state: AnyStateNode, { target }: Transition): string[] {
  return target ? target.map(({ key }) => key) : [state.key]
}

/** The same arrow for several inputs is drawn once; arrows that differ in guard or actions stay apart. */
function joined(arrows: readonly Arrow[]): Arrow[] {
  const byWay = new Map<string, Arrow>()
  for (const arrow of arrows) {
    const key = [arrow.from, arrow.to, arrow.detail].join('\n')
    byWay.set(key, { ...arrow, inputs: [...(byWay.get(key)?.inputs ?? []), ...arrow.inputs] })
  }
  return [...byWay.values()]
}

function labelOf(inputs: readonly string[], detail: string): string {
  return [inputs.join(', '), detail].filter(Boolean).join(' ')
}

function detailOf({ guard, actions }: Transition): string {
  const done = namesOf(actions)
  return [guard === undefined ? '' : `[${nameOf(guard)}]`, done && `/ ${done}`].filter(Boolean).join(' ')
}

function namesOf(actions: readonly unknown[]): string {
  return actions.map(nameOf).join(', ')
}

/** Guards and actions stand by name, or as an object that holds it. */
function nameOf(part: unknown): string {
  if (typeof part === 'string') return part
  const { type } = part as { readonly type?: string }
  if (type === undefined) throw new Error('a guard or action without a name cannot be drawn: name it in setup()')
  return type
}
