/** Short messages of supervisors to all desks, to those of a queue, or to single agents. */
export { NoticeBoard } from './notice-board.ts'
export { noticeRoutes } from './notice-routes.ts'
export { NoticeStore } from './notice-store.ts'
