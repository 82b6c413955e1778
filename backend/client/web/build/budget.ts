// Prints the compressed size of the bundle, and fails the build if the first load is too large.
import { gzipSync } from 'node:zlib'

import type { Plugin, Rolldown } from 'vite'

/** `firstLoadScript`: the largest compressed size of the scripts of the first load, in bytes. */
export function budget({ firstLoadScript }: { firstLoadScript: number }): Plugin {
  return {
    name: 'budget',
    apply: 'build',
    writeBundle(_, bundle) {
      const first = firstLoad(bundle)
      const rows = Object.values(bundle).map((file) => ({
        name: file.fileName,
        size: gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }).length,
        first: first.has(file.fileName),
      }))
      rows.sort((a, b) => Number(b.first) - Number(a.first) || b.size - a.size)
      for (const { name, size, first } of rows) {
        this.info(`${kilobytes(size)}  ${first ? 'first ' : '      '}  ${name}`)
      }
      const total = rows.filter((row) => row.first && row.name.endsWith('.js')).reduce((sum, row) => sum + row.size, 0)
      this.info(`${kilobytes(total)}  script of the first load, of ${kilobytes(firstLoadScript).trim()}`)
      if (total > firstLoadScript) {
        this.error(`the first load takes ${total} bytes of script, compressed: ${firstLoadScript} are allowed`)
      }
    },
  }
}

/** Returns the files that every visit loads: the entry and its imports, the early script, the styles, the page. */
function firstLoad(bundle: Rolldown.OutputBundle): Set<string> {
  const names = new Set<string>()
  const visit = (name: string) => {
    const file = bundle[name]
    if (!file || names.has(name)) return
    names.add(name)
    if (file.type === 'chunk') file.imports.forEach(visit)
  }
  for (const file of Object.values(bundle)) {
    if (file.type === 'chunk' ? file.isEntry : /(^assets\/early-.*\.js|\.css|\.html)$/.test(file.fileName)) {
      visit(file.fileName)
    }
  }
  return names
}

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1).padStart(6)} kB`
