import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { newProfile } from '../../../../src/embedded/softswitch/core/caller-profile.ts'
import { Channel } from '../../../../src/embedded/softswitch/core/channel.ts'
import { EventBus } from '../../../../src/embedded/softswitch/core/event-bus.ts'
import { Configuration } from '../../../../src/embedded/softswitch/dialplan/configuration.ts'
import { XmlDialplan } from '../../../../src/embedded/softswitch/dialplan/xml-dialplan.ts'
import { ConfigurationError } from '../../../../src/kernel/index.ts'

let folder = ''
afterEach(async () => await rm(folder, { recursive: true, force: true }))

async function dialplan(extensions: string, environment: Record<string, string> = {}) {
  folder = await mkdtemp(join(tmpdir(), 'yihao-dialplan-'))
  await mkdir(join(folder, 'dialplan'))
  const vars = `<include>
    <X-PRE-PROCESS cmd="set" data="colour=blue"/>
    <X-PRE-PROCESS cmd="env-set" data="colour=$COLOUR"/>
    <X-PRE-PROCESS cmd="set" data="both=$\${colour}-$\${colour}"/>
  </include>`
  await writeFile(join(folder, 'vars.xml'), vars)
  await writeFile(join(folder, 'dialplan', 'a.xml'), `<include><context name="c">${extensions}</context></include>`)
  const globals = new Map<string, string>()
  const configuration = new Configuration({ folder, environment, globals })
  configuration.readVariables()
  const plan = new XmlDialplan({ globals })
  plan.load(configuration.readContexts())
  return plan
}

function channel(destination: string, variables: Record<string, string> = {}): Channel {
  const profile = newProfile({ direction: 'inbound', destination, callerNumber: '139' })
  const made = new Channel({ uuid: 'u', name: 'n', direction: 'inbound', profile, bus: new EventBus() })
  for (const [name, value] of Object.entries(variables)) made.setVariable(name, value)
  return made
}

function found(plan: XmlDialplan, destination: string, variables?: Record<string, string>): string[] | undefined {
  const route = { extension: destination, context: 'c' }
  return plan.find(channel(destination, variables), route)?.map(({ name, data }) => `${name} ${data}`)
}

test('dialplan - the first extension that matches is taken, its groups put into the data', async () => {
  const plan = await dialplan(`
    <extension name="a"><condition field="destination_number" expression="^(1)(\\d+)$"><action application="set" data="x=$2-$1"/></condition></extension>
    <extension name="b"><condition field="destination_number" expression="^.*$"><action application="log" data="b"/></condition></extension>`)

  expect(found(plan, '123')).toEqual(['set x=23-1'])
  expect(found(plan, '9')).toEqual(['log b'])
})

test('dialplan - continue="true" goes on with the extensions after it', async () => {
  const plan = await dialplan(`
    <extension name="a" continue="true"><condition><action application="log" data="a"/></condition></extension>
    <extension name="b"><condition field="caller_id_number" expression="^139$"><action application="log" data="b"/></condition></extension>`)

  expect(found(plan, '1')).toEqual(['log a', 'log b'])
})

test('dialplan - a condition that fails ends its extension, unless break says otherwise; anti-actions are what it gives', async () => {
  const condition = (rule: string) =>
    `<condition field="\${kind}" expression="^vip$"${rule}><action application="log" data="vip"/><anti-action application="log" data="plain"/></condition>`
  const second =
    '<condition field="destination_number" expression="^1$"><action application="log" data="second"/></condition>'

  const usual = await dialplan(`<extension name="a">${condition('')}${second}</extension>`)
  expect(found(usual, '1', { kind: 'vip' })).toEqual(['log vip', 'log second'])
  expect(found(usual, '1')).toEqual(['log plain'])
  const never = await dialplan(`<extension name="a">${condition(' break="never"')}${second}</extension>`)
  expect(found(never, '1')).toEqual(['log plain', 'log second'])
  const onTrue = await dialplan(`<extension name="a">${condition(' break="on-true"')}${second}</extension>`)
  expect(found(onTrue, '1', { kind: 'vip' })).toEqual(['log vip'])
})

test('dialplan - nothing that matches is no route, nor is a context that does not exist', async () => {
  const plan = await dialplan(
    '<extension name="a"><condition field="destination_number" expression="^1$"/></extension>',
  )

  expect(found(plan, '2')).toBeUndefined()
  expect(plan.find(channel('1'), { extension: '1', context: 'nowhere' })).toBeUndefined()
})

test('dialplan - globals are set from the file, the environment wins when it says something', async () => {
  const extension = '<extension name="a"><condition><action application="log" data="$${both}"/></condition></extension>'

  expect(found(await dialplan(extension), '1')).toEqual(['log blue-blue'])
  expect(found(await dialplan(extension, { COLOUR: 'red' }), '1')).toEqual(['log red-red'])
  expect(found(await dialplan(extension, { COLOUR: '' }), '1')).toEqual(['log blue-blue'])
})

test('dialplan - a file that is no XML is refused with its name', async () => {
  await expect(dialplan('<extension name="a">')).rejects.toThrow(ConfigurationError)
  await expect(dialplan('<extension name="a">')).rejects.toThrow(/a\.xml/)
})

test('dialplan - the one of this repository parks 12345 and sends others away', () => {
  const globals = new Map<string, string>()
  const configuration = new Configuration({ folder: 'dialplans', environment: {}, globals })
  configuration.readVariables()
  const plan = new XmlDialplan({ globals })
  plan.load(configuration.readContexts())

  const parked = plan.find(channel('12345'), { extension: '12345', context: 'hotline' }) ?? []
  const refused = plan.find(channel('x'), { extension: 'x', context: 'hotline' })

  expect(parked.at(-1)).toEqual({ name: 'park', data: '' })
  expect(parked).toContainEqual({ name: 'sched_transfer', data: '+4 12345 XML absence' })
  expect(refused).toEqual([{ name: 'respond', data: '404' }])
})
