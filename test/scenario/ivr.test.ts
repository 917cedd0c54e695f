import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { projectRoot } from '../../src/kernel/index.ts'
import { Centre, variants } from '../support/centre.ts'
import { until } from '../support/until.ts'

/** Lines besides 12345: a menu for the silent, and one without a menu. */
const furtherLines = `
lines:
  "12333": { front: menu, language: cmn, greeting: [], menu: quiet, person: { queue: general } }
  "12366": { front: direct, language: en, greeting: [], person: { queue: general } }
menus:
  quiet:
    prompts: [invalid-key]
    wait: 1
    attempts: 2
    keys:
      1: { label: 1, queue: general, priority: 3 }
`

describe.each(variants())('menu on $name', (variant) => {
  let centre: Centre
  let menusDir: string
  beforeAll(async () => {
    menusDir = mkdtempSync(join(tmpdir(), 'yihao-menus-'))
    cpSync(join(projectRoot(), 'ivr/menus'), menusDir, { recursive: true })
    writeFileSync(join(menusDir, 'further.yaml'), furtherLines)
    centre = await Centre.start({ variant, env: { MENUS_DIR: menusDir, HOTLINE_NUMBERS: '12345,12333,12366' } })
  })
  afterEach(() => centre.clear())
  afterAll(async () => {
    await centre.stop()
    rmSync(menusDir, { recursive: true, force: true })
  })

  const queued = async (callId: string, withinMs = 30_000) =>
    (await centre.timeline.until('call.queued', (data) => data.callId === callId, { withinMs })).data
  const languages = (callId: string) =>
    centre.timeline.of('call.language-chosen').flatMap(({ data }) => (data.callId === callId ? [data.language] : []))
  const entered = (callId: string, key: string) =>
    centre.timeline.until('call.menu-entered', (data) => data.callId === callId && data.path.at(-1) === key)

  /** Dials another line than 12345. */
  async function dial(line: string) {
    const from = centre.citizen()
    const call = await from.call(line)
    expect((await call.answered).kind).toBe('answered')
    const { data } = await centre.timeline.until('call.offered', ({ callerNumber }) => callerNumber === from.user)
    return { call, callId: data.callId, line: data.line }
  }

  test.each(['rfc4733', 'info'] as const)('language and service are chosen by keys sent by %s', async (via) => {
    const from = centre.citizen(via === 'info' ? { needs: 'info-digits' } : {})
    const { call, callId } = await centre.call('', { from })

    await call.sendDtmf('2', { via })
    await entered(callId, 'language:2')
    await call.sendDtmf('1', { via })
    await entered(callId, 'services:1')
    await call.sendDtmf('2', { via })

    expect(await queued(callId)).toMatchObject({
      queue: 'tax',
      skills: ['tax'],
      language: 'yue',
      menuPath: ['language:2', 'services:1', 'tax:2'],
    })
    expect(languages(callId)).toEqual(['cmn', 'yue'])
    await until(() => call.firstAudioAt !== undefined, 'the caller hears something')
  })

  test('keys pressed ahead go through several levels at once, without waiting for the prompts', async () => {
    const start = Date.now()
    const { callId } = await centre.call('3331')

    expect(await queued(callId)).toMatchObject({
      queue: 'market-supervision',
      language: 'en',
      menuPath: ['language:3', 'services:3', 'market-supervision:3'],
    })
    // The three prompts together speak for more than half a minute.
    expect(Date.now() - start).toBeLessThan(20_000)
  })

  test('a key that means nothing changes nothing, and the next one counts', async () => {
    const { call, callId } = await centre.call('')
    await call.sendDtmf('7', { via: 'rfc4733' })
    await call.sendDtmf('1', { via: 'rfc4733' })
    await entered(callId, 'language:1')
    await call.sendDtmf('8', { via: 'rfc4733' })
    await call.sendDtmf('4', { via: 'rfc4733' })

    expect(await queued(callId)).toMatchObject({ queue: 'general', menuPath: ['language:1', 'services:4'] })
  })

  test('a caller who presses nothing but wrong keys is brought to a person', async () => {
    const { callId } = await centre.call('777')

    expect(await queued(callId)).toMatchObject({ queue: 'general', menuPath: [] })
  })

  test('a caller who says nothing is brought to a person, who answers', async () => {
    await centre.agent('4001', { onCall: { kind: 'answer', afterMs: 0 } })
    const { callId, line } = await dial('12333')

    expect(line).toBe('12333')
    expect(await queued(callId, 60_000)).toMatchObject({ queue: 'general', menuPath: [], reason: 'menu' })
    await centre.timeline.until('call.bridged', (data) => data.callId === callId)
  })

  test.each(['0', '10', '110', '1*0', '9990'])('0 leads to a person at any time: %s', async (keys) => {
    const { callId } = await centre.call(keys)

    const need = await queued(callId)
    expect(need.queue).toBe('general')
    expect(need.menuPath.at(-1)).toMatch(/:0$/)
  })

  test('"*" goes back, also to another language', async () => {
    const { callId } = await centre.call('1*34')

    expect(await queued(callId)).toMatchObject({ language: 'en', queue: 'general' })
    expect(languages(callId)).toEqual(['cmn', 'en'])
  })

  test('the key of a menu gives its priority', async () => {
    const { call, callId } = await dial('12333')
    await call.sendDtmf('1', { via: 'rfc4733' })

    expect(await queued(callId)).toMatchObject({ priority: 3, menuPath: ['quiet:1'] })
  })

  test('a line without a menu goes straight to a person, and a key pressed all the same does no harm', async () => {
    await centre.agent('4002', { onCall: { kind: 'answer', afterMs: 1000 } })
    const { call, callId } = await dial('12366')
    await call.sendDtmf('12#*', { via: 'rfc4733' })

    expect(await queued(callId)).toMatchObject({ queue: 'general', language: 'en', reason: 'direct', menuPath: [] })
    await centre.timeline.until('call.bridged', (data) => data.callId === callId)
    const accepted = await centre.timeline.until('call.accepted', (data) => data.callId === callId)
    expect(accepted.data.front).toBe('direct')
  })

  test('a caller who hangs up in the menu is noted as lost there', async () => {
    const { call, callId } = await centre.call('1')
    await entered(callId, 'language:1')
    await call.hangUp()

    const { data } = await centre.timeline.until('call.abandoned', (lost) => lost.callId === callId)
    expect(data).toMatchObject({ where: 'menu', queue: null })
  })

  test('a changed menu serves the next call, a call under way keeps the old one, and a broken one is refused', async () => {
    const file = join(menusDir, 'main.yaml')
    const original = readFileSync(file, 'utf8')
    const underWay = await centre.call('1')
    await entered(underWay.callId, 'language:1')
    const taxAtFour = original.replace(
      'label: { zh: 政策咨询及其他, en: Policies and others }, queue: general',
      'label: 税务, menu: tax',
    )
    expect(taxAtFour).not.toBe(original)
    const log = () => readFileSync(join(centre.logDir, 'hotline.log'), 'utf8')
    const times = (text: string) => log().split(text).length - 1

    writeFileSync(file, taxAtFour)
    await until(() => times('taken over') === 1, 'the change is taken over')
    const changed = await centre.call('141')
    await underWay.call.sendDtmf('4', { via: 'rfc4733' })
    expect((await queued(changed.callId)).queue).toBe('tax')
    expect((await queued(underWay.callId)).queue).toBe('general')

    writeFileSync(file, taxAtFour.replace('menu: tax }', 'menu: taxes }'))
    await until(() => times('refused, the last good ones are kept') === 1, 'the fault is refused')
    const kept = await centre.call('141')
    expect((await queued(kept.callId)).queue).toBe('tax')
    expect(log()).toMatch(/main\.yaml:\d+: .*taxes/)

    writeFileSync(file, original)
    await until(() => times('taken over') === 2, 'the mend is taken over')
    const mended = await centre.call('14')
    expect((await queued(mended.callId)).queue).toBe('general')
  })
})
