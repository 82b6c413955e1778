// A marketplace of its own for the tests: the real program, with an empty home and a free port.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const BIN = process.env.TICKETING_BIN ?? resolve(import.meta.dirname, '../../../target/debug/ticketing')
const START = 60_000
const STOP = 20_000

export class Stack {
  #child: ChildProcess | null = null
  #url = ''
  readonly #home = mkdtempSync(join(tmpdir(), 'ticketing-web-'))

  constructor(private readonly settings: Record<string, string> = {}) {}

  get url(): string {
    return this.#url
  }

  /** Starts it; once more, on the same port and data as before. */
  async start(): Promise<this> {
    const listen = this.#url ? new URL(this.#url).host : '127.0.0.1:0'
    const child = spawn(BIN, ['serve', '--listen', listen, '--data-dir', join(this.#home, 'data')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Nothing of the one who runs the tests: no settings, no sessions.
      env: { PATH: process.env.PATH, HOME: this.#home, TICKETING_HOME: this.#home, TICKETING_LOG: 'warn', ...this.settings },
    })
    this.#child = child
    let said = ''
    child.stderr.on('data', (text: Buffer) => (said += text.toString()))
    this.#url = await new Promise<string>((done, fail) => {
      const late = setTimeout(() => fail(new Error(`${BIN} did not start in time: ${said}`)), START)
      let out = ''
      child.stdout.on('data', (text: Buffer) => {
        out += text.toString()
        const line = /listening on (http:\S+)/.exec(out)
        if (!line?.[1]) return
        clearTimeout(late)
        done(line[1])
      })
      child.on('error', fail)
      child.on('exit', (code) => fail(new Error(`${BIN} ended with ${code}: ${said}`)))
    })
    return this
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child?.exitCode !== null || child.signalCode !== null) return
    await new Promise<void>((done) => {
      const late = setTimeout(() => child.kill('SIGKILL'), STOP)
      child.on('exit', () => {
        clearTimeout(late)
        done()
      })
      child.kill('SIGTERM')
    })
  }

  async finish(): Promise<void> {
    await this.stop()
    rmSync(this.#home, { recursive: true, force: true })
  }
}
