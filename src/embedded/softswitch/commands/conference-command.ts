import { tell } from '../applications/conference.ts'
import type { SwitchCore } from '../core/switch-core.ts'
import type { Conference, Member } from '../media/conferences.ts'
import { type ApiCommand, wordsOf } from './api-command.ts'

/** `conference list`, `conference <name> list|count|kick|mute|unmute|deaf|undeaf …`. */
export const conference: ApiCommand = ({ core, argument }) => {
  const [name = '', verb = '', who = ''] = wordsOf(argument, 3)
  if (name === 'list' || name === '') return listAll(core)
  const room = core.conferences.get(name)
  if (room === undefined) return `-ERR Conference ${name} not found\n`
  switch (verb) {
    case 'list':
      return who === 'count' ? `${room.members.size}` : memberList(room)
    case 'count':
      return `${room.members.size}`
    case 'kick':
    case 'hup':
    case 'mute':
    case 'unmute':
    case 'deaf':
    case 'undeaf':
      return act(core, room, verb, who)
    default:
      return `-ERR Conference command '${verb}' not found.\n`
  }
}

function listAll(core: SwitchCore): string {
  const rooms = core.conferences.all()
  if (rooms.length === 0) return '+OK No active conferences.\n'
  return rooms
    .map((room) => {
      const { size } = room.members
      return `+OK Conference ${room.name} (${size} member${size === 1 ? '' : 's'} rate: 8000 flags: running|answered|dynamic)\n${memberList(room)}`
    })
    .join('')
}

/** `id;channel;uuid;name;number;hear|speak;0;0;0`, the newest first. */
function memberList(room: Conference): string {
  return [...room.members.values()]
    .reverse()
    .map(({ id, channel, muted, deaf }) => {
      const abilities = [...(deaf ? [] : ['hear']), ...(muted ? [] : ['speak'])].join('|')
      return `${id};${channel.name};${channel.uuid};${channel.profile.callerName};${channel.profile.callerNumber};${abilities};0;0;0\n`
    })
    .join('')
}

type Verb = 'kick' | 'hup' | 'mute' | 'unmute' | 'deaf' | 'undeaf'

function act(core: SwitchCore, room: Conference, verb: Verb, who: string): string {
  const members = room.select(who)
  if (members.length === 0) return `-ERR Non-Existant ID ${who}\n`
  return members
    .map((member) => {
      perform(room, member, verb)
      const channel = core.channels.get(member.channel.uuid)
      if (channel !== undefined)
        tell(core, room, verb === 'kick' ? 'kick-member' : `${verb}-member`, { member, channel })
      return `+OK ${verb === 'kick' || verb === 'hup' ? 'kicked' : verb} ${member.id}\n`
    })
    .join('')
}

function perform(room: Conference, member: Member, verb: Verb): void {
  if (verb === 'kick' || verb === 'hup') room.kick(member)
  else if (verb === 'mute' || verb === 'unmute') member.muted = verb === 'mute'
  else member.deaf = verb === 'deaf'
}
