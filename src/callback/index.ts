export { actingAgent } from './acting-agent.ts'
export {
  type AttemptOutcome,
  CallbackBook,
  type CallbackCalls,
  type CallbackLine,
  type CallbackWish,
} from './callback-book.ts'
export { CallbackDialog, callbackPrompts } from './callback-dialog.ts'
export { callbackDialogMachine } from './callback-dialog-machine.ts'
export { callbackMachine } from './callback-machine.ts'
export { callbackRoutes } from './callback-routes.ts'
export { type CallbackRules, callbackSetting, toCallbackRules } from './callback-rules.ts'
export { CallbackStore } from './callback-store.ts'
export { AgentNotReady, OutsideCallHours } from './errors.ts'
