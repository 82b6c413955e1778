// Parses amounts of money by the rules of the SDK. The test cases are shared: ticketing-sdk/tests/cases/money.json.

const MAX_CENTS = 99_999_999
/** Beyond this exponent every amount is too large or too precise. */
const MAX_EXPONENT = 400

type AmountError = 'not_a_number' | 'not_positive' | 'too_large' | 'too_precise'

/** `bound`: the amount in cents as a bound of a search, if it is valid as a bound but not as a price. */
type Amount = { cents: number } | { error: AmountError; bound?: number }

/** Parses an amount. */
export function parseAmount(text: string): Amount {
  const parts = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text.trim())
  const [, sign = '', whole = '', decimals = '', exponent = '0'] = parts ?? []
  if (!parts || !(whole + decimals)) return { error: 'not_a_number' }
  const digits = BigInt(whole + decimals)
  if (digits === 0n) return { error: 'not_positive', bound: 0 }
  if (sign === '-') return { error: 'not_positive' }
  // The number of digits by which the decimal point moves to give cents.
  const shift = Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, Number(exponent))) - decimals.length + 2
  const scale = 10n ** BigInt(Math.abs(shift))
  if (shift < 0 && digits % scale !== 0n) return { error: 'too_precise' }
  const cents = shift < 0 ? digits / scale : digits * scale
  if (cents > BigInt(MAX_CENTS)) return { error: 'too_large', bound: Number(cents) }
  return { cents: Number(cents) }
}

/** Parses a bound of a search in cents. Returns null if the text is not an amount. */
export function parseBound(text: string): number | null {
  const amount = parseAmount(text)
  return 'cents' in amount ? amount.cents : (amount.bound ?? null)
}

/** Converts a price of the API to cents. */
export const toCents = (price: number): number => Math.round(price * 100)

/**
 * Normalizes a typed amount for the API: converts full-width digits, removes a dollar sign and thousands separators. Leaves other text
 * unchanged; the server rejects it.
 */
export function normalizeAmount(text: string): string {
  const plain = text.normalize('NFKC').trim().replace(/^\$\s*/, '')
  return /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replaceAll(',', '') : plain
}
