// Text that other people wrote, made safe to show on one line: the rules are those of the SDK.

/** What turns the direction of writing, and could make a text read as another. */
const TURNS = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/gu
/** Control characters: C0, delete, C1. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/gu
/** Drops control and direction characters; newlines and tabs become spaces. */
export const sanitize = (text: string): string => text.replace(/[\n\t]/g, ' ').replace(CONTROLS, '').replace(TURNS, '')
