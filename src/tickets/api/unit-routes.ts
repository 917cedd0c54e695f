import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { beijingDate } from '../../hours/calendar-arithmetic.ts'
import { nullable } from '../../kernel/index.ts'
import type { AuditStore } from '../audit/audit-store.ts'
import type { Unit } from '../units/unit.ts'
import type { UnitStore } from '../units/unit-store.ts'
import { knownUnit, UnitMisplaced, unitId } from './known-unit.ts'
import { noteOf } from './note-of.ts'
import { everyRole } from './people.ts'

const centre = ['supervisor', 'admin'] as const
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
  readonly audit: AuditStore
  /** How many levels the city's tree has. */
  readonly levels: number
  readonly now: () => number
}

/** The tree of units, who is on duty, and what each is responsible for. */
export function unitRoutes({ units, audit, levels, now }: UnitRoutesOptions): FastifyPluginAsyncTypebox {
  const known = (id: string) => knownUnit(units, id)
  const note = noteOf({ audit, now })

  return async (app) => {
    app.get(
      '/units',
      { config: { roles: everyRole }, schema: { tags: ['units'], response: { 200: Type.Array(unitView) } } },
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
        config: { roles: everyRole },
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
        config: { roles: everyRole },
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
