// Texts as every program of this workspace takes them: the one spelling that is kept, the key by which texts are searched and compared,
// and what of a text can be seen. The cases are shared: ticketing-sdk/tests/cases/text.json.

/** Characters that Unicode lets programs ignore: joiners, fillers, variation selectors. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu
/** White space, control and format characters, fillers, what has no ink all the same, marks (which need another character), and private characters. */
const INVISIBLE = /^[\s\p{Cc}\p{Co}\p{M}\p{Default_Ignorable_Code_Point}\u0085\u2800\ufff9-\ufffb\u{1d159}\u{13430}-\u{1343f}]*$/u

/** The one spelling of a text that is kept: without white space around it, composed. */
export const normalize = (text: string): string => text.trim().normalize('NFC')

/** The key of a text: compatible characters are one, case does not count, what can be ignored is left out. */
export function searchKey(text: string): string {
  const once = foldCase(text.normalize('NFD')).normalize('NFKD')
  return foldCase(once).normalize('NFKD').replace(IGNORABLE, '').normalize('NFC')
}

/** Each character by itself: the small sigma at the end of a word is the other one. The dotless i is no form of the i. */
const foldCase = (text: string): string =>
  Array.from(text, (c) => (c === 'ı' ? c : c.toLowerCase().toUpperCase().toLowerCase())).join('')

/** Whether nothing of a text can be seen. */
export const isInvisible = (text: string): boolean => INVISIBLE.test(text)
