/** Over the columns of calls to citizens. */
export const outHeadings = ['out', 'outReached', 'outTalked'] as const
