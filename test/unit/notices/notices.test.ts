import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HotlineClient } from '../../../scripts/client/hotline-client.ts'
import { type HotlineInProcess, startHotlineInProcess } from '../../support/hotline-in-process.ts'
import { until } from '../../support/until.ts'

interface Notice {
  readonly noticeId: string
  readonly text: string
  readonly level: string
  readonly agentIds: string[] | null
}

describe('notices to desks, and states set by supervisors', () => {
  let service: HotlineInProcess
  const clients = {} as Record<'admin' | 'chen' | 'one' | 'two', HotlineClient>
  beforeAll(async () => {
    service = await startHotlineInProcess()
    clients.admin = await HotlineClient.login(service.url, { username: 'admin', password: service.adminPassword })
    await clients.admin.put('/agents/8001', { name: 'One', skills: ['tax'] })
    await clients.admin.put('/agents/8002', { name: 'Two' })
    await service.registerPhone('8001')
    for (const [username, role, agentId] of [
      ['chen', 'supervisor', null],
      ['one', 'agent', '8001'],
      ['two', 'agent', '8002'],
    ] as const) {
      const user = { username, password: 'a long password' }
      await clients.admin.post('/users', { ...user, role, agentId })
      clients[username] = await HotlineClient.login(service.url, user)
    }
  })
  afterAll(() => service.stop())

  const texts = async (who: 'one' | 'two' | 'chen') => (await clients[who].get<Notice[]>('/notices')).map((n) => n.text)

  test('a notice to all, to a queue and to agents: each desk is told what is for it, also one that comes later', async () => {
    const early = { one: await clients.one.timeline(), two: await clients.two.timeline() }
    const publish = (body: object) => clients.chen.post<Notice>('/notices', body)

    await publish({ text: 'line 12333 is down', level: 'urgent', to: 'all' })
    const forTax = await publish({ text: 'new tax leaflet', to: { queue: 'tax' } })
    await publish({ text: 'come to the desk', level: 'warning', to: { agentIds: ['8002'] } })

    expect(forTax).toMatchObject({ agentIds: ['8001'], level: 'info' })
    await until(() => early.one.of('notice.published').length === 2, 'one is told of two')
    await until(() => early.two.of('notice.published').length === 2, 'two is told of two')
    expect(early.one.of('notice.published').map(({ data }) => data.text)).toEqual([
      'line 12333 is down',
      'new tax leaflet',
    ])
    expect(early.two.of('notice.published').map(({ data }) => [data.text, data.level, data.by])).toEqual([
      ['line 12333 is down', 'urgent', 'chen'],
      ['come to the desk', 'warning', 'chen'],
    ])
    expect(await texts('one')).toEqual(['new tax leaflet', 'line 12333 is down'])
    expect(await texts('two')).toEqual(['come to the desk', 'line 12333 is down'])
    expect(await texts('chen')).toHaveLength(3)
    await early.one.close()
    await early.two.close()
  })

  test('a withdrawn notice and one whose time is over are in force no more', async () => {
    const before = await texts('one')
    const soon = new Date(Date.now() + 1500).toISOString()
    const brief = await clients.chen.post<Notice>('/notices', { text: 'for a moment', to: 'all', until: soon })
    const taken = await clients.chen.post<Notice>('/notices', { text: 'a mistake', to: 'all' })
    expect(await texts('one')).toEqual(['a mistake', 'for a moment', ...before])
    const feed = await clients.one.timeline()

    await clients.chen.delete(`/notices/${taken.noticeId}`)

    await feed.until('notice.withdrawn', ({ noticeId }) => noticeId === taken.noticeId)
    await until(async () => (await texts('one')).length === before.length, 'both are over')
    for (const { noticeId } of [taken, brief])
      await expect(clients.chen.delete(`/notices/${noticeId}`)).rejects.toMatchObject({ code: 'notice-unknown' })
    await feed.close()
  })

  test.each([
    ['an agent nobody knows', { to: { agentIds: ['nobody'] } }, 'notice-refused'],
    ['a queue there is not', { to: { queue: 'opera' } }, 'notice-refused'],
    ['a queue nobody serves', { to: { queue: 'social-security' } }, 'notice-refused'],
    ['a time that is over', { to: 'all', until: '2020-01-01T00:00:00Z' }, 'notice-refused'],
    ['no text', { to: 'all', text: '' }, 'request-invalid'],
  ])('a notice with %s is refused', async (_what, body, code) => {
    const before = await texts('chen')

    await expect(clients.chen.post('/notices', { text: 'x', ...body })).rejects.toMatchObject({ status: 400, code })

    expect(await texts('chen')).toEqual(before)
  })

  test('a notice for a queue is not for those whose groups are others', async () => {
    await clients.admin.put('/agents/8001/groups', { groups: [{ queue: 'general', rank: 1 }] })

    const forGeneral = await clients.chen.post<Notice>('/notices', { text: 'x', to: { queue: 'general' } })
    const refused = clients.chen.post('/notices', { text: 'x', to: { queue: 'tax' } })

    await expect(refused).rejects.toMatchObject({ code: 'notice-refused' })
    expect(forGeneral.agentIds).toEqual(['8001', '8002'])
    await clients.chen.delete(`/notices/${forGeneral.noticeId}`)
    await clients.admin.put('/agents/8001/groups', { groups: [] })
  })

  test('an agent neither publishes nor withdraws', async () => {
    await expect(clients.one.post('/notices', { text: 'x', to: 'all' })).rejects.toMatchObject({ status: 403 })
  })

  test('states set by a supervisor carry the name, the agent’s own do not', async () => {
    const feed = await clients.one.timeline()
    await clients.one.post('/agents/8001/login', { extension: '8001' })
    await clients.chen.post('/agents/8001/ready')
    await clients.chen.post('/agents/8001/break', { reason: 'training' })
    const state = await clients.chen.get<{ state: string; reason: string }>('/agents/8001')
    await clients.chen.post('/agents/8001/logout')

    await until(() => feed.of('agent.commanded').length === 3, 'three commands of the supervisor')
    expect(feed.of('agent.commanded').map(({ data }) => [data.command, data.reason, data.by])).toEqual([
      ['ready', null, 'chen'],
      ['break', 'training', 'chen'],
      ['logout', null, 'chen'],
    ])
    expect(state).toMatchObject({ state: 'notReady', reason: 'training' })
    await expect(clients.two.post('/agents/8001/login', { extension: '8001' })).rejects.toMatchObject({ status: 409 })
    await feed.close()
  })

  test('an agent moved between groups: who did it and what was before are on record; nothing changed records nothing', async () => {
    const feed = await clients.admin.timeline()

    await clients.chen.put('/agents/8002', { name: 'Two', skills: ['social-security'] })
    await clients.chen.put('/agents/8002', { name: 'Two renamed', skills: ['social-security'] })
    await clients.chen.put('/agents/8002', { name: 'Two renamed', skills: [] })

    const moved = () =>
      feed.of('agent.profile-changed').filter(({ data }) => data.agentId === '8002' && data.by === 'chen')
    await until(() => moved().length === 2, 'moved twice')
    expect(moved().map(({ data }) => [data.before?.skills, data.skills])).toEqual([
      [[], ['social-security']],
      [['social-security'], []],
    ])
    await feed.close()
  })
})
