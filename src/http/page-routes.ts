import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import staticFiles from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import { HotlineError } from '../kernel/index.ts'

class PagesNotBuilt extends HotlineError {
  readonly code = 'pages-not-built'
  readonly status = 404
}

/** Paths of the web application; each answers with the same page, which shows what the path names. */
const paths = [
  '/',
  '/login',
  '/desk',
  '/wallboard',
  '/supervisor',
  '/supervisor/*',
  '/tickets',
  '/tickets/*',
  '/menus',
  '/reports',
  '/phone',
]

/**
 * No script and no style but our own files, no frame around us, and no connection but to us and `connectTo` (OWASP,
 * Content Security Policy cheat sheet). Scripts that set `element.style` are not what `style-src` is about.
 */
function contentSecurityPolicy(connectTo: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "media-src 'self' blob:",
    `connect-src ${["'self'", ...connectTo].join(' ')}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** The web pages in `folder`, as `npm run build:web` leaves them. `connectTo`: further origins the pages may reach. */
export function pageRoutes({
  folder,
  connectTo = [],
}: {
  folder: string
  connectTo?: readonly string[]
}): FastifyPluginAsync {
  const policy = contentSecurityPolicy(connectTo)
  return async (app) => {
    app.addHook('onRoute', (route) => {
      route.config = { ...route.config, roles: 'public' }
    })
    if (existsSync(folder)) {
      const assets = { root: join(folder, 'assets'), prefix: '/assets/', index: false } as const
      // A file's name carries the hash of what is in it, so it is asked for once.
      await app.register(staticFiles, { ...assets, immutable: true, maxAge: '365d', preCompressed: true })
    }
    for (const path of paths) {
      app.get(path, { schema: { hide: true } }, async (_request, reply) => {
        if (!existsSync(folder)) throw new PagesNotBuilt('the web pages are not built: npm run build:web')
        reply.header('content-security-policy', policy)
        reply.header('permissions-policy', 'microphone=(self), camera=(), geolocation=()')
        reply.header('cache-control', 'no-cache')
        return reply.type('text/html; charset=utf-8').send(await readFile(join(folder, 'index.html')))
      })
    }
  }
}
