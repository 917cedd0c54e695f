import { textsOf } from '../texts/texts.ts'

export const loginText = textsOf({
  title: { zh: '政务服务便民热线', en: 'Public hotline' },
  username: { zh: '用户名', en: 'User name' },
  password: { zh: '密码', en: 'Password' },
  login: { zh: '登录', en: 'Log in' },
})
