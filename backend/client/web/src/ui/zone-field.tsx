// The choice of a time zone: a field that searches the zones of the browser.
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

import { type ZoneChoice, offsetAt, placeOf, searchZones, zoneChoices } from '../market/zones'
import { useTexts } from '../texts/context'
import { zone as offsetText } from '../texts/format'
import { Field } from './field'

interface ZoneFieldProps {
  zone: string
  /** The instant for which offsets are shown, in milliseconds. */
  at: number
  onChoose: (zone: string) => void
  /** Called when the field is left with a text that no zone matches, and when that text is changed. */
  onMatch: (isMatched: boolean) => void
}

/** Returns a zone with its offset: “New York (UTC−4)”, or an offset alone. */
function labelOf(zone: string, at: number): string {
  const offset = offsetAt(zone, at)
  return zone === offset || zone === 'UTC' ? offsetText(offset) : `${placeOf(zone)} (${offsetText(offset)})`
}

export function ZoneField({ zone, at, onChoose, onMatch }: ZoneFieldProps) {
  const texts = useTexts()
  const id = useId()
  /** What is typed, or null while the list is closed. */
  const [query, setQuery] = useState<string | null>(null)
  /** What was typed when the field was left, if no zone matches it. */
  const [unmatched, setUnmatched] = useState<string | null>(null)
  const [active, setActive] = useState(0)
  const isOpen = query !== null
  const isPointerDown = usePointerDown()
  const choices = useMemo(() => (isOpen ? zoneChoices(zone, texts.lang, at) : []), [isOpen, zone, texts.lang, at])
  const found = useMemo(() => searchZones(choices, query ?? ''), [choices, query])
  useEffect(() => {
    if (isOpen) document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' })
  }, [isOpen, id, active])
  const search = (text: string) => {
    setQuery(text)
    setActive(0)
    if (unmatched !== null) onMatch(true)
    setUnmatched(null)
  }
  const choose = (choice: ZoneChoice | undefined) => {
    if (choice) onChoose(choice.zone)
    setQuery(null)
  }
  /** Chooses the zone that is marked, if one was typed. */
  const leave = () => {
    const isTyped = query !== null && query.trim() !== ''
    if (isTyped && found.length === 0) {
      setUnmatched(query)
      onMatch(false)
    }
    choose(isTyped ? found[active] : undefined)
  }
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      if (!isOpen) search('')
      else setActive((active + step + found.length) % Math.max(1, found.length))
    } else if (isOpen && event.key === 'Enter') {
      event.preventDefault()
      if (found.length > 0) choose(found[active])
      else leave()
    } else if (isOpen && event.key === 'Escape') {
      event.preventDefault()
      setQuery(null)
    } else if (!isOpen && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      // What is typed replaces the name of the zone.
      search('')
    }
  }
  const label = labelOf(zone, at)
  return (
    <div className="combo">
      <Field
        label={texts.zone.label}
        hint={texts.zone.hint}
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && found.length > 0 ? `${id}-${active}` : undefined}
        verbatim
        placeholder={label}
        value={query ?? unmatched ?? label}
        error={unmatched === null ? undefined : texts.zone.none}
        onClick={() => search(query ?? unmatched ?? '')}
        onType={search}
        onKeyDown={press}
        onBlur={() => {
          if (!isPointerDown.current) return leave()
          // The form moves when the list closes. Before the end of the click it would move away from under the pointer.
          addEventListener('pointerup', () => flushSync(leave), { once: true, capture: true })
        }}
      />
      {isOpen && (
        <div id={id} className="combo-list" role="listbox" aria-label={texts.zone.label}>
          {found.map((choice, index) => (
            <div
              key={choice.zone}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              onMouseDown={(event) => {
                // The field keeps the focus.
                event.preventDefault()
                choose(choice)
              }}
            >
              <span>{choice.place || texts.zone.asListed}</span>
              <span className="meta">{choice.name}</span>
              <span className="meta">{offsetText(choice.offset)}</span>
            </div>
          ))}
        </div>
      )}
      {isOpen && found.length === 0 && (
        <p className="combo-list none" role="status">
          {texts.zone.none}
        </p>
      )}
    </div>
  )
}

/** Follows whether a pointer is pressed. */
function usePointerDown(): { readonly current: boolean } {
  const isDown = useRef(false)
  useEffect(() => {
    const follow = ({ type }: PointerEvent) => (isDown.current = type === 'pointerdown')
    const types = ['pointerdown', 'pointerup', 'pointercancel'] as const
    types.forEach((type) => addEventListener(type, follow, { capture: true }))
    return () => types.forEach((type) => removeEventListener(type, follow, { capture: true }))
  }, [])
  return isDown
}
