import Type, { type TSchema } from 'typebox'

/** A schema whose value may be null as well: known to be none, where a missing one would be not said. */
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
