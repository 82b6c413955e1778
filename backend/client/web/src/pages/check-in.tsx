// The door: codes come from the camera or from a scanner that types, and each has one large verdict.
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useEffectEvent, useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

import { isCode } from '../api/problem'
import type { User } from '../api/types'
import { userOfDoor } from '../door/marker'
import { DoorReadiness, DoorStatus } from '../door/status'
import { type DoorView, useDoor } from '../door/use-door'
import { keys } from '../live/cache'
import { useCamera, usePicture } from '../passes/camera-view'
import { DoorList } from '../passes/door-list'
import { EXPECTED_WITHIN } from '../passes/event-day'
import { listenToScanner } from '../passes/scanner'
import { signal } from '../passes/signal'
import { type Ruling, type Verdict, cleanCode, enteredBefore, isOtherDay, isRepeat, nameOfCode } from '../passes/verdict'
import { VerdictLog, VerdictView, useLines } from '../passes/verdict-view'
import { pause } from '../pause'
import { SignedIn } from '../session/guard'
import { preferences } from '../storage'
import { useTexts } from '../texts/context'
import { serverNow } from '../api/clock'
import { useAnnounce } from '../ui/announcer'
import { Button } from '../ui/button'
import { Field } from '../ui/field'
import { Page } from '../ui/page'

/** The number of verdicts in the log. */
const LOGGED = 10
/** A guest who may not simply enter is shown for this time at least, in milliseconds, before the verdict on the next one. */
const SHOWN_FOR = 1500

export default function CheckIn() {
  const texts = useTexts()
  return (
    <SignedIn title={texts.door.title} skeleton={<DoorSkeleton />} userOfKept={userOfDoor}>
      {(user) => <Door key={user.id} user={user} />}
    </SignedIn>
  )
}

/** Judges codes one after another, in the order in which they were read. */
function useVerdicts(view: DoorView, device: string, isEvening: boolean, loud: boolean) {
  const { door } = view
  const client = useQueryClient()
  const { showToast } = useAnnounce()
  const lines = useLines()
  const [verdicts, setVerdicts] = useState<Verdict[]>([])
  const [asked, setAsked] = useState<string[]>([])
  const queue = useRef(Promise.resolve())
  const count = useRef(0)
  const waiting = useRef(0)
  const last = useRef<{ code: string; kind: Ruling['kind']; at: number }>(null)
  const isOpen = useRef(false)
  useEffect(() => {
    isOpen.current = true
    return () => {
      isOpen.current = false
    }
  }, [])
  const judgeNext = async (code: string, ticket: string, scannedAt: number) => {
    if (isRepeat(last.current, code, scannedAt)) {
      setVerdicts(([first, ...rest]) => (first ? [{ ...first, isRepeat: true }, ...rest] : rest))
      return false
    }
    const options = { device, startsWithin: isEvening ? EXPECTED_WITHIN : null }
    const ruling = await door.judge(code, options).catch((error: unknown): Ruling => ({ kind: 'unknown', error }))
    last.current = { code, kind: ruling.kind, at: performance.now() }
    const hasNext = waiting.current > 1
    const verdict: Verdict = { id: count.current++, at: serverNow(), ticket, hasNext, ...ruling }
    setVerdicts((before) => [verdict, ...before].slice(0, LOGGED))
    // A verdict that comes after the page was left is shown on the page that is open now.
    if (!isOpen.current) showToast({ text: [lines(verdict).head, ticket].join(': '), to: '/check-in' })
    const kind = enteredBefore(ruling).length > 0 || isOtherDay(ruling) ? 'unknown' : ruling.kind
    if (loud) signal(kind)
    if (ruling.kind === 'unknown' && isCode(ruling.error, 'not_signed_in', 'other_user')) void client.invalidateQueries({ queryKey: keys.session })
    return hasNext && kind !== 'admitted'
  }
  const finish = () => {
    waiting.current -= 1
    setAsked(([, ...rest]) => rest)
  }
  const judge = (code: string) => {
    const scannedAt = performance.now()
    const ticket = nameOfCode(code, door.passOf(code))
    waiting.current += 1
    setAsked((names) => [...names, ticket])
    const judged = queue.current.then(() => judgeNext(code, ticket, scannedAt)).finally(finish)
    queue.current = judged.then((mustStay) => (mustStay ? pause(SHOWN_FOR) : undefined))
  }
  return { verdicts, asked, judge }
}

