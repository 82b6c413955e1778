// Where to go after signing in: a page of this site, and nothing else.

const HOME = '/'

/** The path to return to, from the `next` of the address. Whatever could lead off the site, or in circles, is the market. */
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

/** The page to sign in on, which leads back to `path`. */
export function signInPath(path: string): string {
  const next = returnPath(path)
  return next === HOME ? '/auth/signin' : `/auth/signin?next=${encodeURIComponent(next)}`
}
