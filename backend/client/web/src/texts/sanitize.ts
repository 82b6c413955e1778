// Removes unsafe characters from titles of other users, by the rules of the SDK.

/** Bidirectional control characters, which can make a text read as another. */
const DIRECTION_CONTROLS = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/gu
/** Control characters: C0, delete, C1. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/gu
/** Removes control and direction characters. Newlines and tabs become spaces. */
export const sanitize = (text: string): string => text.replace(/[\n\t]/g, ' ').replace(CONTROLS, '').replace(DIRECTION_CONTROLS, '')

/** As `sanitize` for a text of several lines: newlines stay, and more than one blank line becomes one. */
export const sanitizeLines = (text: string): string => text.split(/\r?\n/).map(sanitize).join('\n').replace(/\n{3,}/g, '\n\n')
