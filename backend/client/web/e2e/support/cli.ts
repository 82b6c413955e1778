// The command-line client of an account, with a home folder of its own.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { BIN } from './stack'

export class Cli {
  readonly #home = mkdtempSync(join(tmpdir(), 'ticketing-cli-'))

  constructor(private readonly server: string) {}

  /** Returns the path of a file in the home folder. */
  path = (name: string): string => join(this.#home, name)

  write(name: string, text: string): string {
    writeFileSync(this.path(name), text)
    return this.path(name)
  }

  /** Runs a command and returns what it prints. Throws unless it ends with the code. */
  run(words: string[], { input = '', code = 0 } = {}): Promise<string> {
    const env = { PATH: process.env.PATH, HOME: this.#home, TICKETING_HOME: this.#home, TICKETING_SERVER: this.server, TICKETING_NO_INPUT: '1' }
    return new Promise((resolve, reject) => {
      const child = spawn(BIN, words, { env })
      let [out, err] = ['', '']
      child.stdout.on('data', (text: Buffer) => (out += text.toString()))
      child.stderr.on('data', (text: Buffer) => (err += text.toString()))
      child.on('error', reject)
      child.on('close', (ended) => {
        if (ended === code) resolve(out)
        else reject(new Error(`${words.join(' ')} ended with ${ended}: ${out}${err}`))
      })
      child.stdin.end(input)
    })
  }

  finish(): void {
    rmSync(this.#home, { recursive: true, force: true })
  }
}
