import { ApiError } from '../api/request.ts'
import { language, type Text } from './texts.ts'

const refusals: Readonly<Record<string, Text>> = {
  unreachable: { zh: '服务暂时连接不上，请稍候重试', en: 'The service does not answer; try again in a moment' },
  'login-refused': { zh: '用户名或密码不正确', en: 'User name or password is wrong' },
  'too-many-requests': { zh: '尝试次数过多，请稍后再试', en: 'Too many attempts; try again later' },
  'not-permitted': { zh: '您没有此项权限', en: 'You may not do this' },
  'not-authenticated': { zh: '登录已失效，请重新登录', en: 'The session is over; log in again' },
  'internal-error': { zh: '服务内部错误，已记录日志', en: 'An error of the service; its log has the details' },
}

/** What to tell somebody of a refusal: our words where there are some, else the service's own. */
export function refusalText(error: unknown): string {
  if (!(error instanceof ApiError)) return String(error)
  return refusals[error.code]?.[language.value] ?? error.message
}
