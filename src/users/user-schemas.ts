import Type from 'typebox'

export const username = Type.String({ pattern: '^[A-Za-z0-9_.@-]{1,64}$' })
export const role = Type.Enum(['agent', 'supervisor', 'admin', 'service'])
export const agentId = Type.Union([Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' }), Type.Null()])
