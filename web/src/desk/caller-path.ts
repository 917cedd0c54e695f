import { computed, type Ref } from 'vue'
import { usePathNames } from '../menus/use-path-names.ts'
import type { DeskCall } from './views.ts'

/** What the caller pressed, in words. */
export function useCallerPath(call: Ref<DeskCall | null>) {
  const names = usePathNames(() => call.value?.callId)
  return computed(() => names(call.value?.menuPath ?? []))
}
