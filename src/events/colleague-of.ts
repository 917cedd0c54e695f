/**
 * Which of our agents the third party of a fact is, if it is one: at an own desk (`agent:8002`) or at a seat of a branch, whose number
 * is then the target.
 */
export function colleagueOf({ target, colleague }: { target: string; colleague?: string }): string | undefined {
  return colleague ?? /^agent:(.+)$/.exec(target)?.[1]
}
