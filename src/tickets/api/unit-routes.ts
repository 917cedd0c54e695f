import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { beijingDate } from '../../hours/calendar-arithmetic.ts'
import { HotlineError, nullable } from '../../kernel/index.ts'
import { LoginRefused } from '../../users/errors.ts'
import type { LoginGuard } from '../../users/login-guard.ts'
import type { AuditStore } from '../audit/audit-store.ts'
import type { Official, OfficialStore } from '../units/official-store.ts'
import type { Unit } from '../units/unit.ts'
import type { UnitStore } from '../units/unit-store.ts'
import { actorOf } from './people.ts'

class UnknownUnit extends HotlineError {
  readonly code = 'unit-unknown'
  readonly status = 404
}

class UnitMisplaced extends HotlineError {
  readonly code = 'unit-misplaced'
  readonly status = 400
}

const centre = ['supervisor', 'admin'] as const
const readers = ['agent', 'supervisor', 'admin', 'service', 'unit'] as const
const unitId = Type.String({ pattern: '^[a-z0-9-]{1,50}$' })
const params = Type.Object({ unitId })
const phone = Type.String({ pattern: '^\\+?[0-9]{3,15}$' })
const unitView = Type.Object({
  unitId,
  name: Type.String(),
  path: Type.String(),
  level: Type.Integer(),
  type: Type.Enum(['department', 'partner', 'sub-centre']),
  leader: nullable(Type.String()),
  phone: nullable(Type.String()),
  strikes: Type.Integer(),
  expelledAt: nullable(Type.String()),
})
const credentials = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 64 }),
  password: Type.String({ minLength: 1, maxLength: 200 }),
})
const browserUser = Type.Object({ username: Type.String(), role: Type.Literal('unit'), agentId: Type.Null() })
const dutySchema = Type.Object(
  {
    person: Type.String({ minLength: 1, maxLength: 60 }),
    phone,
    startsAt: Type.String({ format: 'date-time' }),
    endsAt: Type.String({ format: 'date-time' }),
  },
  { additionalProperties: false },
)

export interface UnitRoutesOptions {
  readonly units: UnitStore
  readonly officials: OfficialStore
  readonly audit: AuditStore
  /** How many levels the city's tree has. */
  readonly levels: number
  readonly now: () => number
  readonly guard: LoginGuard
}

