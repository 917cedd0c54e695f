import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../src/kernel/index.ts'

/** What is dialled for each: one FreeSWITCH, the same callers, the same phones. */
export const numbers = { ours: '12345', callcenter: '12346', nullClient: '12347', bare: '12348' } as const

const module = '<load module="mod_callcenter"/>'

/**
 * Writes our FreeSWITCH configuration with mod_callcenter beside it, and returns its folder. Agents are of type callback and
 * are rung as ours are, through the edge; no wrap-up, no delay after anything.
 */
export function writePeerConfig({
  folder,
  agentIds,
  edge,
}: {
  folder: string
  agentIds: readonly string[]
  edge: string
}): string {
  const dialplans = join(folder, 'dialplans')
  cpSync(join(projectRoot(), 'dialplans'), dialplans, { recursive: true })
  insert(join(dialplans, 'autoload_configs/modules.conf.xml'), '<modules>', module)
  insert(join(dialplans, 'dialplan/hotline.xml'), '<context name="hotline">', extensions())
  writeFileSync(join(dialplans, 'autoload_configs/callcenter.conf.xml'), callcenter(agentIds, edge))
  return dialplans
}

/**
 * Writes our FreeSWITCH configuration with a hotline that is nothing but dialplan beside it, and returns its folder: it answers, plays
 * the welcome until a key comes, records and rings one agent's phone, which takes any number of calls.
 */
export function writeBareConfig({ folder, agentId, edge }: { folder: string; agentId: string; edge: string }): string {
  const dialplans = join(folder, 'dialplans')
  cpSync(join(projectRoot(), 'dialplans'), dialplans, { recursive: true })
  const welcome = '$${yihao_prompts}/cmn/welcome.wav'
  const bare = extension(numbers.bare, [
    ['set', 'hangup_after_bridge=true'],
    ['set', 'RECORD_STEREO=true'],
    ['answer'],
    ['play_and_get_digits', `1 1 1 5000 # ${welcome} silence_stream://20 choice [0-9]`],
    ['record_session', `$\${recordings_dir}/bare-\${uuid}.wav`],
    ['bridge', `sofia/edge/sip:${agentId}@${edge}`],
  ])
  insert(join(dialplans, 'dialplan/hotline.xml'), '<context name="hotline">', bare)
  return dialplans
}

/** Writes our configuration with a number that answers and plays music beside it, and returns its folder. */
export function writeMusicConfig(folder: string): string {
  const dialplans = join(folder, 'dialplans')
  cpSync(join(projectRoot(), 'dialplans'), dialplans, { recursive: true })
  const music = join(projectRoot(), 'ivr/prompts/music/queue.wav')
  const extensionOfMusic = extension(numbers.bare, [['answer'], ['endless_playback', music]])
  insert(join(dialplans, 'dialplan/hotline.xml'), '<context name="hotline">', extensionOfMusic)
  return dialplans
}

function insert(file: string, after: string, what: string): void {
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(after, () => `${after}\n${what}`),
  )
}

function extensions(): string {
  const music = '$${yihao_prompts}/music/queue.wav'
  return [
    extension(numbers.callcenter, [['answer'], ['callcenter', 'bench@default']]),
    extension(numbers.nullClient, [['set', 'hangup_after_bridge=true'], ['answer'], ['endless_playback', music]]),
  ].join('\n')
}

function extension(number: string, actions: readonly (readonly [string, string?])[]): string {
  const lines = actions.map(([application, data = '']) => `<action application="${application}" data="${data}"/>`)
  const condition = `<condition field="destination_number" expression="^${number}$">${lines.join('')}</condition>`
  return `<extension name="bench-${number}">${condition}</extension>`
}

function callcenter(agentIds: readonly string[], edge: string): string {
  const agents = agentIds.map(
    (agentId) =>
      `<agent name="${agentId}" type="callback" contact="[leg_timeout=10]sofia/edge/sip:${agentId}@${edge}" status="Available"
       max-no-answer="0" wrap-up-time="0" reject-delay-time="0" busy-delay-time="0" no-answer-delay-time="0"/>`,
  )
  const tiers = agentIds.map((agentId) => `<tier agent="${agentId}" queue="bench@default" level="1" position="1"/>`)
  return `<configuration name="callcenter.conf" description="mod_callcenter, beside which the hotline is measured">
  <settings/>
  <queues>
    <queue name="bench@default">
      <param name="strategy" value="longest-idle-agent"/>
      <param name="moh-sound" value="$\${yihao_prompts}/music/queue.wav"/>
      <param name="time-base-score" value="system"/>
      <param name="max-wait-time" value="0"/>
      <param name="max-wait-time-with-no-agent" value="0"/>
      <param name="tier-rules-apply" value="false"/>
      <param name="discard-abandoned-after" value="60"/>
      <param name="abandoned-resume-allowed" value="false"/>
    </queue>
  </queues>
  <agents>${agents.join('\n')}</agents>
  <tiers>${tiers.join('\n')}</tiers>
</configuration>
`
}
