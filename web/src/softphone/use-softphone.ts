import { onScopeDispose, type Ref, ref, shallowRef, watch } from 'vue'
import { LevelMeter } from './level-meter.ts'
import { type Quality, QualityWatch } from './quality.ts'
import { RingTone } from './ring-tone.ts'
import { useSilencedPage } from './silenced-page.ts'
import type { SipAccount } from './sip-line.ts'
import { type PhoneState, Softphone } from './softphone.ts'
import { keepChoice, playAt, type SoundChoice, storedChoice } from './sound-choice.ts'

export interface PagePhone {
  readonly phone: Softphone
  readonly state: Ref<PhoneState>
  readonly choice: Ref<SoundChoice>
  readonly levels: Ref<{ own: number; other: number }>
  readonly quality: Ref<Quality | null>
  /** Why a call could not be made or taken: the microphone. */
  readonly noMicrophone: Ref<boolean>
  /** Whether the browser lets nothing sound until the page is touched: it would ring unheard. */
  readonly silenced: Ref<boolean>
  answer(): Promise<void>
  call(number: string): Promise<void>
}

const levelEvery = 100
const qualityEvery = 2000

/** A telephone of a page: it sounds, rings and shows, and is gone with the page. */
export function usePhone({ account, rings }: { account: () => Promise<SipAccount>; rings: boolean }): PagePhone {
  const state = ref<PhoneState>({ line: 'off', call: null })
  const choice = ref(storedChoice())
  const levels = ref({ own: 0, other: 0 })
  const quality = ref<Quality | null>(null)
  const noMicrophone = ref(false)
  const voice = shallowRef<MediaStream | null>(null)
  const phone = new Softphone({
    account,
    sound: () => choice.value,
    onState: (next) => {
      state.value = next
    },
    onVoice: (stream) => {
      voice.value = stream
    },
  })
  const [bell, speaker] = [new RingTone(), new Audio()]
  speaker.autoplay = true

  watch(choice, (next) => keepChoice(next), { deep: true })
  watch(voice, (stream) => {
    speaker.srcObject = stream
  })
  const toSpeaker = () => void playAt(speaker, choice.value.speaker)
  watch(() => choice.value.speaker, toSpeaker, { immediate: true })
  // A headset that was pulled out would leave the call silent, and one that is plugged in again is wanted.
  navigator.mediaDevices?.addEventListener('devicechange', toSpeaker)
  watch(
    () => rings && state.value.call?.direction === 'incoming' && state.value.call.state === 'ringing',
    (ringing) => (ringing ? bell.start(choice.value.ringer) : bell.stop()),
  )
  const silenced = useSilencedPage(() => {
    bell.resume()
    if (speaker.srcObject) void speaker.play()
  })
  const stopMeters = useMeters({ phone, voice, state, levels, quality })

  async function withMicrophone(task: () => Promise<void>): Promise<void> {
    noMicrophone.value = false
    try {
      await task()
    } catch {
      // getUserMedia says NotAllowedError or NotFoundError, which are the same to whoever wants to speak.
      noMicrophone.value = true
    }
  }

  onScopeDispose(() => {
    phone.stop()
    bell.stop()
    stopMeters()
    navigator.mediaDevices?.removeEventListener('devicechange', toSpeaker)
    speaker.srcObject = null
  })
  return {
    phone,
    state,
    choice,
    levels,
    quality,
    noMicrophone,
    silenced,
    answer: () => withMicrophone(() => phone.answer()),
    call: (number) => withMicrophone(() => phone.call(number)),
  }
}

interface Meters extends Pick<PagePhone, 'phone' | 'state' | 'levels' | 'quality'> {
  readonly voice: Ref<MediaStream | null>
}

/** Levels ten times a second and the network every two, while there is a call. Returns what ends it. */
function useMeters({ phone, voice, state, levels, quality }: Meters): () => void {
  let own: LevelMeter | undefined
  let other: LevelMeter | undefined
  let network: QualityWatch | undefined
  const begin = () => {
    if (!own && phone.microphone) own = new LevelMeter(phone.microphone)
    if (!other && voice.value) other = new LevelMeter(voice.value)
    if (!network && phone.connection) network = new QualityWatch(phone.connection)
  }
  const end = () => {
    own?.close()
    other?.close()
    own = other = network = undefined
    levels.value = { own: 0, other: 0 }
    quality.value = null
  }
  watch([voice, () => state.value.call?.state], () => (state.value.call ? begin() : end()))
  const timers = [
    setInterval(() => {
      if (state.value.call) levels.value = { own: own?.level() ?? 0, other: other?.level() ?? 0 }
    }, levelEvery),
    setInterval(() => {
      void network?.look().then((now) => {
        quality.value = state.value.call ? now : null
      })
    }, qualityEvery),
  ]
  return () => {
    for (const timer of timers) clearInterval(timer)
    end()
  }
}
