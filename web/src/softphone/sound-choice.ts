/** Which devices somebody speaks and hears with; empty means the system's. Kept in this browser. */
export interface SoundChoice {
  readonly microphone: string
  readonly speaker: string
  /** Where it rings: a loudspeaker, say, while the headset lies on the table. */
  readonly ringer: string
  /** Echo and noise are taken away by the browser: right for a loudspeaker, needless with a headset that does it. */
  readonly cleaned: boolean
}

const storageKey = 'yihao.sound'
const standard: SoundChoice = { microphone: '', speaker: '', ringer: '', cleaned: true }

export function storedChoice(): SoundChoice {
  const stored = localStorage.getItem(storageKey)
  return stored === null ? standard : { ...standard, ...(JSON.parse(stored) as Partial<SoundChoice>) }
}

export function keepChoice(choice: SoundChoice): void {
  localStorage.setItem(storageKey, JSON.stringify(choice))
}

/** Opens the microphone; when the chosen one is not plugged in, the system's. Rejects when it is not allowed. */
export async function openAudio({ microphone, cleaned }: SoundChoice): Promise<MediaStream> {
  const processing = { echoCancellation: cleaned, noiseSuppression: cleaned, autoGainControl: cleaned }
  const device = microphone === '' ? {} : { deviceId: { ideal: microphone } }
  return await navigator.mediaDevices.getUserMedia({ audio: { ...processing, ...device }, video: false })
}

/** Sends sound to a device. Where the browser cannot choose one, or it is not plugged in, the system's is used. */
export async function playAt(player: HTMLMediaElement | AudioContext, device: string): Promise<void> {
  if (!('setSinkId' in player)) return
  try {
    await player.setSinkId(device)
  } catch {
    // A player that was closed meanwhile plays nowhere.
    await player.setSinkId('').catch(() => undefined)
  }
}

export interface Devices {
  readonly microphones: readonly MediaDeviceInfo[]
  readonly speakers: readonly MediaDeviceInfo[]
}

/** What is plugged in. Their names are told only once a microphone was allowed. */
export async function devices(): Promise<Devices> {
  const all = await navigator.mediaDevices.enumerateDevices()
  const named = all.filter(({ deviceId }) => deviceId !== '')
  return {
    microphones: named.filter(({ kind }) => kind === 'audioinput'),
    speakers: named.filter(({ kind }) => kind === 'audiooutput'),
  }
}
