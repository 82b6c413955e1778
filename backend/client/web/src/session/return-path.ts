// The path to navigate to after signing in. It is always a path of this site.

const HOME = '/'

/** Returns the path in the `next` parameter, or the market if the parameter leads to another site or back to sign-in. */
export function returnPath(next: string | null): string {
  if (!next || !/^\/(?![/\\])/.test(next)) return HOME
  try {
    const url = new URL(next, 'http://here.invalid')
    const path = url.pathname + url.search
    return url.host === 'here.invalid' && !/^\/(\/|\\|auth(\/|$)|api(\/|$))/i.test(url.pathname) ? path : HOME
  } catch {
    return HOME
  }
}

/** Returns the path of the sign-in page that returns to `path`. */
export function signInPath(path: string): string {
  const next = returnPath(path)
  return next === HOME ? '/auth/signin' : `/auth/signin?next=${encodeURIComponent(next)}`
}
