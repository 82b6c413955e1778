// Builds the worker that opens pages without a network, and tells it the files of the build.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { type Plugin, transformWithOxc } from 'vite'

/** Writes the worker `name` from `source`. Its version changes with any file of the build. */
export function pageWorker(source: string, name: string): Plugin {
  return {
    name: 'page-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        const { code } = await transformWithOxc(readFileSync(source, 'utf8'), source)
        const hashed = Object.keys(bundle).filter((file) => /^assets\/.*\.(js|css)$/.test(file)).sort()
        const script = code.replace(/^export .*$/gm, '').trim()
        // The page is not among the files: it has the names of those that it needs.
        const page = bundle['index.html']
        const content = page?.type === 'asset' ? String(page.source) : ''
        const version = createHash('sha256').update(JSON.stringify([hashed, script, content])).digest('hex').slice(0, 12)
        const build = JSON.stringify({ version, files: hashed.map((file) => `/${file}`) })
        this.emitFile({ type: 'asset', fileName: name, source: `(()=>{const BUILD=${build};${script}})()\n` })
      },
    },
  }
}
