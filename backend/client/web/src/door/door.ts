// The door of an account in this browser. The server judges codes; while it cannot be reached, the door list does, and the admissions are
// kept until they are uploaded. Tabs share the door: its storage decides which of them admits, and one at a time uploads.
import { RESPONSE_TIMEOUT, newKey } from '../api/attempts'
import { restoreSkew, serverNow, skew } from '../api/clock'
import { type CheckInOptions, askedBefore, checkIn, passKeys, settleCheckIn } from '../api/passes'
import { isUnreachable } from '../api/problem'
import type { Admission, Pass, PassKeys, User } from '../api/types'
import { Channel } from '../channel'
import { keepPage } from '../offline/page-cache'
import { type Ruling, refusalOf, withEvent } from '../passes/verdict'
import { CLOCK_TOLERANCE, ClockWatch } from './clock-watch'
import { type Claim, canVerify, importKeys, readCode, verify } from './code'
import { markDoor } from './marker'
import { type DoorAdmission, type UploadOutcome, decide, keyOf } from './rules'
import { DoorStorage, isNewerList } from './storage'
import { uploadAdmissions } from './upload'

/** Why a door works only with a network: the page is not on https, the browser does not know Ed25519, or keeps no data. */
export type UnsupportedReason = 'insecure' | 'signatures' | 'storage'

export interface DoorState {
  unsupported: UnsupportedReason | null
  /** The list that it admits by without a network; null until there is one. */
  list: { preparedAt: number; passes: number } | null
  /** Whether this page opens without a network, too. */
  isPageKept: boolean
  /** Whether the server could not be reached. */
  isOffline: boolean
  isUploading: boolean
  /** Whether the clock of the device was set since the server was last reached: times of admissions may be wrong. */
  isClockSet: boolean
  admissions: ReadonlyMap<string, DoorAdmission>
  /** The number of admissions to upload, of this account and of others that have used this browser. */
  waiting: number
  waitingOfOthers: number
  /** Why the last upload failed, if the server could be reached. */
  uploadError: unknown
}

/** A door that can admit without a network does not wait longer for the server, in milliseconds. */
const ANSWER_TIMEOUT = 5000
const MIN_BACKOFF = 1000
const MAX_BACKOFF = 15_000

