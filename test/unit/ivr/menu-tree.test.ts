import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatMenuTree, readMenus } from '../../../src/ivr/index.ts'
import { projectRoot } from '../../../src/kernel/index.ts'
import { menusOf, promptsDir, soundMenuWith } from './menu-project.ts'

test("menu tree - the repository's own menus, key by key", async () => {
  const menus = await readMenus({ menusDir: join(projectRoot(), 'ivr/menus'), promptsDir })

  expect(formatMenuTree(menus).replace(/yaml:\d+/g, 'yaml')).toBe(
    `
12345 (menu, cmn, and any number not listed)  0: queue general
└─ menu language (3 × 5 s, then person)  ivr/menus/main.yaml
   ├─ 1 普通话 [cmn] → menu services (3 × 6 s, then person)  ivr/menus/main.yaml
   │  ├─ 1 税务 → menu tax (3 × 6 s, then person)  ivr/menus/service-lines.yaml
   │  │  ├─ 1 个人所得税 → queue tax
   │  │  ├─ 2 企业税务及发票 → queue tax
   │  │  ├─ 9 → repeat
   │  │  └─ * 返回 → menu services (above)
   │  ├─ 2 社保 → menu social-security (3 × 6 s, then person)  ivr/menus/service-lines.yaml
   │  │  ├─ 1 养老保险 → queue social-security
   │  │  ├─ 2 医疗保险 → queue social-security
   │  │  ├─ 3 劳动关系 → queue social-security
   │  │  ├─ 9 → repeat
   │  │  └─ * 返回 → menu services (above)
   │  ├─ 3 市场监管 → menu market-supervision (3 × 6 s, then person)  ivr/menus/service-lines.yaml
   │  │  ├─ 1 消费投诉 → queue market-supervision
   │  │  ├─ 2 食品安全 → queue market-supervision
   │  │  ├─ 3 企业登记 → queue market-supervision
   │  │  ├─ 9 → repeat
   │  │  └─ * 返回 → menu services (above)
   │  ├─ 4 政策咨询及其他 → queue general
   │  ├─ 9 → repeat
   │  └─ * 返回语言选择 → menu language (above)
   ├─ 2 粤语 [yue] → menu services (above)
   ├─ 3 English [en] → menu services (above)
   └─ 9 → repeat
`.trim(),
  )
})

test('menu tree - a front without menu, skills, priority, words and where exhausted attempts lead', async () => {
  const text = soundMenuWith('attempts: 2', 'attempts: 1\n    exhausted: { queue: night }').replace(
    'lines:\n',
    'lines:\n  "12366": { front: direct, language: en, person: { queue: tax, skills: [income, vat], priority: 3 } }\n',
  )

  const tree = formatMenuTree(await menusOf(text)).replace(/\S*main\.yaml/g, 'main.yaml')

  expect(tree).toBe(
    `
12366 (direct, en)  0: queue tax (skills income, vat; priority 3)
└─ queue tax (skills income, vat; priority 3)
12345 (menu, cmn, and any number not listed)  0: queue general
└─ menu first (3 × 6 s, then person)  main.yaml:11
   ├─ 1 税务 → menu second (1 × 4 s, then queue night)  main.yaml:17
   │  ├─ 1 → queue tax (skills income; priority 2)
   │  ├─ 2 says goodbye → hang up
   │  └─ * → menu first (above)
   ├─ 2 English [en] → menu second (above)
   └─ 9 → repeat
`.trim(),
  )
})

test('docs/ivr.md shows the tree as it is', async () => {
  const page = await readFile(join(projectRoot(), 'docs/ivr.md'), 'utf8')
  const menus = await readMenus({ menusDir: join(projectRoot(), 'ivr/menus'), promptsDir })

  expect(page).toContain(formatMenuTree(menus))
})
