import type { RelaxStep } from './queue-config.ts'

/** A skill may have a level: `tax:2` is met by agents with `tax:2` or more, `tax` by anybody who has the skill at all. */
const skillOf = (need: string) => need.split(':')[0] ?? need
const levelOf = (need: string) => Number(need.split(':')[1] ?? 1)

/** The skills still needed after a step. What is not needed is neither dropped nor lowered, and nothing is ever raised. */
export function relaxedSkills(skills: readonly string[], { drop, lower }: RelaxStep): string[] {
  return skills
    .filter((need) => !drop.includes(skillOf(need)))
    .map((need) => {
      const level = lower[skillOf(need)]
      return level === undefined || level >= levelOf(need) ? need : `${skillOf(need)}:${level}`
    })
}
