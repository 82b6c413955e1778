// The search and filter form of the market. Input takes effect after a delay, or at once with Enter. Unless the screen is wide, the
// filters are in a dialog, so that the tickets are on the first screen.
import { type FormEvent, useLayoutEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'

import { useTexts } from '../texts/context'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { Field, fieldsOf } from '../ui/field'
import { useFieldErrors } from '../ui/form'
import { SearchIcon } from '../ui/icons'
import { useMedia } from '../ui/use-media'
import { type Filters, NO_FILTERS, SORTS, type Sort, toPath } from './filters'

/** The delay after a key press, in milliseconds. */
const DEBOUNCE = 300

/** The width from which on the filters are beside the search. */
const WIDE = '(min-width: 72rem)'

export function FilterForm({ filters, error }: { filters: Filters; error: unknown }) {
  const texts = useTexts()
  const [, navigate] = useLocation()
  const { of } = useFieldErrors(error, ['minPrice', 'maxPrice', 'q', 'from', 'until'])
  const [typed, setTyped] = useState(filters)
  const address = toPath(filters)
  // Going back updates the form; while typing, the form is ahead of the address.
  const [seen, setSeen] = useState(address)
  if (address !== seen) {
    setSeen(address)
    if (address !== toPath(typed)) setTyped(filters)
  }
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  // As soon as another page is opened: while its chunk loads, this one is hidden and stays mounted.
  useLayoutEffect(() => () => clearTimeout(timer.current), [])
  const go = (next: Filters, replace: boolean) => {
    clearTimeout(timer.current)
    if (toPath(next) !== address) navigate(toPath(next), { replace })
  }
  const type = (change: Partial<Filters>) => {
    const next = { ...typed, ...change }
    setTyped(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => go(next, true), DEBOUNCE)
  }
  const choose = (change: Partial<Filters>) => {
    const next = { ...typed, ...change }
    setTyped(next)
    go(next, false)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    go(typed, false)
  }
  const isPlain = toPath(typed) === '/'
  const isWide = useMedia(WIDE)
  const [isSheetOpen, setSheetOpen] = useState(false)
  const fields = <FilterFields typed={typed} of={of} type={type} choose={choose} />
  const clear = (
    <Button variant="quiet" disabled={isPlain} onClick={() => choose(NO_FILTERS)}>
      {texts.market.clear}
    </Button>
  )
  return (
    <search>
      <form className="filters" aria-label={texts.market.filters} onSubmit={submit}>
        <div className="filter-search">
          <Field
            label={texts.market.search}
            type="search"
            placeholder={texts.market.searchHint}
            maxLength={200}
            enterKeyHint="search"
            after={<SearchIcon />}
            name="q"
            value={typed.q}
            error={of('q')}
            onType={(q) => type({ q })}
          />
        </div>
        {isWide && fields}
        {isWide && clear}
        {!isWide && (
          <Button onClick={() => setSheetOpen(true)}>{texts.market.openFilters(countFilters(typed))}</Button>
        )}
      </form>
      {!isWide && isSheetOpen && (
        <Dialog title={texts.market.filters} sheet onClose={() => setSheetOpen(false)}>
          <div className="filters">{fields}</div>
          <div className="row end">
            {clear}
            <Button variant="primary" onClick={() => setSheetOpen(false)}>
              {texts.market.showTickets}
            </Button>
          </div>
        </Dialog>
      )}
    </search>
  )
}

interface FilterFieldsProps {
  typed: Filters
  of: (field: string) => string | undefined
  type: (change: Partial<Filters>) => void
  choose: (change: Partial<Filters>) => void
}

function FilterFields({ typed, of, type, choose }: FilterFieldsProps) {
  const texts = useTexts()
  return (
    <>
      {(['minPrice', 'maxPrice'] as const).map((name) => (
        <Field key={name} label={texts.market[name]} prefix="$" inputMode="decimal" {...fieldsOf(typed, type, of)(name)} />
      ))}
      {(['from', 'until'] as const).map((name) => (
        <Field key={name} label={texts.market[name]} type="date" {...fieldsOf(typed, choose, of)(name)} />
      ))}
      <SortField sort={typed.sort} onChoose={(sort) => choose({ sort })} />
    </>
  )
}

/** Returns the number of filters that are set, without the search. */
function countFilters({ minPrice, maxPrice, from, until, sort }: Filters): number {
  return [minPrice, maxPrice, from, until].filter(Boolean).length + (sort === NO_FILTERS.sort ? 0 : 1)
}

function SortField({ sort, onChoose }: { sort: Sort; onChoose: (sort: Sort) => void }) {
  const texts = useTexts()
  return (
    <div className="field filter-sort">
      <label htmlFor="sort">{texts.market.sort}</label>
      <div className="box">
        <select id="sort" name="sort" value={sort} onChange={(event) => onChoose(event.target.value as Sort)}>
          {SORTS.map((value) => (
            <option key={value} value={value}>
              {texts.market.sorts[value]}
            </option>
          ))}
        </select>
      </div>
    </div>
  )
}
