import type { Channel } from '../core/channel.ts'
import type { Application, SwitchCore } from '../core/switch-core.ts'
import type { Header } from '../core/switch-event.ts'
import { waitFor } from '../core/wait-for.ts'
import type { Conference, Member } from '../media/conferences.ts'

/**
 * `conference <name>[@<profile>][+flags{mute|deaf|dist-dtmf}]`: answers, joins, and stays until kicked or wanted elsewhere. Keys are
 * passed on to the others with `dist-dtmf`, and mean nothing otherwise.
 */
export const conference: Application = async ({ core, channel, data }) => {
  const wanted = parseConference(data)
  if (!channel.answered && !(await channel.endpoint?.answer())) return undefined
  const room = core.conferences.get(wanted.name) ?? create(core, wanted)
  const member = room.join(channel)
  member.muted = wanted.flags.includes('mute')
  member.deaf = wanted.flags.includes('deaf')
  member.passesKeys = wanted.flags.includes('dist-dtmf')
  tell(core, room, 'add-member', { member, channel })
  await stay(core, channel, room, member)
  room.leave(member)
  tell(core, room, 'del-member', { member, channel })
  if (room.members.size === 0) destroy(core, room)
  return undefined
}

function parseConference(data: string): { name: string; profile: string; flags: string[] } {
  const flags = /flags\{([^}]*)\}/.exec(data)?.[1] ?? ''
  const [address = ''] = data.trim().split('+')
  const [name = '', profile = 'default'] = address.split('@')
  return { name, profile, flags: flags.split('|') }
}

async function stay(core: SwitchCore, channel: Channel, room: Conference, member: Member): Promise<void> {
  const others = channel.media?.source
  await waitFor(core, channel, {
    finished: () => {
      takeKeys(channel, room, member)
      return member.kicked
    },
    unbreakable: true,
    resume: () => {
      if (room.members.has(member.id)) channel.media?.setSource(others)
    },
  })
}

function takeKeys(channel: Channel, room: Conference, member: Member): void {
  for (let key = channel.digits.take(); key !== undefined; key = channel.digits.take()) room.pressed(member, key)
}

function create(core: SwitchCore, { name, profile }: { name: string; profile: string }): Conference {
  const room = core.conferences.create(name, profile)
  tell(core, room, 'conference-create')
  return room
}

function destroy(core: SwitchCore, room: Conference): void {
  core.conferences.remove(room)
  tell(core, room, 'conference-destroy')
}

/** A conference::maintenance event, with the member's headers where it is about one. */
export function tell(
  core: SwitchCore,
  room: Conference,
  action: string,
  about?: { member: Member; channel: Channel },
): void {
  const headers: Header[] = [
    ['Conference-Name', room.name],
    ['Conference-Size', String(room.members.size)],
    ['Conference-Ghosts', '0'],
    ['Conference-Profile-Name', room.profile],
    ['Conference-Unique-ID', room.uuid],
    ...(about === undefined ? [] : memberHeaders(about.member, about.channel)),
    ['Action', action],
  ]
  core.bus.publish({ name: 'CUSTOM', subclass: 'conference::maintenance', headers })
}

function memberHeaders(member: Member, channel: Channel): Header[] {
  return [
    ['Unique-ID', channel.uuid],
    ['Channel-Name', channel.name],
    ['Caller-Caller-ID-Name', channel.profile.callerName],
    ['Caller-Caller-ID-Number', channel.profile.callerNumber],
    ['Hear', String(!member.deaf)],
    ['Speak', String(!member.muted)],
    ['Talking', 'false'],
    ['Member-ID', String(member.id)],
    ['Member-Type', 'member'],
  ]
}
