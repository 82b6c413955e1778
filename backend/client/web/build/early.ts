// Builds the script that runs before the first paint, and inserts it into the head of the page.
import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'

import { type Plugin, transformWithOxc } from 'vite'

/** The Content-Security-Policy forbids inline scripts, so the script is a blocking file. */
export function early(source: string): Plugin {
  let script = { name: '', code: '' }
  return {
    name: 'early',
    async buildStart() {
      const { code } = await transformWithOxc(readFileSync(source, 'utf8'), source)
      const whole = `(()=>{${code.replace(/^export .*$/gm, '').trim()}})()\n`
      const hash = createHash('sha256').update(whole).digest('base64url').slice(0, 8)
      script = { name: `assets/early-${hash}.js`, code: whole }
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: script.name, source: script.code })
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (request.url !== `/${script.name}`) {
          next()
          return
        }
        response.setHeader('content-type', 'text/javascript')
        response.end(script.code)
      })
    },
    transformIndexHtml: () => [{ tag: 'script', attrs: { src: `/${script.name}` }, injectTo: 'head-prepend' }],
  }
}
