import { textsOf } from '../texts/texts.ts'

export const shellText = textsOf({
  name: { zh: '一号热线', en: 'Yihao hotline' },
  desk: { zh: '坐席台', en: 'Desk' },
  wallboard: { zh: '大屏', en: 'Wallboard' },
  supervisor: { zh: '班长台', en: 'Supervisor' },
  tickets: { zh: '工单', en: 'Tickets' },
  menus: { zh: '语音菜单', en: 'Voice menu' },
  reports: { zh: '报表', en: 'Reports' },
  logout: { zh: '退出登录', en: 'Log out' },
  language: { zh: 'English', en: '中文' },
  dark: { zh: '深色', en: 'Dark' },
  light: { zh: '浅色', en: 'Light' },
  pages: { zh: '页面', en: 'Pages' },
  skip: { zh: '跳到主要内容', en: 'Skip to the main part' },
})
