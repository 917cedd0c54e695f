/** Whether a host is this machine to itself: what is said there no network hears. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || /^127(?:\.\d{1,3}){3}$/.test(host) || /^(?:::1|\[::1\])$/.test(host)
}
