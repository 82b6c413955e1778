// Texts as amounts of money, read as every program of this workspace reads them. The cases are shared:
// ticketing-sdk/tests/cases/money.json.

const MAX_CENTS = 99_999_999
/** Beyond so many digits an amount is too large or too precise, whatever they are. */
const MAX_EXPONENT = 400

export type AmountError = 'not_a_number' | 'not_positive' | 'too_large' | 'too_precise'

/** `bound`: the amount as a bound of a search in cents, where that is fine though it is no price. */
export type Amount = { cents: number } | { error: AmountError; bound?: number }

/** Reads a text as an amount. */
export function readAmount(text: string): Amount {
  const parts = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text.trim())
  const [, sign = '', whole = '', decimals = '', exponent = '0'] = parts ?? []
  if (!parts || !(whole + decimals)) return { error: 'not_a_number' }
  const digits = BigInt(whole + decimals)
  if (digits === 0n) return { error: 'not_positive', bound: 0 }
  if (sign === '-') return { error: 'not_positive' }
  // How many digits of the amount in cents stand before its decimal point.
  const shift = Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, Number(exponent))) - decimals.length + 2
  const scale = 10n ** BigInt(Math.abs(shift))
  if (shift < 0 && digits % scale !== 0n) return { error: 'too_precise' }
  const cents = shift < 0 ? digits / scale : digits * scale
  if (cents > BigInt(MAX_CENTS)) return { error: 'too_large', bound: Number(cents) }
  return { cents: Number(cents) }
}

/** A text as a bound of a search, in cents; nothing where it is none. */
export function readBound(text: string): number | null {
  const amount = readAmount(text)
  return 'cents' in amount ? amount.cents : (amount.bound ?? null)
}

/** A price of the API in cents. */
export const centsOf = (price: number): number => Math.round(price * 100)

/**
 * An amount as people type it, as the API reads it: wide digits of a Japanese keyboard, a dollar sign, commas between
 * thousands. What is no amount stays as it is, for the server to say so.
 */
export function typedAmount(text: string): string {
  const plain = text.normalize('NFKC').trim().replace(/^\$\s*/, '')
  return /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replaceAll(',', '') : plain
}
