export { NoticeBoard } from './notice-board.ts'
export { noticeRoutes } from './notice-routes.ts'
export { NoticeStore } from './notice-store.ts'
