import AjvCompiler from '@fastify/ajv-compiler'
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'

// A field that no schema knows is refused: dropped in silence, a misspelt one would look accepted.
const common = { removeAdditional: false, useDefaults: true } as const

/**
 * Queries and paths are text, so their numbers are read from it. A body is JSON and says itself what is a number:
 * read as text is, a null would become 0.
 */
export function registerValidation(app: FastifyInstance): void {
  const build = AjvCompiler()
  const ofText = build({}, { customOptions: { ...common, coerceTypes: 'array' } })
  const ofJson = build({}, { customOptions: { ...common, coerceTypes: false } })
  const compiler: FastifySchemaCompiler<TSchema> = (route) => (route.httpPart === 'body' ? ofJson : ofText)(route)
  app.setValidatorCompiler(compiler)
}
