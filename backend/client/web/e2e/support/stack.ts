// A private marketplace: the real program with an empty home folder on a free port.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export const BIN = process.env.TICKETING_BIN ?? resolve(import.meta.dirname, '../../../../../target/debug/ticketing')
const START_TIMEOUT = 60_000
const STOP_TIMEOUT = 20_000

export class Stack {
  #child: ChildProcess | null = null
  #url = ''
  readonly #home = mkdtempSync(join(tmpdir(), 'ticketing-web-'))

  constructor(private readonly settings: Record<string, string> = {}) {}

  get url(): string {
    return this.#url
  }

  /** Starts the server. A restart keeps the port and the data. */
  async start(): Promise<this> {
    const listen = this.#url ? new URL(this.#url).host : '127.0.0.1:0'
    const child = spawn(BIN, ['serve', '--listen', listen, '--data-dir', join(this.#home, 'data')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Without the settings and sessions of the user who runs the tests.
      env: { PATH: process.env.PATH, HOME: this.#home, TICKETING_HOME: this.#home, TICKETING_LOG: 'warn', ...this.settings },
    })
    this.#child = child
    let log = ''
    child.stderr.on('data', (text: Buffer) => (log += text.toString()))
    this.#url = await new Promise<string>((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`${BIN} did not start in time: ${log}`)), START_TIMEOUT)
      let output = ''
      child.stdout.on('data', (text: Buffer) => {
        output += text.toString()
        const line = /listening on (http:\S+)/.exec(output)
        if (!line?.[1]) return
        clearTimeout(timer)
        done(line[1])
      })
      child.on('error', fail)
      child.on('exit', (code) => fail(new Error(`${BIN} ended with ${code}: ${log}`)))
    })
    return this
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child?.exitCode !== null || child.signalCode !== null) return
    await new Promise<void>((done) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT)
      child.on('exit', () => {
        clearTimeout(timer)
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
