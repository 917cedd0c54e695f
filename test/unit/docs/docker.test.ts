import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { edgeConfigHelp } from '../../../sip/config.ts'
import { configHelp } from '../../../src/config.ts'
import { projectRoot } from '../../../src/kernel/index.ts'
import { readTicketConfig, ticketConfigHelp } from '../../../src/tickets/config.ts'

interface Service {
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly image: string
  readonly network_mode?: string
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
}

const folder = join(projectRoot(), 'docker')
const read = (path: string) => readFileSync(join(folder, path), 'utf8')
const text = read('compose.yaml')
const { services, volumes } = parse(text, { merge: true }) as {
  services: Record<string, Service>
  volumes: Record<string, null>
}
const variablesOf = (file: string) =>
  [...file.matchAll(/\$\{(\w+)(:[-?])([^}]*)\}/g)].map(([, name = '', kind, rest = '']) => ({ name, kind, rest }))
const variables = variablesOf(text)
const browsers = read('browsers.yaml')
const { services: withBrowsers } = parse(browsers) as { services: Record<string, Service> }

test('compose - every folder and file that is named exists, every volume is declared', () => {
  for (const { build, volumes: mounts = [] } of Object.values(services)) {
    if (build) expect(existsSync(join(folder, build.context, build.dockerfile)), build.dockerfile).toBe(true)
    for (const mount of mounts) {
      const [source = ''] = mount.split(':')
      if (source.startsWith('.')) expect(existsSync(join(folder, source)), source).toBe(true)
      else expect(volumes).toHaveProperty(source)
    }
  }
})

test('compose - it does not start without the secrets and the address, and none has a default', () => {
  const required = new Set(variables.filter(({ kind }) => kind === ':?').map(({ name }) => name))

  expect([...required].sort()).toEqual([
    'HOST_IP',
    'POSTGRES_PASSWORD',
    'SESSION_SECRET',
    'SIP_SERVER_SECRET',
    'SOUND_KEYS',
    'SWITCH_ESL_PASSWORD',
    'TICKETS_TOKEN',
  ])
  for (const { name, kind } of variables) if (/PASSWORD|SECRET|KEYS|TOKEN/.test(name)) expect(kind, name).toBe(':?')
})

test('compose - every setting is in .env.example, the required ones empty, the others with the default that compose has', () => {
  const example = new Map(
    read('.env.example')
      .split('\n')
      .flatMap((line) => {
        const [, name, value] = /^#?([A-Z_]+)=(.*)$/.exec(line) ?? []
        return name === undefined ? [] : [[name, value] as const]
      }),
  )

  const all = [...variables, ...variablesOf(browsers)]
  for (const { name, kind, rest } of all) expect(example.get(name), name).toBe(kind === ':?' ? '' : rest)
  expect([...example.keys()].sort()).toEqual([...new Set(all.map(({ name }) => name))].sort())
})

test('compose - the services are given settings they know', () => {
  const known = (help: string) => new Set([...help.matchAll(/^ {2}([A-Z_]+) /gm)].map(([, name]) => name))

  for (const name of Object.keys(services['hotline']?.environment ?? {}))
    expect(known(configHelp), name).toContain(name)
  for (const name of Object.keys(services['tickets']?.environment ?? {}))
    expect(known(ticketConfigHelp), name).toContain(name)
  for (const name of Object.keys(services['edge']?.environment ?? {})) {
    // The edge's health check reads one more.
    if (name !== 'EDGE_ADDRESS') expect(known(edgeConfigHelp), name).toContain(name)
  }
})

test('compose - with telephones in browsers, pages and SIP come by TLS alone, and every setting is known', () => {
  const given = (service: string) => withBrowsers[service]?.environment ?? {}
  const vars = readFileSync(join(projectRoot(), 'dialplans/vars.xml'), 'utf8')

  for (const name of Object.keys(given('hotline'))) expect(configHelp, name).toContain(`\n  ${name} `)
  for (const name of Object.keys(given('switch'))) expect(vars, name).toContain(`$${name}"`)
  expect(given('hotline')['SIP_WS_URL']).toMatch(/^wss:/)
  const command = withBrowsers['sip-server']?.command ?? []
  expect(command.slice(0, 3)).toEqual(services['sip-server']?.command)
  expect(command.at(-1)).toMatch(/^sips:.*;transport=wss$/)
  expect(read('Caddyfile')).toMatch(/^https:\/\/\{\$WEB_HOST\} \{$/m)
  for (const [, name = ''] of read('Caddyfile').matchAll(/\{\$(\w+)\}/g)) expect(given('web')).toHaveProperty(name)
})

test('compose - what is not for telephones listens on loopback', () => {
  const at = (service: string, name: string) => services[service]?.environment?.[name]

  expect(services['postgres']?.ports?.every((port) => port.startsWith('127.0.0.1:'))).toBe(true)
  expect(at('switch', 'YIHAO_SWITCH_ESL_IP')).toBe('127.0.0.1')
  expect(at('sip-server', 'DRACHTIO_ADMIN_ADDRESS')).toBe('127.0.0.1')
  expect(at('hotline', 'HTTP_LISTEN')).toBe(`\${HTTP_LISTEN:-127.0.0.1:8080}`)
  expect(at('tickets', 'TICKETS_LISTEN')).toBe(`\${TICKETS_LISTEN:-127.0.0.1:8090}`)
})

test('compose - the ticket service starts with what it is given, reads the hotline with the token the hotline knows, and shares its sessions', () => {
  const given = (name: string) =>
    Object.fromEntries(
      Object.entries(services[name]?.environment ?? {}).map(([key, value]) => [
        key,
        value.replace(/\$\{(\w+):([-?])([^}]*)\}/g, (_, variable, kind, rest) =>
          kind === '-' ? rest : `a-secret-named-${variable}`,
        ),
      ]),
    )
  const hotline = given('hotline')

  const config = readTicketConfig(given('tickets'))

  expect(hotline['SERVICE_TOKENS']).toBe(`tickets:${config.hotlineToken}`)
  expect(hotline['SESSION_SECRET']).toBe(config.sessionSecret)
  expect(hotline['TICKETS_URL']).toBe(`http://${given('tickets')['TICKETS_LISTEN']}`)
  expect(config.hotlineUrl).toBe(`http://${hotline['HTTP_LISTEN']}`)
  expect(config.databaseUrl).toBe(hotline['DATABASE_URL'])
  expect(services['tickets']?.command).toEqual(['node', 'dist/src/tickets/main.js'])
  expect(existsSync(join(projectRoot(), 'src/tickets/main.ts'))).toBe(true)
})

test('compose - the switch is told variables that its configuration reads', () => {
  const vars = readFileSync(join(projectRoot(), 'dialplans/vars.xml'), 'utf8')

  for (const name of Object.keys(services['switch']?.environment ?? {})) expect(vars, name).toContain(`$${name}"`)
})

test('Dockerfiles - what is copied is in the project and not kept out by the ignore file', () => {
  const allowed =
    read('Dockerfile.dockerignore')
      .match(/^!.+$/gm)
      ?.map((line) => line.slice(1)) ?? []
  const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) =>
    files.split(' '),
  )

  expect(copied.length).toBeGreaterThan(5)
  for (const path of copied) {
    expect(existsSync(join(projectRoot(), path)), path).toBe(true)
    expect(allowed).toContain(path)
  }
})
