import { expect, test } from 'vitest'
import { relaxedSkills } from '../../../src/queue/index.ts'

const step = (drop: string[], lower: Record<string, number> = {}) => ({ after: 30, drop, lower })

test('relaxation - a dropped skill is not needed any more, whatever its level was', () => {
  expect(relaxedSkills(['tax:3', 'vat'], step(['tax']))).toEqual(['vat'])
})

test('relaxation - a level is lowered and never raised', () => {
  expect(relaxedSkills(['tax:3', 'vat'], step([], { tax: 1, vat: 5 }))).toEqual(['tax:1', 'vat'])
  expect(relaxedSkills(['tax:1'], step([], { tax: 2 }))).toEqual(['tax:1'])
})

test('relaxation - a step about other skills changes nothing', () => {
  expect(relaxedSkills(['tax'], step(['vat'], { social: 1 }))).toEqual(['tax'])
})
