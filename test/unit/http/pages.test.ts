import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHttpServer, pageRoutes } from '../../../src/http/index.ts'
import { silent } from '../../support/database.ts'

const serverOf = (folder: string) =>
  createHttpServer({ logger: silent, jwtSecret: 'x', routes: [], rootRoutes: [pageRoutes({ folder })] })

describe('the web pages', () => {
  let app: FastifyInstance
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'yihao-pages-'))
    mkdirSync(join(folder, 'assets'))
    writeFileSync(join(folder, 'index.html'), '<title>page</title>')
    writeFileSync(join(folder, 'assets/main-a1.js'), 'plain')
    writeFileSync(join(folder, 'assets/main-a1.js.gz'), 'compressed')
    app = await serverOf(folder)
  })
  afterAll(() => app.close())

  test.each(['/', '/desk', '/wallboard', '/tickets/1'])(
    '%s is the page, which allows no script but ours',
    async (path) => {
      const { statusCode, body, headers } = await app.inject(path)

      expect([statusCode, body]).toEqual([200, '<title>page</title>'])
      expect(headers['cache-control']).toBe('no-cache')
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("script-src 'self';")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
    },
  )

  test('an asset is kept by browsers for good, and comes compressed to those that take it', async () => {
    const plain = await app.inject('/assets/main-a1.js')
    const compressed = await app.inject({ url: '/assets/main-a1.js', headers: { 'accept-encoding': 'gzip' } })

    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(plain.body).toBe('plain')
    expect(compressed.headers['content-encoding']).toBe('gzip')
    expect(compressed.body).toBe('compressed')
  })

  test.each(['/assets/none.js', '/assets/..%2findex.html', '/assets/%2e%2e/%2e%2e/etc/passwd', '/nothing'])(
    '%s is not there',
    async (path) => {
      expect((await app.inject(path)).statusCode).toBe(404)
    },
  )

  test('pages that were not built are a problem with the command to build them', async () => {
    const without = await serverOf('/nowhere')

    const answer = await without.inject('/desk')

    expect(answer.statusCode).toBe(404)
    expect(answer.json()).toMatchObject({ code: 'pages-not-built', detail: expect.stringContaining('build:web') })
    await without.close()
  })
})
