// The code of a pass: its text, and its verification without a network. The rules and the test cases are those of
// `ticketing-sdk/src/pass_code.rs`.
import type { PassKeys } from '../api/types'

/** The content of a code. It is authentic only if `verify` says so. */
export interface Claim {
  passId: string
  /** The number of changes of holder when the code was made. */
  serial: number
  signed: Uint8Array<ArrayBuffer>
  signature: Uint8Array<ArrayBuffer>
}

const PREFIX = 'TK1'
const CODE_LENGTH = 128
const VERSION = 1
/** The version, the identifier (16 bytes) and the serial (2 bytes, big-endian). */
const CONTENT = 1 + 16 + 2
const ALGORITHM = 'Ed25519'
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'

/** Decodes base45 (RFC 9285); null if the text is not base45. */
export function decodeBase45(text: string): Uint8Array<ArrayBuffer> | null {
  const digits = Array.from(text, (letter) => ALPHABET.indexOf(letter))
  if (digits.includes(-1) || digits.length % 3 === 1) return null
  const bytes: number[] = []
  for (let at = 0; at < digits.length; at += 3) {
    const [low = 0, middle = 0, high] = digits.slice(at, at + 3)
    const value = low + 45 * middle + 45 * 45 * (high ?? 0)
    if (value > (high === undefined ? 0xff : 0xffff)) return null
    bytes.push(...(high === undefined ? [value] : [value >> 8, value & 0xff]))
  }
  return Uint8Array.from(bytes)
}

/** Reads a code without verifying it; null if the text does not have its form. White space around it and the case of letters are ignored. */
export function readCode(text: string): Claim | null {
  const code = text.trim().toUpperCase()
  if (code.length !== CODE_LENGTH || !code.startsWith(PREFIX)) return null
  const bytes = decodeBase45(code.slice(PREFIX.length))
  if (bytes?.[0] !== VERSION) return null
  const hex = Array.from(bytes.slice(1, 17), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return {
    passId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    serial: ((bytes[17] ?? 0) << 8) | (bytes[18] ?? 0),
    signed: Uint8Array.from([...new TextEncoder().encode(PREFIX), ...bytes.slice(0, CONTENT)]),
    signature: bytes.slice(CONTENT),
  }
}

/** Imports the keys of Ed25519; others, which a later version may add, are ignored. Throws if the browser does not support Ed25519. */
export async function importKeys({ keys }: PassKeys): Promise<CryptoKey[]> {
  const imported: CryptoKey[] = []
  for (const { kty, crv, x } of keys) {
    if (kty !== 'OKP' || crv !== ALGORITHM) continue
    try {
      imported.push(await crypto.subtle.importKey('jwk', { kty, crv, x }, { name: ALGORITHM }, false, ['verify']))
    } catch (error) {
      // Any other error concerns this key only.
      if (error instanceof DOMException && error.name === 'NotSupportedError') throw error
    }
  }
  return imported
}

/** Returns whether one of the keys has signed the claim. */
export async function verify({ signed, signature }: Claim, keys: readonly CryptoKey[]): Promise<boolean> {
  for (const key of keys) {
    if (await crypto.subtle.verify({ name: ALGORITHM }, key, signature, signed)) return true
  }
  return false
}

/** Returns whether the browser can verify codes. The key is that of RFC 8032, section 7.1, test 1. */
export const canVerify = (): Promise<boolean> =>
  crypto.subtle
    .importKey('jwk', { kty: 'OKP', crv: ALGORITHM, x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }, { name: ALGORITHM }, false, ['verify'])
    .then(() => true, () => false)
