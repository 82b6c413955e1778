// Accounts and sessions. The session is a cookie that scripts cannot read.
import { newKey } from './attempts'
import { request } from './http'
import type { User } from './types'

export interface Credentials {
  email: string
  password: string
}

/** Returns the user who is signed in, or null. The request names no intended user, since it asks for the user. */
export async function currentUser(signal?: AbortSignal): Promise<User | null> {
  return (await request('get', '/api/users/currentuser', { user: null, signal }))?.currentUser ?? null
}

/**
 * The idempotency key of the last sign-up. It is not stored, since the body contains a password; after a reload the session shows the
 * outcome.
 */
let lastSignUp = { body: '', key: '' }

export async function signUp(credentials: Credentials): Promise<User> {
  const body = JSON.stringify(credentials)
  if (lastSignUp.body !== body) lastSignUp = { body, key: newKey() }
  const user = await request('post', '/api/users/signup', { body: credentials, key: lastSignUp.key })
  lastSignUp = { body: '', key: '' }
  return user
}

export const signIn = (credentials: Credentials): Promise<User> => request('post', '/api/users/signin', { body: credentials })

/** Revokes the session of this user. */
export const signOut = (userId: string): Promise<unknown> => request('post', '/api/users/signout', { user: userId })
