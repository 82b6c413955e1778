// Unicode rules of the SDK: normalization, the key for search and comparison, and invisible text. The test cases are shared:
// ticketing-sdk/tests/cases/text.json.

/** Ignorable characters: joiners, fillers, variation selectors. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu
/** White space, control and format characters, fillers, other characters without a glyph, combining marks alone, private and unassigned characters. */
const INVISIBLE = /^[\s\p{Cc}\p{Cn}\p{Co}\p{M}\p{Default_Ignorable_Code_Point}\u0085\u2800\ufff9-\ufffc\u{1d159}\u{13430}-\u{1343f}\u{13441}\u{13442}]*$/u

/** Returns a text as it is stored: trimmed, in normalization form C. */
export const normalize = (text: string): string => text.trim().normalize('NFC')

/** Returns the search key of a text: compatibility characters are unified, case is folded, ignorable characters are removed. */
export function searchKey(text: string): string {
  const once = foldCase(text.normalize('NFD')).normalize('NFKD')
  return foldCase(once).normalize('NFKD').replace(IGNORABLE, '').normalize('NFC')
}

/** Folds each character separately, since a final sigma depends on its position. A dotless i is not folded to i. */
const foldCase = (text: string): string =>
  Array.from(text, (c) => (c === 'ı' ? c : c.toLowerCase().toUpperCase().toLowerCase())).join('')

/** Returns whether no character of a text is visible. */
export const isInvisible = (text: string): boolean => INVISIBLE.test(text)
