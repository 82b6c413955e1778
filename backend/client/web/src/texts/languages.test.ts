import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { ApiError } from '../api/problem'
import { en } from './en'
import { detailText, errorText } from './errors'
import { ja } from './ja'
import { languages, selectLanguage } from './languages'
import { sharedCases } from './shared-cases'

/** Returns every text by its path. A text with parameters is called with samples. */
function leaves(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'function') return [[path, String((value as (...sample: unknown[]) => unknown)(2, 'sample'))]]
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) => leaves(inner, path ? `${path}.${name}` : name))
  }
  return [[path, String(value)]]
}

const WORKSPACE = join(import.meta.dirname, '../../../../..')
const NAMES = /^(lang|name|brand|card\.cards\.tok_(visa|mastercard|amex))$/
const own = (texts: typeof en) => leaves(texts).filter(([path]) => !path.startsWith('fieldErrors.'))

describe('the languages', () => {
  it('have the same texts', () => {
    expect(own(ja).map(([path]) => path)).toEqual(own(en).map(([path]) => path))
  })

  it.each(Object.entries(languages))('have no empty text in %s', (_, texts) => {
    for (const [path, text] of leaves(texts)) expect(text.trim(), path).not.toBe('')
  })

  it('are translated', () => {
    const english = new Map(own(en))
    for (const [path, text] of own(ja)) {
      if (NAMES.test(path)) continue
      expect(text, path).not.toBe(english.get(path))
      expect(text, path).toMatch(/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u)
    }
  })

  it('translate every message of the server about a field of a form', () => {
    const sources = [
      'backend/auth/src/domain', 'backend/auth/src/routes', 'backend/tickets/src/domain', 'backend/tickets/src/routes', 'backend/platform/src/http/fields.rs',
      'ticketing-sdk/src/types/money.rs', 'ticketing-sdk/src/types/money', 'ticketing-sdk/src/types/ticket/details.rs',
    ]
    const messages = sources.flatMap((source) => read(join(WORKSPACE, source))).flatMap(found)
    for (const message of ['Title is required', 'Price must be at most $38', 'Venue must be at most 120 characters', 'an amount has at most two decimals']) {
      expect(messages).toContain(message)
    }
    expect(messages.filter((message) => detailText(ja, message) === ja.errors.other(message))).toEqual([])
  })

  it('call a text that is no code as the API does', () => {
    const refusals = readFileSync(join(WORKSPACE, 'backend/tickets/src/routes/passes.rs'), 'utf8')
    expect(refusals).toContain(`ErrorCode::PassInvalid, "${en.door.reasons.pass_invalid}")`)
  })

  it('have a text for every error that a page can meet', () => {
    const codes = sharedCases<{ status: number; code: string | null }[]>('errors.json', [])
    const english = ({ status, code }: { status: number; code: string | null }) => errorText(ja, new ApiError(status, [{ message: 'In English', code: code ?? '' }]))
    const without = codes.filter((one) => one.code && english(one).includes('In English')).map(({ code }) => code)
    expect(without).toEqual([
      // Of requests that a browser does not send.
      'malformed_request', 'uri_too_long', 'header_fields_too_large', 'invalid_signature', 'invalid_json',
      // With messages of their own, which are in the catalogue.
      'invalid_input',
      'unsupported_media_type', 'method_not_allowed',
      // Of the bank, and of the door.
      'card_declined', 'already_admitted', 'pass_invalid', 'pass_superseded', 'pass_offered', 'pass_other_day',
      'a_code_of_a_later_version',
    ])
  })
})

function read(path: string): string[] {
  if (path.endsWith('.rs')) return path.endsWith('tests.rs') ? [] : [readFileSync(path, 'utf8')]
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() || entry.name.endsWith('.rs') ? read(join(path, entry.name)) : []))
}

/** Fields that no form has: the pages send what the server takes. */
const OTHERS = /^(Seller|Past|Sort|Status|Issued|Order|Code|At|Device|StartsWithin|MAX_CHARS) |must be a string|^Venue must be a time|an id/

/** Returns the messages in a source about fields, with what the server fills in. */
function found(source: string): string[] {
  const code = source.split('#[cfg(test)]')[0] ?? ''
  const quoted = code.split('\n').filter((line) => !line.trim().startsWith('//')).join('\n').matchAll(/"((?:[A-Z][A-Za-z]* |an amount |not an amount|\{\} |\{spelled\} )(?:must|is required|has|supply|are not sold|in use)[^"]*)"/g)
  return [...quoted].map(([, text]) => text ?? '').flatMap(filledIn).filter((message) => !OTHERS.test(message))
}

/** Fills the placeholders of a message in, once for each field. */
function filledIn(message: string): string[] {
  const text = message.replace('{MAX_CHARS}', '200').replace('{MAX_QUERY_CHARS}', '200').replace('{limit}', '$38')
  const names = text.startsWith('{spelled}')
    ? text.includes('a number') ? ['MinPrice', 'MaxPrice'] : text.includes('a time') ? ['From', 'Until'] : ['Q']
    : text.startsWith('{}') ? (text.includes('a time') ? ['StartsAt'] : ['Venue', 'Seat', 'Description']) : ['']
  return names.map((name) => (name ? text.replace(/^\{(spelled)?\}/, name).replace('{}', '120') : text))
}

describe('the selected language', () => {
  it('is the stored choice, otherwise the first supported preference', () => {
    expect(selectLanguage('ja', ['en-US'])).toBe('ja')
    expect(selectLanguage(null, ['fr-CH', 'ja-JP', 'en'])).toBe('ja')
    expect(selectLanguage('tlh', ['de', 'en-GB', 'ja'])).toBe('en')
    expect(selectLanguage(null, ['de'])).toBe('en')
    expect(selectLanguage('toString', [])).toBe('en')
  })
})
