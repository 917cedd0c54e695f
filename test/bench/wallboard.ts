import type { Page } from 'playwright-core'
import { findChromium, TestBrowser } from '../support/browser.ts'
import { until } from '../support/until.ts'
import { median } from './blocks.ts'
import { type Finding, rounded } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'
import { inPaperCentre, type PaperCentre } from './paper-centre.ts'
import type { PaperSwitch } from './paper-switch.ts'
import { pause } from './pause.ts'

const agents = 500
/** Share of a core that the page may take more than an empty one. */
const most = 0.1
const secondsInABlock = 10
/** The screen of a room. */
const size = { width: 1920, height: 1080 }
/** Calls under way at a time: each is offered, waits, and is answered, and one ends each second. */
const callsAtOnce = 20

/** The processor time of a whole Chromium that shows the wallboard, less that of one that shows an empty page in the same seconds. */
export async function wallboardBench({ calls: seconds = 60 }: InstrumentOptions): Promise<Finding> {
  if (!findChromium()) throw new Error('no Chromium: apt-get install chromium, or name one with CHROMIUM')
  // The hotline looks for the pages when it starts, so the browser, which builds them, comes first.
  const [browser, bare] = [await TestBrowser.start(), await TestBrowser.start()]
  try {
    return await inPaperCentre(agents, (centre) => measure({ centre, browser, bare, seconds }))
  } finally {
    await browser.close()
    await bare.close()
  }
}

interface Field {
  readonly centre: PaperCentre
  readonly browser: TestBrowser
  readonly bare: TestBrowser
  readonly seconds: number
}

interface Block {
  readonly board: number
  readonly empty: number
  readonly messages: number
}

async function measure({ centre, browser, bare, seconds }: Field): Promise<Finding> {
  const { url, adminPassword: password } = centre
  await bare.open('about:blank', size)
  let messages = 0
  const count = async (page: Page) =>
    void page.on('websocket', (socket) => socket.on('framereceived', () => (messages += 1)))
  const page = await browser.login({ url, username: 'admin', password, path: '/wallboard', size, before: count })
  await page.getByTestId('waiting').waitFor()
  const stop = callEachSecond(centre.paper)
  const readyNow = async () => Number(await page.getByTestId('agents-ready').textContent())
  await until(async () => (await readyNow()) <= agents - callsAtOnce / 2, 'agents are talking', 60_000)
  const blocks: Block[] = []
  for (let begun = 0; begun < seconds; begun += secondsInABlock) {
    const before = {
      board: await browser.cpuSeconds(),
      empty: await bare.cpuSeconds(),
      messages,
      at: performance.now(),
    }
    await pause(secondsInABlock * 1000)
    const lasted = (performance.now() - before.at) / 1000
    blocks.push({
      board: ((await browser.cpuSeconds()) - before.board) / lasted,
      empty: ((await bare.cpuSeconds()) - before.empty) / lasted,
      messages: (messages - before.messages) / lasted,
    })
  }
  stop()
  return judge(blocks)
}

/** A call each second, from the menu to an agent; when there are enough, the oldest ends. */
function callEachSecond(paper: PaperSwitch): () => void {
  const legs: string[] = []
  const pressed = new Set<string>()
  const timer = setInterval(() => {
    for (const leg of legs) {
      if (pressed.has(leg) || !paper.hears(leg)) continue
      pressed.add(leg)
      paper.press(leg, '0')
    }
    legs.push(paper.offer(String(13_000_000_000 + legs.length + pressed.size)))
    if (legs.length > callsAtOnce) paper.hangUp(legs.shift() ?? '')
  }, 1000)
  return () => clearInterval(timer)
}

function judge(blocks: readonly Block[]): Finding {
  const share = median(blocks.map(({ board, empty }) => board - empty))
  const perSecond = median(blocks.map(({ messages }) => messages))
  return {
    // Fewer messages would be another measurement.
    ok: share <= most && perSecond >= 1,
    name: 'wallboard',
    on: 'Chromium',
    target: `CPU of the browser above that of one with an empty page <= ${most} of a core`,
    agents,
    blocks: blocks.length,
    messagesPerSecond: rounded(perSecond),
    core: rounded(median(blocks.map(({ board }) => board)), 3),
    emptyCore: rounded(median(blocks.map(({ empty }) => empty)), 3),
    aboveEmpty: rounded(share, 3),
  }
}