function Door({ user }: { user: User }) {
  const texts = useTexts()
  const [device, setDevice] = useState(() => preferences.getItem('device') ?? '')
  const [isEvening, setEvening] = useSwitch('evening')
  const [isLoud, setLoud] = useSwitch('sound')
  const view = useDoor(user)
  const { verdicts, asked, judge } = useVerdicts(view, device.trim().normalize('NFC'), isEvening, isLoud)
  const camera = useCamera(judge)
  const picture = usePicture(judge)
  return (
    <Page title={texts.door.title} lead={texts.door.lead}>
      <div className="split door">
        <div className="door-main">
          <DoorStatus state={view.state} passes={view.passes} />
          {camera.view}
          <VerdictView verdict={verdicts[0]} asked={asked} />
          <CodeField onCode={judge} />
          <div className="row">
            {camera.button}
            {picture.button}
          </div>
          {picture.notice}
          <VerdictLog verdicts={verdicts} />
        </div>
        <div className="buy-panel">
          <Field
            label={texts.door.device}
            hint={texts.door.deviceHint}
            name="device"
            maxLength={60}
            value={device}
            onType={(name) => {
              setDevice(name)
              preferences.setItem('device', name)
            }}
          />
          <div className="switches">
            <Switch label={texts.door.evening} hint={texts.door.eveningHint} isOn={isEvening} onChange={setEvening} />
            <Switch label={texts.door.sound} isOn={isLoud} onChange={setLoud} />
          </div>
          <DoorList view={view} />
          <DoorReadiness state={view.state} />
        </div>
      </div>
    </Page>
  )
}

/** A choice that this browser keeps. */
function useSwitch(name: string): [isOn: boolean, set: (isOn: boolean) => void] {
  const [isOn, setOn] = useState(() => preferences.getItem(name) === 'on')
  const set = (next: boolean) => {
    setOn(next)
    preferences.setItem(name, next ? 'on' : 'off')
  }
  return [isOn, set]
}

interface SwitchProps {
  label: string
  hint?: string
  isOn: boolean
  onChange: (isOn: boolean) => void
}

function Switch({ label, hint, isOn, onChange }: SwitchProps) {
  const id = useId()
  return (
    <div>
      <label className="check">
        <input type="checkbox" checked={isOn} aria-describedby={hint && id} onChange={(event) => onChange(event.target.checked)} />
        <span>{label}</span>
      </label>
      {hint && (
        <p id={id} className="hint">
          {hint}
        </p>
      )}
    </div>
  )
}

/** The placeholder while the session is unknown. */
const DoorSkeleton = () => (
  <div className="split door" aria-hidden="true">
    <div className="door-main">
      <div className="verdict idle">
        <span className="skeleton half" />
      </div>
      <span className="skeleton" />
    </div>
    <div className="buy-panel">
      <span className="skeleton short" />
      <span className="skeleton" />
    </div>
  </div>
)

/** The field that codes are typed or pasted into. It keeps the focus; input of a hand scanner is recognised wherever that is. */
function CodeField({ onCode }: { onCode: (code: string) => void }) {
  const texts = useTexts()
  const [typed, setTyped] = useState('')
  const form = useRef<HTMLFormElement>(null)
  const focus = () => form.current?.querySelector('input')?.focus({ preventScroll: true })
  useEffect(focus, [])
  const report = useEffectEvent(onCode)
  useEffect(() => {
    const listening = new AbortController()
    const isCodeField = (target: EventTarget | null) => target instanceof HTMLInputElement && target.form === form.current
    listenToScanner(isCodeField, report, listening.signal)
    return () => listening.abort()
  }, [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const code = cleanCode(typed)
    // At once, so that a second click finds the field empty.
    flushSync(() => setTyped(''))
    focus()
    if (code) onCode(code)
  }
  return (
    <form ref={form} className="code-form" aria-label={texts.door.scan} onSubmit={submit}>
      <Field
        label={texts.door.code}
        name="code"
        verbatim
        autoCapitalize="characters"
        placeholder="TK1…"
        value={typed}
        onType={setTyped}
      />
      <Button type="submit" variant="primary">
        {texts.door.admit}
      </Button>
    </form>
  )
}
