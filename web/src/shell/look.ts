import { ref, watchEffect } from 'vue'

export type Look = 'light' | 'dark'

const storageKey = 'yihao.look'
const asSystem: Look = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
const chosen = localStorage.getItem(storageKey)

/** Light or dark: as chosen in this browser, else as the system has it. */
export const look = ref<Look>(chosen === 'light' || chosen === 'dark' ? chosen : asSystem)

export function startLook(): void {
  watchEffect(() => {
    document.documentElement.classList.toggle('dark', look.value === 'dark')
  })
}

export function switchLook(): void {
  look.value = look.value === 'dark' ? 'light' : 'dark'
  localStorage.setItem(storageKey, look.value)
}
