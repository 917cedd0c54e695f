import Type from 'typebox'
import { nullable } from '../kernel/index.ts'

export const username = Type.String({ pattern: '^[A-Za-z0-9_.@-]{1,64}$' })
export const role = Type.Enum(['agent', 'supervisor', 'admin', 'service'])
export const agentId = nullable(Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' }))