/** The tree of units, who is on duty, what each is responsible for, and the people who work there. */
export function unitRoutes({
  units,
  officials,
  audit,
  levels,
  now,
  guard,
}: UnitRoutesOptions): FastifyPluginAsyncTypebox {
  async function known(id: string): Promise<Unit> {
    const unit = await units.find(id)
    if (!unit) throw new UnknownUnit(`no unit ${id}`)
    return unit
  }

  async function note(request: FastifyRequest, subject: string, action: string, after: object): Promise<void> {
    const { id: actor, role } = actorOf(request)
    await audit.add({ subject, at: now(), actor, role, origin: request.ip, action, detail: { after: { ...after } } })
  }

  function login({ ip, body }: { ip: string; body: { username: string; password: string } }): Promise<Official> {
    return guard.run({ username: body.username, address: ip }, async () => {
      const official = await officials.login(body.username, body.password)
      if (!official) throw new LoginRefused('user name or password is wrong')
      return official
    })
  }

  return async (app) => {
    app.post(
      '/sessions',
      {
        config: { roles: 'public' },
        schema: {
          tags: ['sessions'],
          summary: 'An official of a unit logs in; people of the hotline log in there, and their token holds here',
          body: credentials,
          response: { 201: Type.Object({ token: Type.String(), unitId: Type.String() }) },
          security: [],
        },
      },
      async (request, reply) => {
        const official = await login(request)
        const token = app.openSession({ ...official, role: 'unit', agentId: null })
        return reply.code(201).send({ token, unitId: official.unitId })
      },
    )

    app.post(
      '/session',
      {
        config: { roles: 'public' },
        schema: {
          tags: ['sessions'],
          summary: 'An official logs in from a browser: the session is a cookie, which holds at the hotline’s address',
          body: credentials,
          response: { 201: Type.Object({ user: browserUser, csrfToken: Type.String() }) },
          security: [],
        },
      },
      async (request, reply) => {
        const { username, unitId: of } = await login(request)
        const user = { username, role: 'unit' as const, agentId: null }
        const csrfToken = reply.openBrowserSession({ ...user, unitId: of })
        return reply.code(201).send({ user, csrfToken })
      },
    )

    app.put(
      '/officials/:username',
      {
        config: { roles: ['admin'] },
        schema: {
          tags: ['units'],
          params: Type.Object({ username: Type.String({ pattern: '^[A-Za-z0-9_.@-]{1,64}$' }) }),
          body: Type.Object(
            { unitId, password: Type.String({ minLength: 8, maxLength: 200 }) },
            { additionalProperties: false },
          ),
          response: { 200: Type.Object({ username: Type.String(), unitId }) },
        },
      },
      async (request) => {
        const { username } = request.params
        const unit = await known(request.body.unitId)
        await officials.save({ username, unitId: unit.unitId, password: request.body.password })
        await note(request, `official:${username}`, 'SAVE_OFFICIAL', { unitId: unit.unitId })
        return { username, unitId: unit.unitId }
      },
    )

    app.get(
      '/units',
      { config: { roles: readers }, schema: { tags: ['units'], response: { 200: Type.Array(unitView) } } },
      async () => (await units.all()).map(toView),
    )

    app.put(
      '/units/:unitId',
      {
        config: { roles: ['admin'] },
        schema: {
          tags: ['units'],
          params,
          body: Type.Object(
            {
              name: Type.String({ minLength: 1, maxLength: 100 }),
              parentId: nullable(unitId),
              type: Type.Enum(['department', 'partner', 'sub-centre']),
              leader: nullable(Type.String({ minLength: 1, maxLength: 60 })),
              phone: nullable(phone),
            },
            { additionalProperties: false },
          ),
          response: { 200: unitView },
        },
      },
      async (request) => {
        const { parentId, ...about } = request.body
        const id = request.params.unitId
        const parent = parentId === null ? undefined : await known(parentId)
        const level = (parent?.level ?? 0) + 1
        const path = parent ? `${parent.path}/${id}` : id
        const before = await units.find(id)
        if (level > levels) throw new UnitMisplaced(`level ${level}: the city has ${levels}`)
        // Units below it and tickets with it carry the path; moving a unit means making a new one.
        if (before && before.path !== path)
          throw new UnitMisplaced(`unit ${id} is at ${before.path} and cannot be moved`)
        await units.save([{ unitId: id, path, level, ...about }])
        await note(request, `unit:${id}`, 'SAVE_UNIT', { path, ...about })
        return toView(await known(id))
      },
    )

    app.post(
      '/units/:unitId/readmit',
      {
        config: { roles: ['admin'] },
        schema: { tags: ['units'], summary: 'Takes an expelled firm in again', params, response: { 200: unitView } },
      },
      async (request) => {
        const unit = await known(request.params.unitId)
        await units.readmit(unit.unitId)
        await note(request, `unit:${unit.unitId}`, 'READMIT_UNIT', { strikes: 0 })
        return toView(await known(unit.unitId))
      },
    )

    app.post(
      '/units/:unitId/duties',
      {
        config: { roles: centre },
        schema: { tags: ['units'], summary: 'Who is on duty', params, body: dutySchema, response: { 201: dutySchema } },
      },
      async (request, reply) => {
        const unit = await known(request.params.unitId)
        const { startsAt, endsAt, ...who } = request.body
        const [from, to] = [Date.parse(startsAt), Date.parse(endsAt)]
        if (from >= to) throw new UnitMisplaced('a duty ends after it begins')
        await units.addDuty({ unitId: unit.unitId, ...who, startsAt: from, endsAt: to })
        await note(request, `unit:${unit.unitId}`, 'ADD_DUTY', { startsAt, endsAt, person: who.person })
        return reply.code(201).send(request.body)
      },
    )

    app.get(
      '/units/:unitId/on-duty',
      {
        config: { roles: readers },
        schema: { tags: ['units'], summary: 'Whom to ring now', params, response: { 200: Type.Array(dutySchema) } },
      },
      async ({ params: { unitId: id } }) => {
        const duties = await units.onDuty((await known(id)).unitId, now())
        return duties.map(({ person, phone: number, startsAt, endsAt }) => ({
          person,
          phone: number,
          startsAt: new Date(startsAt).toISOString(),
          endsAt: new Date(endsAt).toISOString(),
        }))
      },
    )

    app.get(
      '/responsible/:classification',
      {
        config: { roles: readers },
        schema: {
          tags: ['units'],
          summary: 'Units the responsibility catalogue proposes for a classification, on a day',
          params: Type.Object({ classification: unitId }),
          querystring: Type.Object({ date: Type.Optional(Type.String({ format: 'date' })) }),
          response: { 200: Type.Array(unitView) },
        },
      },
      async ({ params: { classification }, query: { date = beijingDate(now()) } }) =>
        (await units.responsible(classification, date)).map(toView),
    )

    app.put(
      '/responsible/:classification',
      {
        config: { roles: centre },
        schema: {
          tags: ['units'],
          summary: 'A line of the catalogue, from a day on',
          params: Type.Object({ classification: unitId }),
          body: Type.Object(
            { unitId, from: Type.String({ format: 'date' }), to: nullable(Type.String({ format: 'date' })) },
            { additionalProperties: false },
          ),
          response: { 200: Type.Object({ classification: Type.String(), unitId }) },
        },
      },
      async (request) => {
        const { classification } = request.params
        const unit = await known(request.body.unitId)
        await units.saveResponsibilities([{ classification, ...request.body }])
        await note(request, `responsibility:${classification}`, 'SAVE_RESPONSIBILITY', request.body)
        return { classification, unitId: unit.unitId }
      },
    )
  }
}

function toView({ expelledAt, ...unit }: Unit) {
  return { ...unit, expelledAt: expelledAt === null ? null : new Date(expelledAt).toISOString() }
}