export class Door {
  /** Resolves when the state is that of the storage. */
  readonly opened: Promise<void>
  #state: DoorState = {
    unsupported: null, list: null, isPageKept: false, isOffline: false, isUploading: false, isClockSet: false, admissions: new Map(), waiting: 0, waitingOfOthers: 0, uploadError: null,
  }
  #storage: DoorStorage | null = null
  #keys: CryptoKey[] = []
  #rawKeys: PassKeys | null = null
  #passes = new Map<string, Pass>()
  #saved: readonly Pass[] | null = null
  #next: { timer: ReturnType<typeof setTimeout>; at: number } | null = null
  #backoff = MIN_BACKOFF
  #connecting: Promise<void> | null = null
  /** Watches the clock of the device while the server cannot be reached. */
  #clock: ClockWatch | null = null
  #isClosed = false
  readonly #observers = new Set<() => void>()
  readonly #channel = new Channel('door')

  constructor(readonly user: User) {
    this.#channel.subscribe(() => void this.#reload())
    for (const change of ['online', 'offline']) window.addEventListener(change, this.probe)
    this.opened = this.#open()
  }

  subscribe = (observer: () => void): (() => void) => {
    this.#observers.add(observer)
    return () => this.#observers.delete(observer)
  }

  getState = (): DoorState => this.#state

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#next?.timer)
    this.#clock?.stop()
    for (const change of ['online', 'offline']) window.removeEventListener(change, this.probe)
    this.#channel.close()
    this.#storage?.close()
  }

  /** The list in this browser, and when it came, by the clock of the server in milliseconds. For a page that has no other yet. */
  get passes(): { passes: Pass[]; preparedAt: number } | null {
    return this.#state.list && { passes: [...this.#passes.values()], preparedAt: this.#state.list.preparedAt }
  }

  async #open(): Promise<void> {
    this.#set({ unsupported: await this.#findUnsupported() })
    if (!this.#storage) return
    const stored = await this.#storage.door(this.user.id)
    if (stored) {
      restoreSkew(stored.door.skew)
      await this.#take(stored.door.keys, stored.passes, stored.door.preparedAt)
      void keepPage('/check-in').then((isPageKept) => this.#set({ isPageKept }))
    }
    await this.#reload()
    // What the door has seen is past by any clock.
    const latest = Math.max(stored?.door.preparedAt ?? 0, ...[...this.#state.admissions.values()].map(({ at }) => Date.parse(at)))
    if (serverNow() > latest - CLOCK_TOLERANCE) return
    this.#set({ isClockSet: true })
    this.probe()
  }

  async #findUnsupported(): Promise<UnsupportedReason | null> {
    if (!isSecureContext) return 'insecure'
    if (!(await canVerify())) return 'signatures'
    try {
      this.#storage = await DoorStorage.open()
      return null
    } catch {
      return 'storage'
    }
  }

  /** Reads the admissions, of which another tab may have made or uploaded some. */
  async #reload(): Promise<void> {
    await this.#guarded(async (storage) => {
      const all = await storage.admissions(this.user.id)
      this.#set({ admissions: new Map(all.map((one) => [keyOf(one), one])), waitingOfOthers: await storage.waitingOfOthers(this.user.id) })
      if (this.#state.waiting > 0) this.#schedule(0)
    })
  }

  /** Runs what the door can do without: a storage that fails is a reason to warn, and none to stop the page. */
  async #guarded(run: (storage: DoorStorage) => Promise<void>): Promise<void> {
    if (!this.#storage || this.#isClosed) return
    try {
      await run(this.#storage)
    } catch {
      if (!this.#isClosed) this.#set({ unsupported: 'storage' })
    }
  }

  #set(change: Partial<DoorState>): void {
    if (this.#isClosed) return
    const next = { ...this.#state, ...change }
    next.waiting = [...next.admissions.values()].filter(({ outcome }) => outcome === null).length
    this.#state = next
    for (const observer of this.#observers) observer()
  }

  #remember(admission: DoorAdmission): void {
    this.#set({ admissions: new Map(this.#state.admissions).set(keyOf(admission), admission) })
    if (!this.#isClosed) this.#channel.notify()
  }

  async #take(keys: PassKeys, passes: readonly Pass[], preparedAt: number): Promise<void> {
    this.#keys = await importKeys(keys)
    this.#rawKeys = keys
    this.#passes = new Map(passes.map((pass) => [pass.id, pass]))
    this.#saved = passes
    this.#set({ list: this.#keys.length > 0 ? { preparedAt, passes: passes.length } : null })
  }

  /** Keeps a list that the server has sent, and admits by it from now on. */
  async prepare(passes: Pass[], receivedAt: number): Promise<void> {
    await this.opened
    if (!this.#storage || !isNewerList(receivedAt, this.#state.list?.preparedAt ?? 0)) return
    const keys = await passKeys(ANSWER_TIMEOUT)
    await this.#guarded(async (storage) => {
      const isSame = this.#saved === passes
      await this.#take(keys, passes, receivedAt)
      await storage.saveDoor({ issuer: this.user.id, preparedAt: receivedAt, skew: skew(), keys }, isSame ? null : passes)
      markDoor(this.user)
      await this.#prune(storage)
    })
    if (this.#state.isPageKept) return
    // Otherwise a browser deletes the oldest data of its pages when the disk is full.
    navigator.storage?.persist?.().catch(() => undefined)
    this.#set({ isPageKept: await keepPage('/check-in') })
  }

  /** Deletes the admissions of which the list says the same. */
  async #prune(storage: DoorStorage): Promise<void> {
    const isKnown = ({ passId, outcome }: DoorAdmission) => outcome !== null && this.#passes.get(passId)?.status === 'used'
    const known = [...this.#state.admissions.values()].filter(isKnown)
    if (known.length === 0) return
    await storage.remove(this.user.id, known)
    this.#set({ admissions: new Map([...this.#state.admissions].filter(([, one]) => !isKnown(one))) })
  }

  /** Returns the pass of the list that a code is of, if it is genuine. */
  passOf(code: string): Pass | undefined {
    return this.#passes.get(readCode(code)?.passId ?? '')
  }

  /** Judges a code, and names the event of its pass. */
  async judge(code: string, options: CheckInOptions): Promise<Ruling> {
    await this.opened
    const claim = readCode(code)
    const ruling = await this.#judge(code, claim, options)
    const pass = this.passOf(code)
    return pass ? withEvent(ruling, pass) : ruling
  }

  async #judge(code: string, claim: Claim | null, options: CheckInOptions): Promise<Ruling> {
    if (!claim || !this.#storage) return this.#ask(code, claim, options)
    // One tab at a time judges a code of this pass.
    return navigator.locks.request(`door ${this.user.id} ${claim.passId}`, async () => {
      const own = await this.#admissionsOf(claim.passId)
      this.#clock?.check()
      const mustNotAsk = own.some(({ outcome }) => outcome === null) || (this.#state.isOffline && this.#state.list !== null)
      return mustNotAsk ? this.#judgeByList(code, claim, options) : this.#ask(code, claim, options)
    })
  }

  async #admissionsOf(passId: string): Promise<DoorAdmission[]> {
    let found = [...this.#state.admissions.values()].filter((one) => one.passId === passId)
    await this.#guarded(async (storage) => {
      found = await storage.admissionsOf(this.user.id, passId)
    })
    return found
  }

  /** Asks the server; where it gives no answer, the list decides. */
  async #ask(code: string, claim: Claim | null, options: CheckInOptions): Promise<Ruling> {
    const canAdmit = this.#state.list !== null
    try {
      const admission = await checkIn(this.user.id, code, options, canAdmit ? ANSWER_TIMEOUT : RESPONSE_TIMEOUT)
      await this.#note(claim, code, admission, options.device || null)
      return { kind: 'admitted', admission }
    } catch (error) {
      if (isUnreachable(error)) this.#loseConnection()
      if (canAdmit && isUnreachable(error)) return this.#judgeByList(code, claim, options)
      const ruling = refusalOf(error)
      if (claim && ruling.kind === 'refused' && ruling.first) {
        const { admittedAt, device: firstDevice } = ruling.first
        await this.#note(claim, code, { passId: claim.passId, title: this.#passes.get(claim.passId)?.title ?? '', admittedAt }, firstDevice)
      }
      return ruling
    }
  }

  /** Notes an admission of which the server knows, so that the door refuses the code without it, too. */
  async #note(claim: Claim | null, code: string, { passId, title, seat, admittedAt: at }: Admission, device: string | null): Promise<void> {
    const outcome: UploadOutcome = { kind: 'uploaded' }
    const noted = { passId, serial: claim?.serial ?? 0, code, title, seat: seat ?? null, at, device, key: newKey(), asked: null, outcome }
    await this.#guarded((storage) => storage.settle(this.user.id, noted))
    this.#remember(noted)
  }

  async #judgeByList(code: string, claim: Claim | null, { device, startsWithin }: CheckInOptions): Promise<Ruling> {
    const byList = this.#state.list?.preparedAt ?? 0
    if (!claim || !(await verify(claim, this.#keys))) return { kind: 'refused', reason: 'pass_invalid', first: null, byList }
    const pass = this.#passes.get(claim.passId)
    const own = await this.#admissionsOf(claim.passId)
    const now = serverNow()
    const refusal = decide(claim, pass, own, startsWithin === null ? null : { at: now, seconds: startsWithin })
    if (refusal || !pass) return { kind: 'refused', reason: 'not_listed', first: null, ...refusal, byList }
    const at = new Date(now).toISOString()
    const { seat = null, title } = pass
    const asked = askedBefore(this.user.id, code)
    const admission = { passId: pass.id, serial: claim.serial, code, title, seat, at, device: device || null, key: newKey(), asked, outcome: null }
    try {
      if (!(await this.#admit(admission))) {
        // Another tab was faster.
        return { kind: 'refused', reason: 'already_admitted', first: null, ...decide(claim, pass, await this.#admissionsOf(claim.passId)), byList }
      }
    } catch (error) {
      this.#set({ unsupported: 'storage' })
      return { kind: 'unknown', error, byList }
    }
    settleCheckIn(this.user.id, code)
    this.#remember(admission)
    this.#schedule(this.#state.isOffline ? this.#backoff : 0)
    // Those of earlier holders, by the list and by this door.
    const doubles = [...(pass.doubleAdmissions ?? []), ...own.map((one) => ({ admittedAt: one.at, ...(one.device && { device: one.device }) }))]
    const doubleAdmissions = doubles.filter(({ admittedAt }, index) => doubles.findIndex((one) => one.admittedAt === admittedAt) === index)
    return { kind: 'admitted', admission: { passId: pass.id, title, seat, admittedAt: at, ...(doubleAdmissions.length > 0 && { doubleAdmissions }) }, byList }
  }

  /** Keeps an admission. Where the user has deleted the data of this page meanwhile, everything that the page knows is written again. */
  async #admit(admission: DoorAdmission): Promise<boolean | undefined> {
    try {
      return await this.#storage?.admit(this.user.id, admission)
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'InvalidStateError')) throw error
    }
    this.#storage = await DoorStorage.open()
    const { list } = this.#state
    if (list && this.#rawKeys) {
      const door = { issuer: this.user.id, preparedAt: list.preparedAt, skew: skew(), keys: this.#rawKeys }
      await this.#storage.saveDoor(door, [...this.#passes.values()])
      markDoor(this.user)
    }
    for (const known of this.#state.admissions.values()) await this.#storage.settle(this.user.id, known)
    return this.#storage.admit(this.user.id, admission)
  }

  /** Finds out whether the server can be reached, and uploads what waits. */
  probe = (): void => this.#schedule(0)

  #loseConnection(): void {
    this.#setOffline(true)
    this.#schedule(this.#backoff)
  }

  #setOffline(isOffline: boolean): void {
    if (!isOffline) {
      this.#clock?.stop()
      this.#clock = null
    } else if (!this.#isClosed) {
      this.#clock ??= new ClockWatch(() => this.#set({ isClockSet: true }))
    }
    // A response has the time of the server.
    this.#set(isOffline ? { isOffline } : { isOffline, isClockSet: false })
  }

  /** Connects after this time in milliseconds, or earlier if that is scheduled. */
  #schedule(delay: number): void {
    const at = Date.now() + delay
    if (this.#isClosed || (this.#next && this.#next.at <= at)) return
    clearTimeout(this.#next?.timer)
    const timer = setTimeout(() => {
      this.#next = null
      void this.#connect()
    }, delay)
    this.#next = { timer, at }
  }

  #connect(): Promise<void> {
    this.#connecting ??= this.#tryToConnect().finally(() => (this.#connecting = null))
    return this.#connecting
  }

  async #tryToConnect(): Promise<void> {
    await this.opened
    try {
      await this.#upload()
      await passKeys(ANSWER_TIMEOUT)
      this.#backoff = MIN_BACKOFF
      this.#setOffline(false)
      this.#set({ uploadError: null })
    } catch (error) {
      const isOffline = isUnreachable(error)
      this.#setOffline(isOffline)
      this.#set({ uploadError: isOffline ? null : error })
      this.#backoff = Math.min(this.#backoff * 2, MAX_BACKOFF)
    }
    if (this.#state.isOffline || this.#state.waiting > 0) this.#schedule(this.#backoff * (0.75 + Math.random() / 2))
  }

  /** Uploads every admission that waits, unless another tab does. */
  async #upload(): Promise<void> {
    const storage = this.#storage
    if (!storage || this.#state.waiting === 0) return
    await navigator.locks.request(`door-upload ${this.user.id}`, { ifAvailable: true }, async (lock) => {
      if (!lock) return
      this.#set({ isUploading: true })
      try {
        const settle = async (settled: DoorAdmission) => {
          await storage.settle(this.user.id, settled)
          this.#remember(settled)
        }
        await uploadAdmissions(this.user.id, await storage.admissions(this.user.id), settle)
      } finally {
        this.#set({ isUploading: false })
      }
    })
  }
}
