import {
  type AnyActorScope,
  type AnyStateMachine,
  createActor,
  createMachine,
  type EventFromLogic,
  type ExecutableActionsFrom,
  type SnapshotFrom,
} from 'xstate'

const nothing = () => {}
/** Of no machine of ours, and never started: ours start nobody and send to nobody, and ask only for somebody to be there. */
const nobody = createActor(createMachine({}))

/** A snapshot, and what the machine would have done on the way to it. */
type Reached<Machine extends AnyStateMachine> = readonly [SnapshotFrom<Machine>, ExecutableActionsFrom<Machine>[]]

/** Where a machine that needs no input begins; nothing is done. */
export function firstStep<Machine extends AnyStateMachine>(machine: Machine): Reached<Machine> {
  const { scope, actions } = scopeOfAStep<Machine>()
  return [machine.getInitialSnapshot(scope) as SnapshotFrom<Machine>, actions]
}

/**
 * What follows from an event; nothing is done. As xstate's own `transition()`, which makes an actor for each step: that takes as
 * long as the step itself.
 */
export function step<Machine extends AnyStateMachine>(
  machine: Machine,
  snapshot: SnapshotFrom<Machine>,
  event: EventFromLogic<Machine>,
): Reached<Machine> {
  const { scope, actions } = scopeOfAStep<Machine>()
  return [machine.transition(snapshot, event, scope) as SnapshotFrom<Machine>, actions]
}

function scopeOfAStep<Machine extends AnyStateMachine>() {
  const actions: ExecutableActionsFrom<Machine>[] = []
  const scope: AnyActorScope = {
    self: nobody,
    system: nobody.system,
    id: '',
    sessionId: '',
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: (action) => void actions.push(action as ExecutableActionsFrom<Machine>),
  }
  return { scope, actions }
}
