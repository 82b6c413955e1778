// Accounts and sessions. The session is a cookie that scripts cannot read.
import { newKey } from './attempts'
import { send } from './http'
import type { User } from './types'

export interface Credentials {
  email: string
  password: string
}

/** Returns the user who is signed in, or null. The request names no intended user, since it asks for the user. */
export async function currentUser(signal?: AbortSignal): Promise<User | null> {
  const { body } = await send('get', '/api/users/currentuser', { user: null, signal })
  return body?.currentUser ?? null
}

/**
 * The idempotency key of the last sign-up. It is not stored, since the body contains a password; after a reload the session shows the
 * outcome.
 */
let lastSignUp = { body: '', key: '' }

export async function signUp(credentials: Credentials): Promise<User> {
  const body = JSON.stringify(credentials)
  if (lastSignUp.body !== body) lastSignUp = { body, key: newKey() }
  const headers = { 'idempotency-key': lastSignUp.key }
  const answer = await send('post', '/api/users/signup', { body: credentials, headers })
  lastSignUp = { body: '', key: '' }
  return answer.body
}

export async function signIn(credentials: Credentials): Promise<User> {
  return (await send('post', '/api/users/signin', { body: credentials })).body
}

/** Revokes the session of this user. */
export async function signOut(userId: string): Promise<void> {
  await send('post', '/api/users/signout', { user: userId })
}
