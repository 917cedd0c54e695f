import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router'
import { type Role, session } from './session/session.ts'

declare module 'vue-router' {
  interface RouteMeta {
    /** Who may see the page; without it, everybody. The server asks again with every request. */
    roles?: readonly Role[]
    /** The page fills the screen, without the bar on top. */
    bare?: boolean
  }
}

const everybody = ['agent', 'supervisor', 'admin'] as const
const overseers = ['supervisor', 'admin'] as const
const withUnits = [...everybody, 'unit'] as const

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', redirect: () => home() },
    { path: '/phone', component: () => import('./phone/phone-page.vue'), meta: { bare: true } },
    { path: '/login', component: () => import('./session/login-page.vue'), meta: { bare: true } },
    { path: '/desk', component: () => import('./desk/desk-page.vue'), meta: { roles: everybody } },
    {
      path: '/wallboard',
      component: () => import('./wallboard/wallboard-page.vue'),
      meta: { roles: everybody, bare: true },
    },
    { path: '/tickets', component: () => import('./tickets/tickets-page.vue'), meta: { roles: withUnits } },
    { path: '/tickets/:ticketId', component: () => import('./tickets/ticket-page.vue'), meta: { roles: withUnits } },
    {
      path: '/supervisor',
      component: () => import('./supervisor/supervisor-page.vue'),
      meta: { roles: overseers },
    },
    { path: '/reports', component: () => import('./reports/reports-page.vue'), meta: { roles: overseers } },
    { path: '/menus', component: () => import('./menus/menus-page.vue'), meta: { roles: overseers } },
  ],
})

router.beforeEach(async (to) => {
  await session.restored
  return admitted(to)
})

/** Milliseconds after which a page is asked for again whose files did not come. */
const againAfter = 1000

// The service may be starting anew at this moment: without this the page would stay empty for ever.
router.onError((_error, to) => {
  const shown = router.currentRoute.value.fullPath
  setTimeout(() => {
    if (router.currentRoute.value.fullPath === shown) void router.push(to.fullPath).catch(() => undefined)
  }, againAfter)
})

function admitted(to: RouteLocationNormalized) {
  const { roles } = to.meta
  if (!roles) return true
  const { user } = session
  if (!user.value) return { path: '/login', query: { next: to.path } }
  return roles.includes(user.value.role) ? true : { path: '/' }
}

/** Where the day begins for somebody. */
function home(): string {
  switch (session.user.value?.role) {
    case 'agent':
      return '/desk'
    case 'unit':
      return '/tickets'
    case undefined:
      return '/login'
    default:
      return '/supervisor'
  }
}
